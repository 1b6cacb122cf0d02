"""Where the functions are that compiled code calls: of Python, the C and math libraries, vector math, threads, BLAS.

A library is looked for when something of it is first wanted. One that this machine does not have is no error: its
functions have no address, and the compiler does without.
"""

from __future__ import annotations

import ctypes
import importlib.machinery
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from types import ModuleType
from typing import Any

from . import settings

__all__ = ["address", "available", "blas", "lapack", "threads"]

# Under the names by which the dynamic linker of each system finds them.
_NAMES: dict[str, tuple[str, ...]] = {
    "math": ("libm.so.6",),
    "vector math": ("libmvec.so.1",),
    # LLVM's runtime has GNU's entry points, too.
    "threads": ("libgomp.so.1", "libomp.so.5", "libomp.so"),
    "arithmetic": ("libgcc_s.so.1",),  # what instructions are missing for: 128-bit division, half precision
}
if sys.platform == "darwin":
    _NAMES = {"math": ("libSystem.B.dylib",), "threads": ("libomp.dylib", "/opt/homebrew/opt/libomp/lib/libomp.dylib")}
elif sys.platform == "win32":
    _NAMES = {"math": ("ucrtbase.dll",), "arithmetic": ("vcruntime140.dll",)}


def address(name: str) -> int | None:
    """The address of a function or variable; None if this machine has none of the name, or it is switched off.

    Three names are not those of a C library: ``blas.dgemm`` and ``lapack.dpotrf`` stand for the functions that SciPy
    has, and ``wengert_threads`` is a 32-bit integer, the number of threads that a loop is to be shared out over. Code
    reads it each time: it is 1 in a forked process, and where threads are switched off.
    """
    if name == "wengert_threads":
        return None if _library("threads") is None else ctypes.addressof(_count())
    family, _, function = name.partition(".")
    if function:
        return {"blas": blas, "lapack": lapack}.get(family, lambda _: None)(function)
    for library in _homes(name):
        if library == "vector math" and not available(library):
            continue
        found = _address_in(library, name)
        if found is not None:
            return found
    return None


def available(library: str) -> bool:
    """Whether compiled code may use ``"vector math"`` or ``"threads"`` here.

    The environment can say no: see :mod:`wengert.compiler.native.settings`.
    """
    if library == "vector math":
        return settings.vector_math() and _library(library) is not None
    if library == "threads":
        return settings.threads() != 1 and threads() > 1
    raise ValueError(f"no such library: {library}")


def threads() -> int:
    """How many threads a loop is shared out over; 1 where there is no OpenMP runtime."""
    if _library("threads") is None:
        return 1
    return _count().value


def blas(name: str) -> int | None:
    """The address of a function of BLAS, ``"dgemm"`` for example, with Fortran's conventions and 32-bit integers."""
    return _fortran("cython_blas", name)


def lapack(name: str) -> int | None:
    """The address of a function of LAPACK, likewise."""
    return _fortran("cython_lapack", name)


def _homes(name: str) -> tuple[str, ...]:
    """The libraries that a name is looked for in."""
    if name.startswith(("Py", "_Py")):
        return ("python",)
    if name.startswith("_ZGV"):  # the vector variants of a function
        return ("vector math",)
    if name.startswith(("GOMP_", "omp_")):
        return ("threads",)
    return ("math", "process", "arithmetic")


@cache
def _library(library: str) -> ctypes.CDLL | None:
    if library == "python":
        return ctypes.pythonapi
    if library == "process":
        return None if sys.platform == "win32" else ctypes.CDLL(None)
    with _brief_waits() if library == "threads" else nullcontext():
        for name in _NAMES.get(library, ()):
            try:
                return _open(name)
            except OSError:
                continue
    return None


@contextmanager
def _brief_waits() -> Iterator[None]:
    """A scope in which an OpenMP runtime that is loaded learns to wait for work by sleeping soon.

    It would keep a core busy for milliseconds after each loop, and BLAS, which has threads of its own, would find none
    free: measured on two cores, a network's step took 8 ms instead of 1. What the user's environment says comes first.
    """
    wanted = {"GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "0"}
    missing = [] if "OMP_WAIT_POLICY" in os.environ else [name for name in wanted if name not in os.environ]
    for name in missing:
        os.environ[name] = wanted[name]
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


def _open(name: str) -> ctypes.CDLL:
    return ctypes.CDLL(name)


@cache
def _address_in(library: str, name: str) -> int | None:
    opened = _library(library)
    return None if opened is None else _exported(opened, name)


def _exported(library: ctypes.CDLL, name: str) -> int | None:
    try:
        return ctypes.addressof(ctypes.c_char.in_dll(library, name))
    except ValueError:
        return None


# Threads


@cache
def _count() -> ctypes.c_int:
    """The variable that compiled code reads how many threads to use from."""
    limit = settings.threads()
    runtime = _library("threads")
    assert runtime is not None
    count = ctypes.c_int(int(runtime.omp_get_max_threads()) if limit is None else limit)

    # The runtime's threads do not live on in a forked process: its first parallel loop would wait for them for ever.
    def forked() -> None:
        count.value = 1

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)
    return count


# BLAS and LAPACK, as SciPy exports them to Cython: pointers in capsules whose names are the signatures.


@cache
def _fortran(module: str, name: str) -> int | None:
    return _in_openblas(module, name) or _in_capsule(module, name)


def _in_openblas(module: str, name: str) -> int | None:
    """The function in the OpenBLAS that SciPy's wheels bring along: found without running any of SciPy's code.

    Its functions have a prefix, and a suffix where integers have 64 bits, so that the name alone is a proof. Functions
    whose result is complex are left to SciPy, which knows how the library returns one.
    """
    if sys.platform == "win32" or re.fullmatch("[cz](dot[cu]|ladiv)", name):
        return None
    library = _extension_library(module)
    return None if library is None else _exported(library, f"scipy_{name}_")


@cache
def _extension_library(module: str) -> ctypes.CDLL | None:
    spec = _extension(module)
    if spec is None or spec.origin is None:
        return None
    try:
        return _open(spec.origin)
    except OSError:
        return None


def _in_capsule(module: str, name: str) -> int | None:
    functions: dict[str, Any] = getattr(_cython_module(module), "__pyx_capi__", {})
    capsule = functions.get(name)
    if capsule is None:
        return None
    name_of, pointer_of = _capsules()
    signature = name_of(capsule)
    return pointer_of(capsule, signature) if _has_32_bit_integers(signature) else None


@cache
def _capsules() -> tuple[Callable[[Any], bytes], Callable[[Any, bytes], int]]:
    name_of = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(("PyCapsule_GetName", ctypes.pythonapi))
    pointer_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )
    return name_of, pointer_of


def _has_32_bit_integers(signature: bytes) -> bool:
    """Whether every type of a signature is one that we know: SciPy's names for the four of BLAS, char and int."""
    types = re.findall(r"[A-Za-z_]\w*", signature.decode())
    return all(t in {"void", "char", "int", "float", "double"} or t.startswith("__pyx_t_") for t in types)


@cache
def _cython_module(module: str) -> ModuleType | None:
    """One of SciPy's modules: alone if that can be, since the whole of scipy.linalg takes a quarter of a second."""
    full = f"scipy.linalg.{module}"
    if full in sys.modules:
        return sys.modules[full]
    try:
        return _alone(module)
    except Exception:  # whatever went wrong with the short way, the usual one decides
        try:
            return importlib.import_module(full)
        except ImportError:
            return None


def _alone(module: str) -> ModuleType:
    spec = _extension(module)
    if spec is None or spec.loader is None:
        raise ImportError(module)
    loaded = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(loaded)
    finally:
        # It puts itself there. An import of scipy.linalg that found it would not make it an attribute of the package;
        # so it finds nothing, and gets the same module from the extension once more.
        sys.modules.pop(spec.name, None)
    return loaded


def _extension(module: str) -> importlib.machinery.ModuleSpec | None:
    """Where a module of scipy.linalg is, found without importing the package."""
    scipy = importlib.util.find_spec("scipy")
    if scipy is None or not scipy.submodule_search_locations:
        return None
    folders = [os.path.join(folder, "linalg") for folder in scipy.submodule_search_locations]
    return importlib.machinery.PathFinder.find_spec(f"scipy.linalg.{module}", folders)
