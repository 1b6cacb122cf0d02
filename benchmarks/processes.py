"""What measured processes share: their cores and threads, and requests and answers of one line of JSON each."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Timer
from typing import Any, TextIO

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "WENGERT_THREADS")
CACHES = ("WENGERT_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR")
SETTLING = 0.1
"""Seconds until the threads of the library before have stopped waiting for work, which keeps cores busy."""


def use_threads(threads: int) -> None:
    """Tell libraries how many threads to use, before they are imported: they read this once."""
    for variable in THREADS:
        os.environ[variable] = str(threads)


def use_cores(cores: int) -> None:
    """Stay on the last of the cores that this process may use."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])


def claim_output() -> TextIO:
    """Standard output for answers alone: whatever else a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    return answers


class Refusal(Exception):
    """A library could not do something."""


class Overdue(Refusal):
    """A library took longer than it was given, and its process was ended."""


class Process:
    """A process that answers requests, in strict alternation; it says hello first."""

    def __init__(
        self,
        command: Sequence[str],
        cache: str | Path,
        *,
        folder: str | Path | None = None,
        environment: Mapping[str, str] | None = None,
        limit: float | None = None,
    ) -> None:
        everything = {**os.environ, **{name: str(Path(cache) / name) for name in CACHES}, **(environment or {})}
        self._errors = TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=everything,
            cwd=folder,
        )
        try:
            self.hello = self._answer(limit)
        except Refusal:
            self.close()
            raise

    def _answer(self, limit: float | None) -> dict[str, Any]:
        assert self._child.stdout is not None
        overdue = Event()
        timer = Timer(limit or 0.0, lambda: (overdue.set(), self._child.kill()))
        if limit is not None:
            timer.start()
        line = self._child.stdout.readline()
        timer.cancel()
        if not line:
            self._child.wait()
            if overdue.is_set():
                raise Overdue(f"> {limit:g} s")
            self._errors.seek(0)
            said = self._errors.read().strip().splitlines()
            raise Refusal(said[-1] if said else f"the process ended, with status {self._child.returncode}")
        found: dict[str, Any] = json.loads(line)
        if "error" in found:
            raise Refusal(found["error"])
        return found

    def ask(self, *, limit: float | None = None, **request: Any) -> dict[str, Any]:
        """The answer to a request; a process that has none within the limit of seconds is ended."""
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):  # what it said last is the answer
            self._child.stdin.write(json.dumps(request) + "\n")
            self._child.stdin.flush()
        return self._answer(limit)

    @property
    def ended(self) -> bool:
        return self._child.poll() is not None

    def close(self) -> None:
        self._child.communicate()
        self._errors.close()


def machine(threads: int, versions: Iterable[str]) -> str:
    """The machine and what runs on it, in a sentence."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, of which each library uses {threads}; {platform.system()}, "
        f"{platform.python_implementation()} {platform.python_version()}; {', '.join(versions)}."
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
