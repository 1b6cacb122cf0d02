import ctypes
import math
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from wengert.compiler.native import settings, symbols

LINUX = sys.platform == "linux"


@pytest.fixture
def fresh() -> Iterator[None]:
    """Libraries are looked for anew, before and after."""
    caches = [f for f in vars(symbols).values() if hasattr(f, "cache_clear")]
    for function in caches:
        function.cache_clear()
    yield
    for function in caches:
        function.cache_clear()


def function(name: str, result: object, *arguments: object) -> "ctypes._CFunctionType":
    address = symbols.address(name)
    assert address is not None, name
    return ctypes.CFUNCTYPE(result, *arguments)(address)


def test_the_math_library() -> None:
    assert function("tanh", ctypes.c_double, ctypes.c_double)(0.5) == math.tanh(0.5)
    assert function("expm1", ctypes.c_double, ctypes.c_double)(0.5) == math.expm1(0.5)


def test_the_c_library() -> None:
    source, target = ctypes.create_string_buffer(b"text"), ctypes.create_string_buffer(8)
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    function("memcpy", pointer, pointer, pointer, size)(ctypes.addressof(target), ctypes.addressof(source), 5)
    assert target.value == b"text"
    assert all(symbols.address(name) for name in ("memset", "memmove", "malloc", "free"))


def test_python() -> None:
    address = symbols.address("PyFloat_FromDouble")
    assert address is not None
    assert ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_double)(address)(1.5) == 1.5
    assert symbols.address("PyFloat_Type") == id(float)


@pytest.mark.parametrize(
    "name", ["nowhere_at_all", "PyNowhere", "_ZGVnowhere", "GOMP_nowhere", "blas.nowhere", "x.sin"]
)
def test_a_name_that_is_nowhere(name: str) -> None:
    assert symbols.address(name) is None


@pytest.mark.skipif(not symbols.available("vector math"), reason="this machine has no vector math library")
def test_vector_math_is_there_unless_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "_ZGVbN2v_sin" if "x86" in os.uname().machine else "_ZGVnN2v_sin"
    assert symbols.address(name) is not None
    monkeypatch.setenv("WENGERT_VECTOR_MATH", "0")
    assert not symbols.available("vector math")
    assert symbols.address(name) is None


def test_missing_libraries_are_no_errors(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    def missing(name: str) -> ctypes.CDLL:
        raise OSError(name)

    monkeypatch.setattr(symbols, "_open", missing)
    assert not symbols.available("vector math")
    assert not symbols.available("threads")
    assert symbols.threads() == 1
    for name in ("_ZGVbN2v_sin", "GOMP_parallel", "wengert_threads"):
        assert symbols.address(name) is None
    if LINUX:  # what every process has is found without its library's name
        assert symbols.address("malloc") is not None


def test_a_library_that_nobody_asks_for_by_this_name() -> None:
    with pytest.raises(ValueError, match="no such library: vectors"):
        symbols.available("vectors")


needs_threads = pytest.mark.skipif(symbols.address("GOMP_parallel") is None, reason="no OpenMP runtime here")


@needs_threads
def test_the_number_of_threads_can_be_limited(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    monkeypatch.setenv("WENGERT_THREADS", "3")
    assert symbols.threads() == 3
    assert symbols.available("threads")
    address = symbols.address("wengert_threads")
    assert address is not None
    assert ctypes.c_int32.from_address(address).value == 3


@needs_threads
def test_one_thread_is_none(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    monkeypatch.setenv("WENGERT_THREADS", "1")
    assert not symbols.available("threads")
    # What was compiled before still loads, and reads that it has one thread.
    address = symbols.address("wengert_threads")
    assert address is not None
    assert ctypes.c_int32.from_address(address).value == 1
    assert symbols.address("GOMP_parallel") is not None


@needs_threads
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="processes do not fork here")
def test_a_forked_process_has_one_thread() -> None:
    code = """
import os
os.environ["WENGERT_THREADS"] = "2"
from wengert.compiler.native import symbols
print(symbols.threads(), flush=True)
child = os.fork()
if child == 0:
    print(symbols.threads(), symbols.available("threads"), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(symbols.threads())
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["2", "1", "False", "2"]


@pytest.mark.parametrize("said", ["many", "0", "-1", "1.5"])
def test_a_setting_that_is_no_number(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("WENGERT_THREADS", said)
    settings._complain.cache_clear()
    with pytest.warns(UserWarning, match=f"WENGERT_THREADS is '{said}'"):
        assert settings.threads() is None
    assert settings.threads() is None  # once


# BLAS and LAPACK

INT = ctypes.POINTER(ctypes.c_int)
DOUBLE = ctypes.POINTER(ctypes.c_double)


def dot_product(address: int | None) -> float:
    assert address is not None
    ddot = ctypes.CFUNCTYPE(ctypes.c_double, INT, DOUBLE, INT, DOUBLE, INT)(address)
    x = (ctypes.c_double * 3)(1.0, 2.0, 3.0)
    n, one = ctypes.c_int(3), ctypes.c_int(1)
    return ddot(n, x, one, x, one)


def root(address: int | None) -> float:
    """The Cholesky factor of [[9]]."""
    assert address is not None
    dpotrf = ctypes.CFUNCTYPE(None, ctypes.c_char_p, INT, DOUBLE, INT, INT)(address)
    a, n, info = (ctypes.c_double * 1)(9.0), ctypes.c_int(1), ctypes.c_int(-1)
    dpotrf(b"L", n, a, n, info)
    assert info.value == 0
    return a[0]


def test_blas_and_lapack() -> None:
    assert dot_product(symbols.blas("ddot")) == 14.0
    assert dot_product(symbols.address("blas.ddot")) == 14.0
    assert root(symbols.lapack("dpotrf")) == 3.0
    assert root(symbols.address("lapack.dpotrf")) == 3.0
    assert symbols.blas("nowhere") is None
    assert symbols.lapack("nowhere") is None


def test_of_scipys_capsules(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    monkeypatch.setattr(symbols, "_in_openblas", lambda module, name: None)
    assert dot_product(symbols.blas("ddot")) == 14.0
    assert root(symbols.lapack("dpotrf")) == 3.0


def test_by_the_usual_import(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    def fails(module: str) -> None:
        raise ImportError(module)

    monkeypatch.setattr(symbols, "_in_openblas", lambda module, name: None)
    monkeypatch.setattr(symbols, "_alone", fails)
    monkeypatch.delitem(sys.modules, "scipy.linalg.cython_blas", raising=False)
    assert dot_product(symbols.blas("ddot")) == 14.0


def test_without_scipy(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    monkeypatch.setattr(symbols, "_extension", lambda module: None)
    monkeypatch.setitem(sys.modules, "scipy.linalg.cython_blas", None)
    assert symbols.blas("ddot") is None


@pytest.mark.parametrize(
    ("signature", "fine"),
    [
        (b"void (char *, int *, __pyx_t_5scipy_6linalg_11cython_blas_d *, int *)", True),
        (b"__pyx_t_double_complex (int *, __pyx_t_double_complex *)", True),
        (b"void (char *, long *, __pyx_t_5scipy_6linalg_11cython_blas_d *)", False),
        (b"void (char *, int64_t *, __pyx_t_5scipy_6linalg_11cython_blas_d *)", False),
    ],
)
def test_integers_of_64_bits_are_refused(signature: bytes, fine: bool) -> None:
    assert symbols._has_32_bit_integers(signature) is fine


@pytest.mark.parametrize("direct", [True, False])
def test_scipy_can_still_be_imported(direct: bool) -> None:
    code = f"""
import sys
from wengert.compiler.native import symbols
if not {direct}:
    symbols._in_openblas = lambda module, name: None
first = symbols.blas("dgemm"), symbols.lapack("dgetrf")
print("scipy.linalg" in sys.modules)
import scipy.linalg
import scipy.linalg.cython_blas, scipy.linalg.cython_lapack
print(scipy.linalg.cython_blas.__name__, scipy.linalg.solve([[2.0]], [1.0])[0])
print(len(scipy.linalg.cython_blas.__pyx_capi__) > 100, len(scipy.linalg.cython_lapack.__pyx_capi__) > 100, all(first))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["False", "scipy.linalg.cython_blas", "0.5", "True", "True", "True"]
