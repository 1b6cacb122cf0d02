"""Executables: every dtype and memory layout, the cache on disk, ways of calling, and threads."""

import os
import subprocess
import sys
import threading
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.lowering import module as lower
from wengert.compiler.native import executable, prepared

X = wg.array([1.0, 2.0, 3.0])
DTYPES = ["bool", "int8", "uint8", "int16", "int32", "int64", "uint32", "uint64"]
DTYPES += ["float16", "float32", "float64", "longdouble", "complex64", "complex128", "clongdouble"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype: str) -> None:
    def f(x: Any) -> Any:
        return x * 2, x + x, wg.sum(x), x[0], x.T, wg.exp(x) if x.dtype.kind in "fc" else x

    x = wg.array(np.arange(6).reshape(2, 3), dtype=dtype)
    for found, expected in zip(wg.compile(f)(x), f(x), strict=True):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-2 if dtype == "float16" else 1e-6)


class Subclass(np.ndarray[Any, Any]):
    pass


def test_memory_layouts() -> None:
    def f(x: Any) -> Any:
        return wg.sum(x * x, axis=0)

    compiled = wg.compile(f)
    a = np.arange(12.0).reshape(3, 4)
    fixed = a.copy()
    fixed.flags.writeable = False
    odd = np.zeros(97, np.uint8)[1:].view(np.float64).reshape(3, 4)
    odd[...] = a
    assert not odd.flags.aligned
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.matrix(a)
    every = [a, np.asfortranarray(a), a[:, ::-1], a[::-1], np.repeat(a, 2, 1)[:, ::2], fixed, odd]
    every += [a.astype(">f8"), matrix, a.view(Subclass), np.ma.array(a), np.broadcast_to(a[0], (3, 4))]
    for x in every:
        expected = f(np.asarray(x)).numpy()
        for given in (x, wg.array(x), x):
            np.testing.assert_allclose(compiled(given).numpy(), expected)


@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (1, 1)])
def test_empty_and_small_arrays(shape: tuple[int, ...]) -> None:
    x = np.ones(shape)
    np.testing.assert_array_equal(wg.compile(lambda x: wg.sum(x * 2, axis=0))(x).numpy(), np.sum(x * 2, axis=0))


def test_arrays_without_dimensions() -> None:
    compiled = wg.compile(lambda x: (x * 2, wg.sum(x), x.reshape(1)))
    for x in (np.array(3.0), np.float64(3.0), wg.array(3.0), wg.sum(X) / 2):
        for _ in range(2):
            assert [part.item() for part in compiled(x)] == [6, 3, 3]


def test_another_way_of_calling(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (executable, lower, prepared):
        monkeypatch.setattr(module, "layout_is_known", lambda: False)
    w = wg.array([1.0, 2.0, 3.0])
    compiled = wg.compile(lambda x: (wg.sum(x * w * 3) if x[0] > 0 else wg.sum(x), wg.sort(x)))
    for scale in (1, -1, 1):
        total, ordered = compiled(X * scale)
        assert total == (42 if scale > 0 else -6)
        np.testing.assert_array_equal(ordered.numpy(), np.sort(X.numpy() * scale))
    assert compiled(np.arange(6.0)[::2] + 1)[0] == 3 * (1 + 6 + 15)
    np.testing.assert_array_equal(wg.grad(wg.compile(lambda x: wg.sum(x * x * w)))(X).numpy(), [2, 8, 18])


def test_machine_code_is_found_on_disk(tmp_path: Path) -> None:
    code = """
import warnings
import numpy as np
import wengert as wg
warnings.simplefilter("error")
def f(x): return wg.sum(wg.sin(x) * wg.exp(x))
compiled, x = wg.compile(wg.value_and_grad(f)), np.arange(100.0) / 100
value, gradient = compiled(x)
np.testing.assert_allclose(value.numpy(), f(x).numpy())
np.testing.assert_allclose(gradient.numpy(), wg.grad(f)(x).numpy(), rtol=1e-12)
print(compiled.cache_info().from_disk)
"""
    folder = tmp_path / "cache"

    def found(**variables: str) -> str:
        environment = {**os.environ, "WENGERT_CACHE_DIR": str(folder), **variables}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert (found(), found()) == ("0", "1")
    for file in folder.rglob("*.object"):
        data = file.read_bytes()
        file.write_bytes(data[:200] + b"other" + data[205:])
    assert (found(), found()) == ("0", "1")
    found(WENGERT_VECTOR_MATH="0")
    found(WENGERT_THREADS="1")
    assert found(WENGERT_CACHE_SIZE="0") == "0"


def test_what_was_kept_and_does_not_link_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    assert wg.compile(lambda x: x * 2)(X)[0] == 2
    read = prepared._loaded

    def spoiled(payload: bytes | None) -> prepared.Prepared | None:
        found = read(payload)
        return None if found is None else replace(found, code=b"no object code")

    monkeypatch.setattr(prepared, "_loaded", spoiled)
    compiled = wg.compile(lambda x: x * 2)
    assert compiled(X)[0] == 2
    assert compiled.cache_info().from_disk == 0


def test_without_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lower.symbols, "available", lambda library: False)
    lower._vector_isa.cache_clear()
    try:
        x = np.linspace(0, 1, 40_000).reshape(200, 200)
        compiled = wg.compile(lambda x: wg.sum(wg.sin(x) * x @ x))
        np.testing.assert_allclose(compiled(x).numpy(), np.sum(np.sin(x) * x @ x), rtol=1e-11)
    finally:
        lower._vector_isa.cache_clear()


def test_the_interpreter_lock_is_released() -> None:
    def f(x: Any) -> Any:
        for _ in range(10):
            x = wg.sin(x) + wg.cos(x) * 0.1
        return wg.sum(x)

    x = np.random.default_rng(0).normal(size=(1000, 1000))
    compiled = wg.compile(f)
    compiled(x)
    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.0005):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.perf_counter()
    for _ in range(5):
        compiled(x)
    end = time.perf_counter()
    stop.set()
    thread.join()
    assert sum(start < t < end for t in ticks) >= 5


def test_what_is_called_out_may_call_compiled_functions() -> None:
    inner = wg.compile(lambda x: wg.sum(x * x))
    rng = wg.random.default_rng(0)
    rng.draw = lambda kind, arguments: np.full(3, inner(np.arange(3.0)).item())  # type: ignore[method-assign]
    compiled = wg.compile(lambda x: x + rng.random(3))
    assert [compiled(X)[0].item() for _ in range(3)] == [6] * 3


def test_memory_for_calls_does_not_grow_without_bound() -> None:
    made = wg.compile(lambda x: wg.sort(x) + 1).lower(wg.ones(1000))._executable
    for arena in [made.take_arena() for _ in range(100)]:
        made.give_arena(arena)
    assert len(made._arenas) <= 16
