"""Convolution: bilinear, and closed under its own transposes.

``convolution(x, w)`` of x (batch, channels, *sizes) and w (filters, channels / groups, *kernel) correlates, as neural
networks do: out[n, o, p] = Σ x̃[n, c, p s + k d] w[o, c, k] over c and k, where x̃ is x with ``lhs_dilation`` - 1 zeros
between its elements and ``padding`` zeros around (cut off where that is negative), s the ``strides`` and d the
``rhs_dilation``. A filter sees the channels of its group.

Seen from an element of x, out is reached through the mirrored kernel, where strides and the dilation of x change
places; seen from one of w, through out as kernel, where strides and the dilation of w do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backends import backend
from ..core.errors import ShapeError
from ..core.primitive import Example
from ..core.types import Shape, Value
from .families import conjugate, multilinear, shape_rule
from .shaping import flip, reshape, transpose

__all__ = ["convolution", "mirrored"]

Params = dict[str, Any]
Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]

_shape = backend.implementation("convolved_shape")
_dilated = backend.implementation("dilated_size")


def _convolution_shape(x: Shape, w: Shape, **params: Any) -> Shape:
    groups = params["groups"]
    if len(x) != len(w) or len(x) < 2 or x[1] != groups * w[1] or w[0] % groups:
        raise ShapeError(f"convolution: shapes {x} and {w} do not fit for {groups} group(s)")
    return _shape(x, w, **params)  # type: ignore[no-any-return]


def mirrored(w: Value, groups: int) -> Value:
    """The mirrored kernel in which the channels of each group are its filters."""
    filters, channels, *kernel = w.shape
    if groups == 1:
        turned = transpose(w, axes=(1, 0, *range(2, len(w.shape))))
    else:
        split = reshape(w, shape=(groups, filters // groups, channels, *kernel))
        turned = transpose(split, axes=(0, 2, 1, *range(3, len(kernel) + 3)))
        turned = reshape(turned, shape=(groups * channels, filters // groups, *kernel))
    return flip(turned, axes=tuple(range(2, len(w.shape))))


def _convolution_left(
    ct: Value,
    x: Any,
    w: Value,
    *,
    strides: Sizes,
    padding: Pairs,
    lhs_dilation: Sizes,
    rhs_dilation: Sizes,
    groups: int,
) -> Value:
    pairs = []
    for n, m, k, s, (low, _), ld, rd in zip(
        x.shape[2:], ct.shape[2:], w.shape[2:], strides, padding, lhs_dilation, rhs_dilation, strict=True
    ):
        before = (k - 1) * rd - low
        pairs.append((before, (n - 1) * ld + _dilated(k, rd) - _dilated(m, s) - before))
    return convolution(
        ct,
        mirrored(conjugate(w), groups),
        strides=lhs_dilation,
        padding=tuple(pairs),
        lhs_dilation=strides,
        rhs_dilation=rhs_dilation,
        groups=groups,
    )


def _by_channels(x: Value, groups: int) -> Value:
    """The channels as a batch, and the images as channels, of each group its own."""
    images, channels, *sizes = x.shape
    if groups == 1:
        return transpose(x, axes=(1, 0, *range(2, len(x.shape))))
    split = reshape(x, shape=(images, groups, channels // groups, *sizes))
    turned = transpose(split, axes=(2, 1, 0, *range(3, len(sizes) + 3)))
    return reshape(turned, shape=(channels // groups, groups * images, *sizes))


def _convolution_right(
    ct: Value,
    x: Value,
    w: Any,
    *,
    strides: Sizes,
    padding: Pairs,
    lhs_dilation: Sizes,
    rhs_dilation: Sizes,
    groups: int,
) -> Value:
    pairs = tuple(
        (low, (k - 1) * rd + _dilated(m, s) - low - _dilated(n, ld))
        for n, m, k, s, (low, _), ld, rd in zip(
            x.shape[2:], ct.shape[2:], w.shape[2:], strides, padding, lhs_dilation, rhs_dilation, strict=True
        )
    )
    turned = convolution(
        _by_channels(conjugate(x), groups),
        _by_channels(ct, 1),
        strides=rhs_dilation,
        padding=pairs,
        lhs_dilation=lhs_dilation,
        rhs_dilation=strides,
        groups=groups,
    )
    return _by_channels(turned, 1)


def _convolution_batch(size: int, inputs: Sequence[Value], batched: Sequence[bool], params: Params) -> Value:
    """A batch of inputs is more images, one of kernels more filters, one of both more groups."""
    x, w = inputs
    groups = params["groups"]
    if not batched[1]:
        images = x.shape[1]
        out = convolution(reshape(x, shape=(size * images, *x.shape[2:])), w, **params)
        return reshape(out, shape=(size, images, *out.shape[1:]))
    filters, channels, *kernel = w.shape[1:]
    each = filters // groups
    if not batched[0]:
        split = reshape(w, shape=(size, groups, each, channels, *kernel))
        turned = transpose(split, axes=(1, 0, *range(2, len(split.shape))))
        out = convolution(x, reshape(turned, shape=(size * filters, channels, *kernel)), **params)
        images, _, *sizes = out.shape
        split = reshape(out, shape=(images, groups, size, each, *sizes))
        turned = transpose(split, axes=(2, 0, 1, *range(3, len(split.shape))))
        return reshape(turned, shape=(size, images, filters, *sizes))
    _, images, depth, *sizes = x.shape
    turned = transpose(x, axes=(1, 0, *range(2, len(x.shape))))
    out = convolution(
        reshape(turned, shape=(images, size * depth, *sizes)),
        reshape(w, shape=(size * filters, channels, *kernel)),
        **{**params, "groups": size * groups},
    )
    split = reshape(out, shape=(images, size, filters, *out.shape[2:]))
    return transpose(split, axes=(1, 0, *range(2, len(split.shape))))


def _example(x: Shape, w: Shape, padding: Pairs, strides: Sizes, left: Sizes, right: Sizes, groups: int) -> Example:
    dilations = {"lhs_dilation": left, "rhs_dilation": right}
    return Example((x, w), {"strides": strides, "padding": padding, **dilations, "groups": groups})


convolution = multilinear(
    "convolution",
    _convolution_left,
    _convolution_right,
    type_rule=shape_rule(_convolution_shape),
    batch=_convolution_batch,
    arity=2,
    examples=(
        _example((2, 2, 5), (3, 2, 2), ((1, 0),), (1,), (1,), (1,), 1),
        _example((1, 2, 4, 3), (4, 1, 2, 2), ((0, 1), (2, -1)), (2, 1), (1, 1), (1, 2), 2),
        _example((1, 2, 3), (2, 2, 3), ((2, 1),), (1,), (2,), (1,), 1),
        _example((2, 1, 4), (1, 1, 2), ((-1, 2),), (2,), (3,), (2,), 1),
        _example((2, 3), (4, 3), (), (), (), (), 1),
        _example((0, 2, 4), (1, 2, 3), ((0, 0),), (1,), (1,), (1,), 1),
    ),
)
