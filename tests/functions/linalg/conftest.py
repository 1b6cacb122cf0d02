"""What the tests of linear algebra share: matrices to try it on, and comparison up to rounding."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

import wengert as wg

DTYPES = ("float64", "float32", "complex128", "int64")


@pytest.fixture(scope="session")
def same() -> Callable[..., None]:
    """Asserts that an Array has the numbers, shape and dtype of a NumPy array, up to rounding."""
    return _same


def _same(found: Any, expected: Any, rtol: float = 1e-12) -> None:
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    loose = found.dtype in (np.float32, np.complex64)
    np.testing.assert_allclose(
        found.detach().numpy(), expected, rtol=1e-4 if loose else rtol, atol=1e-4 if loose else rtol
    )


@pytest.fixture(scope="session")
def regular() -> Callable[..., np.ndarray[Any, Any]]:
    """Well-conditioned matrices of a shape: ``regular(2, 3, 3, dtype=..., seed=...)``."""
    return _regular


def _regular(*shape: int, dtype: str = "float64", seed: int = 0) -> np.ndarray[Any, Any]:
    x, n = _random(shape, dtype, 100 + seed), shape[-1]
    if np.dtype(dtype).kind == "i":
        return np.asarray(np.rint(x * 3) + 9 * np.eye(n), dtype)
    return np.asarray(x / (n + 1) + 2 * np.eye(n), dtype)


@pytest.fixture(scope="session")
def random() -> Callable[..., np.ndarray[Any, Any]]:
    """Matrices of a shape: ``random(2, 3, dtype=..., seed=...)``."""
    return lambda *shape, dtype="float64", seed=0: np.asarray(_random(shape, dtype, 200 + seed), dtype)


def _random(shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray[Any, Any]:
    generator = np.random.default_rng(seed)  # not the checker's own directions, which would commute
    x = generator.uniform(-1, 1, shape)
    if np.dtype(dtype).kind == "c":
        return x + 1j * generator.uniform(-1, 1, shape)
    return np.rint(3 * x) if np.dtype(dtype).kind == "i" else x


@st.composite
def _stacks(draw: st.DrawFn, arrays: Any, square: bool = False, least: int = 0) -> np.ndarray[Any, Any]:
    stack = draw(st.sampled_from([(), (), (2,), (0,), (2, 1)]))
    m, n = draw(st.integers(least, 4)), draw(st.integers(least, 4))
    return draw(arrays((*stack, m, m if square else n), dtypes=DTYPES, finite=True))


@pytest.fixture(scope="session")
def stacks(arrays: Any) -> Callable[..., st.SearchStrategy[np.ndarray[Any, Any]]]:
    """Makes strategies for stacks of matrices of any shape, or square ones."""
    return lambda **options: _stacks(arrays, **options)
