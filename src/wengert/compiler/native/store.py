"""Object code kept on disk from one process to the next.

A folder with one file for each entry. Any number of processes share it: a file appears whole or not at all, and one
that is not what it says it is counts as absent. Whatever goes wrong with the disk, there is no cache and no exception.

What is kept is code that will be run. The folder and its files are therefore used only if nobody but their owner, this
user, can write to them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import stat
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy

from . import settings

__all__ = ["Store", "host", "key_of"]

_MAGIC = b"wengert object 1\n"  # a new number whenever what follows it changes
_DIGEST = 32
_ENDING = ".object"
_TEMPORARY = ".part"
_KEY = re.compile("[0-9a-f]{64}")

# So much is left after the oldest entries were removed, that not every further entry removes some again.
_KEPT = 0.9
# What other processes add is counted anew after so many of our own additions.
_RECOUNT = 64
# A file that a process began and never finished, this many seconds ago.
_ABANDONED = 3600.0


def key_of(*parts: bytes | str) -> str:
    """A key for what all the parts together say."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


class _Entry(NamedTuple):
    used: float
    size: int
    path: str


class Store:
    """The object cache in a folder.

    Parameters
    ----------
    folder
        Made when it is first written to. Unless given, the one that :mod:`wengert.compiler.native.settings` says.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = settings.cache_folder() if folder is None else Path(folder)
        self._limit = settings.cache_size()
        self._lock = threading.Lock()
        self._size = 0
        self._additions = 0  # since the last count; none means that there was no count
        self._refused = False

    def get(self, key: str) -> bytes | None:
        """What was put under a key; None if there is nothing."""
        try:
            if not self._usable():
                return None
            path = self._path(key)
            with open(path, "rb", opener=_open_no_link) as file:
                status = os.fstat(file.fileno())
                if not self._trusted(status, path):
                    return None
                content = file.read()
                payload = content[len(_MAGIC) + _DIGEST :]
                if content[: len(_MAGIC) + _DIGEST] == _head(payload):
                    self._touch(file.fileno(), path)
                    return payload
            os.unlink(path)
        except OSError:
            pass
        return None

    def put(self, key: str, payload: bytes) -> None:
        """Keep something under a key."""
        size = len(_MAGIC) + _DIGEST + len(payload)
        if size > self._limit:
            return
        try:
            if not self._usable(make=True):
                return
            path = self._path(key)
            temporary = f"{path}.{os.getpid()}.{threading.get_ident()}{_TEMPORARY}"
            try:
                with open(temporary, "xb", opener=_open_private) as file:
                    file.write(_head(payload))
                    file.write(payload)
                os.replace(temporary, path)
            except OSError:
                with suppress(OSError):
                    os.unlink(temporary)
                return
            with self._lock:
                self._make_room(size)
        except OSError:
            pass

    def info(self) -> tuple[int, int]:
        """How many entries there are, and their bytes."""
        entries = list(self._entries())
        return len(entries), sum(entry.size for entry in entries)

    def clear(self) -> None:
        """Remove all entries."""
        if self._usable():
            for entry in self._entries(temporary=True):
                with suppress(OSError):
                    os.unlink(entry.path)

    def _usable(self, make: bool = False) -> bool:
        """Whether there is a folder, to be trusted; it is made if told so."""
        if self._folder is None or self._limit == 0 or self._refused:
            return False
        try:
            status = os.stat(self._folder)
        except FileNotFoundError:
            if not make:
                return False
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                self._folder.mkdir(mode=0o700)
            status = os.stat(self._folder)
        except OSError:
            return False
        return stat.S_ISDIR(status.st_mode) and self._trusted(status, str(self._folder))

    def _trusted(self, status: os.stat_result, path: str) -> bool:
        """Whether only this user can have written what has this status. If not, the store is closed, with a warning."""
        if not hasattr(os, "geteuid"):  # on Windows a user's folder for local data is the user's alone
            return True
        if status.st_uid != os.geteuid():
            fault = "belongs to another user"
        elif status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            fault = "can be written by other users"
        else:
            return True
        with self._lock:
            warned, self._refused = self._refused, True
        if not warned:
            warnings.warn(
                f"compiled code is not kept in {self._folder}, because {path} {fault}: remove it, or take their right "
                f"to write away (chmod go-w), or name another folder in WENGERT_CACHE_DIR",
                RuntimeWarning,
                stacklevel=4,
            )
        return False

    def _path(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise ValueError(f"a key is 64 hexadecimal digits, not {key!r}")
        return os.path.join(str(self._folder), key + _ENDING)

    def _touch(self, descriptor: int, path: str) -> None:
        """Note that an entry was used. Not being able to is no reason not to use it."""
        with suppress(OSError):
            os.utime(descriptor if os.utime in os.supports_fd else path)

    def _entries(self, temporary: bool = False) -> Iterator[_Entry]:
        """The files that are there, with those that are still being written if asked for."""
        if self._folder is None:
            return
        try:
            with os.scandir(self._folder) as files:
                for file in files:
                    if file.name.endswith(_ENDING) or (temporary and file.name.endswith(_TEMPORARY)):
                        with suppress(OSError):  # removed by another process
                            status = file.stat(follow_symlinks=False)
                            yield _Entry(status.st_mtime, status.st_size, file.path)
        except OSError:
            return

    def _make_room(self, added: int) -> None:
        """Count an entry of this size that was added, and remove those used longest ago if there is too much."""
        self._size += added
        if self._size <= self._limit and 0 < self._additions < _RECOUNT:
            self._additions += 1
            return
        entries = sorted(self._entries(temporary=True))
        self._size = sum(entry.size for entry in entries)
        self._additions = 1
        too_much = self._size > self._limit
        abandoned = time.time() - _ABANDONED
        for entry in entries:
            if entry.path.endswith(_TEMPORARY):
                remove = entry.used < abandoned
            else:
                remove = too_much and self._size > _KEPT * self._limit
            if remove:
                with suppress(OSError):
                    os.unlink(entry.path)
                self._size -= entry.size


def _head(payload: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(payload).digest()


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


# What object code depends on beside the program that it was made of


@cache
def host() -> str:
    """All that makes object code of this machine, system and version fit no other, as text for a key."""
    parts = {
        "system": f"{sys.platform} {platform.machine()} {sys.maxsize}",
        "processor": _processor(),
        "python": f"{sys.implementation.cache_tag} {sys.version}",
        "numpy": numpy.__version__,
        "wengert": _sources(Path(__file__).parents[2]),
        "llvmlite": _llvmlite(),
    }
    return "\n".join(f"{name}: {value}" for name, value in parts.items())


def _processor() -> str:
    """The processor and what it can do."""
    if sys.platform == "linux":
        with suppress(OSError):
            return _first_processor("/proc/cpuinfo")
    if sys.platform == "darwin":
        with suppress(OSError, AttributeError):
            return _darwin_processor()
    return " ".join([platform.processor(), os.environ.get("PROCESSOR_IDENTIFIER", "")])


def _first_processor(path: str) -> str:
    """What Linux says of the first processor, without what changes while it runs."""
    said: list[str] = []
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if not value.strip() and said:
                break
            if name.strip() in {
                "vendor_id", "cpu family", "model", "model name", "stepping", "flags",
                "Features", "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "isa", "cpu",
            }:  # fmt: skip
                said.append(value.strip())
    if not said:
        raise OSError(path)
    return "; ".join(said)


def _darwin_processor() -> str:
    import ctypes

    buffer = ctypes.create_string_buffer(256)
    size = ctypes.c_size_t(len(buffer))
    ctypes.CDLL(None).sysctlbyname(b"machdep.cpu.brand_string", buffer, ctypes.byref(size), None, ctypes.c_size_t(0))
    return buffer.value.decode(errors="replace")


def _sources(package: Path) -> str:
    """What tells one state of this library from another: where a version is worked on, its number says nothing."""
    digest = hashlib.sha256()
    folders = [str(package)]
    while folders:
        with os.scandir(folders.pop()) as files:
            for file in sorted(files, key=lambda file: file.name):
                if file.is_dir(follow_symlinks=False):
                    if file.name != "__pycache__":
                        folders.append(file.path)
                elif file.name.endswith((".py", ".so", ".pyd")):
                    status = file.stat()
                    digest.update(f"{file.path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _llvmlite() -> str:
    """The version of llvmlite. Importing it takes longer than all else here, and importlib.metadata nearly as long."""
    spec = importlib.util.find_spec("llvmlite")
    if spec is None or not spec.submodule_search_locations:
        return "none"
    for folder in spec.submodule_search_locations:
        with suppress(OSError):
            return Path(folder, "_version.py").read_text(encoding="utf-8").strip()
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("llvmlite")
    except PackageNotFoundError:
        return "unknown"
