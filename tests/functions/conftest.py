"""What the tests of the public functions share: arrays to try them on, and the comparison with NumPy."""

import warnings
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg

DTYPES = ("float64", "float32", "complex128", "int64", "bool")
_SPECIAL = (0.0, -0.0, 0.5, 1.0, -1.0, 2.5, np.inf, -np.inf, np.nan)


def _elements(dtype: np.dtype[Any], finite: bool) -> st.SearchStrategy[Any]:
    if dtype.kind == "b":
        return st.booleans()
    if dtype.kind in "iu":
        return st.integers(-6 if dtype.kind == "i" else 0, 6)
    part = st.integers(-400, 400).map(lambda n: n / 128)
    real = part if finite else st.sampled_from(_SPECIAL) | part
    return st.builds(complex, real, real) if dtype.kind == "c" else real


@st.composite
def _arrays(
    draw: st.DrawFn,
    shape: tuple[int, ...] | st.SearchStrategy[tuple[int, ...]] | None = None,
    dtypes: Sequence[str] = DTYPES,
    finite: bool = False,
) -> np.ndarray[Any, Any]:
    """Arrays of small numbers, which sum and multiply without overflow."""
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    if shape is None:
        shape = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
    return draw(hnp.arrays(dtype, shape, elements=_elements(dtype, finite), fill=st.nothing()))


@pytest.fixture(scope="session")
def arrays() -> Callable[..., st.SearchStrategy[np.ndarray[Any, Any]]]:
    """Makes strategies for arrays of a shape, or of any; ``finite=True`` leaves out infinities and NaN."""
    return _arrays


@pytest.fixture(scope="session")
def like_numpy() -> Callable[..., None]:
    """Asserts that a function of the library does what NumPy's does: ``like_numpy("add", x, y, key=...)``."""
    return _like_numpy


def _like_numpy(name: str, *args: Any, numpy: Callable[..., Any] | None = None, rtol: float = 0, **kwargs: Any) -> None:
    """The same values, dtype and shape, or an error of the same kind; of plain and of recorded arguments."""
    function, reference = attrgetter(name)(wg), numpy or attrgetter(name)(np)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        recorded = [_recorded(a) for a in args]
        try:
            expected = reference(*args, **kwargs)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            for given in (args, recorded):
                with pytest.raises(kind):
                    function(*given, **kwargs)
            return
        for given in (args, recorded):
            _assert_same(function(*given, **kwargs), expected, rtol)


def _recorded(x: Any) -> Any:
    if not isinstance(x, np.ndarray):
        return x
    return wg.array(x, requires_grad=x.dtype.kind in "fc")


def _assert_same(found: Any, expected: Any, rtol: float) -> None:
    if isinstance(expected, bool):
        assert found is expected
    elif isinstance(expected, tuple):
        assert isinstance(found, tuple)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            _assert_same(one, other, rtol)
    else:
        expected = np.asarray(expected)
        assert isinstance(found, wg.Array)
        assert found.dtype == expected.dtype
        assert found.shape == expected.shape
        value = found.detach().numpy()
        if rtol:
            np.testing.assert_allclose(value, expected, rtol=rtol, atol=rtol)
        else:
            np.testing.assert_array_equal(value, expected)


@pytest.fixture(scope="session")
def tolerance() -> Callable[..., float]:
    """The rounding error allowed for a result computed in another order from arrays like these."""

    def of(*arrays: np.ndarray[Any, Any]) -> float:
        dtype = np.result_type(*arrays)
        return 1e-4 if dtype in (np.float32, np.complex64) else 1e-11

    return of


@pytest.fixture(scope="session")
def smooth() -> Callable[..., None]:
    """Asserts that a function has right derivatives: ``smooth(lambda a, b: wg.kron(a, b), x, y)``."""
    return _smooth


def _smooth(function: Callable[..., Any], *args: Any, order: int = 2, rtol: float | None = None) -> None:
    """Derivatives in both modes to second order; batches equal loops; the traced program gives the same."""
    args = tuple(np.asarray(a) for a in args)
    wg.testing.check_grads(function, args, order=order, rtol=rtol, atol=rtol)
    plain = _leaves(function(*args))
    for found, expected in zip(_leaves(wg.trace(function)(*args).evaluate(*args)), plain, strict=True):
        np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))
    batch = [np.stack([a, a + (a.dtype.type(0.01) if a.dtype.kind in "fc" else 0)]) for a in args]
    stacked = _leaves(wg.vmap(function)(*batch))
    for i in range(2):
        single = _leaves(function(*[b[i] for b in batch]))
        for found, expected in zip(stacked, single, strict=True):
            np.testing.assert_allclose(found[i].numpy(), np.asarray(expected), rtol=1e-9, atol=1e-11)


def _leaves(result: Any) -> list[Any]:
    return [leaf for part in result for leaf in _leaves(part)] if isinstance(result, (tuple, list)) else [result]
