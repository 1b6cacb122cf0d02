"""Discrete Fourier transforms: linear, and closed under transposition.

``norm`` says, in NumPy's words, which direction is divided by the number of points: ``'backward'`` the inverse one,
``'forward'`` the other, ``'ortho'`` both by its root.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ..backends import backend
from ..core.primitive import Example
from ..core.types import ArrayType, Value
from .families import linear, result_dtype

__all__ = ["MIRRORED", "fft", "irfft", "rfft"]

Params = dict[str, Any]

MIRRORED = {"backward": "forward", "forward": "backward", "ortho": "ortho"}
"""With this norm, the other direction has the same factor: it is the adjoint."""


_complex_result = partial(backend.implementation("fft"), axes=(0,), inverse=False, norm="backward")
_real_result = partial(backend.implementation("irfft"), axis=0, size=1, doubled=True, norm="backward")


def _fft_type(x: ArrayType, *, axes: tuple[int, ...], inverse: bool, norm: str) -> ArrayType:
    return ArrayType(x.shape, result_dtype(_complex_result, (x.dtype,), 1))


def _fft_transpose(ct: Value, x: Any, *, axes: tuple[int, ...], inverse: bool, norm: str) -> Value:
    """The matrix is symmetric, and its conjugate is the inverse but for the factor."""
    return fft(ct, axes=axes, inverse=not inverse, norm=MIRRORED[norm])


def _fft_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return fft(inputs[0], **{**params, "axes": tuple(a + 1 for a in params["axes"])})


fft = linear(  # y[k] = Σ x[j] exp(∓2πi jk/n), along each of the axes
    "fft",
    _fft_transpose,
    type_rule=_fft_type,
    batch=_fft_batch,
    arity=1,
    examples=tuple(
        Example((shape,), {"axes": axes, "inverse": inverse, "norm": norm})
        for shape, axes, inverse, norm in (
            ((5,), (0,), False, "backward"),
            ((2, 3, 4), (0, 2), True, "backward"),
            ((2, 3), (1,), False, "ortho"),
            ((0, 3), (1,), True, "forward"),
        )
    ),
)


# The transform of real numbers: y[n - k] = conj(y[k]), and the first half of them is given ----------------------------
#
# A frequency between 0 and n/2 stands for two. Its number is counted once or twice (``doubled``), and what is counted
# alike is transposed: of the maps y = F x and x = Re(F* y), either both double or neither does. NumPy's rfft does not,
# and its irfft does.


def _rfft_type(x: ArrayType, *, axis: int, doubled: bool, norm: str) -> ArrayType:
    shape = (*x.shape[:axis], x.shape[axis] // 2 + 1, *x.shape[axis + 1 :])
    return ArrayType(shape, result_dtype(_complex_result, (x.dtype,), 1))


def _rfft_transpose(ct: Value, x: Any, *, axis: int, doubled: bool, norm: str) -> Value:
    return irfft(ct, axis=axis, size=x.shape[axis], doubled=doubled, norm=MIRRORED[norm])


def _rfft_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return rfft(inputs[0], **{**params, "axis": params["axis"] + 1})


rfft = linear(
    "rfft",
    _rfft_transpose,
    type_rule=_rfft_type,
    batch=_rfft_batch,
    arity=1,
    examples=tuple(
        Example((shape,), {"axis": axis, "doubled": doubled, "norm": norm})
        for shape, axis, doubled, norm in (
            ((5,), 0, False, "backward"),
            ((2, 4), 1, True, "ortho"),
            ((3, 2), 0, True, "forward"),
            ((1,), 0, False, "backward"),
            ((3, 0), 0, False, "backward"),
        )
    ),
)


def _irfft_type(x: ArrayType, *, axis: int, size: int, doubled: bool, norm: str) -> ArrayType:
    shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
    return ArrayType(shape, result_dtype(_real_result, (x.dtype,), 1))


def _irfft_transpose(ct: Value, x: Any, *, axis: int, size: int, doubled: bool, norm: str) -> Value:
    return rfft(ct, axis=axis, doubled=doubled, norm=MIRRORED[norm])


def _irfft_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    return irfft(inputs[0], **{**params, "axis": params["axis"] + 1})


irfft = linear(  # of size // 2 + 1 frequencies
    "irfft",
    _irfft_transpose,
    type_rule=_irfft_type,
    batch=_irfft_batch,
    arity=1,
    examples=tuple(
        Example((shape,), {"axis": axis, "size": size, "doubled": doubled, "norm": norm})
        for shape, axis, size, doubled, norm in (
            ((3,), 0, 5, True, "backward"),
            ((2, 3), 1, 4, False, "ortho"),
            ((2, 2), 0, 3, False, "forward"),
            ((1,), 0, 1, True, "backward"),
            ((2, 0), 0, 3, True, "backward"),
        )
    ),
)
