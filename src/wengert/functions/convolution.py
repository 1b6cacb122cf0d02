"""Convolution of images of any number of dimensions with learned kernels, as PyTorch's ``conv1d``, ``conv2d``, ..."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

from ..core.errors import DTypeError, ShapeError
from ..core.types import Shape, Value
from ..ops import convolution as ops
from ..ops.shaping import reshape
from .operands import ArrayLike, array_operand, result

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["conv", "conv_transpose"]

Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


def per_axis(given: Any, rank: int, name: str, least: int = 1) -> Sizes:
    """An integer for each of some axes, given as one for all or as a sequence."""
    try:
        sizes = (as_integer(given),) * rank
    except TypeError:
        try:
            sizes = tuple(map(as_integer, given))
        except TypeError:
            raise DTypeError(f"{name} must be an integer or a sequence of integers, not {given!r}") from None
    if len(sizes) != rank:
        raise ShapeError(f"{name} {given!r} has {len(sizes)} entries, for {rank} axes")
    if min(sizes, default=least) < least:
        raise ShapeError(f"{name} must be at least {least}, not {given!r}")
    return sizes


def side_pairs(given: Any, rank: int, name: str = "padding") -> Pairs:
    """How much before and after each of some axes: a number for all, or for each a number or a pair."""
    if isinstance(given, Sequence) and not isinstance(given, str):
        if len(given) != rank:
            raise ShapeError(f"{name} {given!r} has {len(given)} entries, for {rank} axes")
        pairs = [per_axis(sides, 2, name, 0) for sides in given]
    else:
        pairs = [(n, n) for n in per_axis(given, rank, name, 0)]
    return tuple((low, high) for low, high in pairs)


def conv(
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """The convolution of images with filters, in as many dimensions as they have.

    As in neural networks the kernel is not mirrored: out[n, o, p] = Σ x[n, c, stride p + dilation k] w[o, c, k] over
    the channels c and the places k of the kernel.

    Parameters
    ----------
    x : array of shape (batch, channels, *sizes) or (channels, *sizes)
    w : array of shape (filters, channels / groups, *kernel)
        With as many axes of a kernel as ``x`` has sizes.
    stride : int or sequence of int
        How far the windows are apart, along all or each of the axes.
    padding : int, sequence, 'valid' or 'same'
        How many zeros around: along all axes; along each, on both sides or as a pair ``(before, after)``; none; or so
        many that there are ⌈size / stride⌉ windows, where an odd one goes after.
    dilation : int or sequence of int
        How far the elements that meet neighbours of the kernel are apart.
    groups : int
        Into how many groups channels and filters are divided: filters see the channels of their own.

    Returns
    -------
    Array
        Of shape (batch, filters, *positions), or without the batch.

    Raises
    ------
    ShapeError
        If the shapes do not fit, or the kernel is larger than the padded image.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.array([[0.0, 1.0, 2.0, 3.0]])
    >>> w = wg.array([[[1.0, 10.0]]])
    >>> wg.conv(x, w)
    Array([[10., 21., 32.]])
    >>> wg.conv(x, w, stride=2, padding=1)
    Array([[ 0., 21.,  3.]])
    """
    x, w = array_operand(x), array_operand(w)
    rank = _kernel_rank(x, w, "conv")
    strides, dilations = per_axis(stride, rank, "stride"), per_axis(dilation, rank, "dilation")
    images, kernel = _batched(x, rank), w.shape[2:]
    channels, groups = images.shape[1], _groups(groups)
    if channels != groups * w.shape[1] or w.shape[0] % groups:
        raise ShapeError(
            f"conv: for {groups} group(s), filters of shape {w.shape} see {groups * w.shape[1]} channels, and must be "
            f"a multiple of {groups}; the image of shape {x.shape} has {channels} channels"
        )
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    pairs = _conv_padding(padding, images.shape[2:], reach, strides)
    for n, (low, high), r in zip(images.shape[2:], pairs, reach, strict=True):
        if n + low + high < r:
            raise ShapeError(
                f"conv: a kernel of shape {kernel} with dilation {dilations} is larger than an image of shape "
                f"{images.shape[2:]} with padding {pairs}"
            )
    out = ops.convolution(
        images,
        w,
        strides=strides,
        padding=pairs,
        lhs_dilation=(1,) * rank,
        rhs_dilation=dilations,
        groups=groups,
    )
    return result(_like(out, x))


def conv_transpose(
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    output_padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """The transpose of :func:`conv`: each element of an image times the kernel, added up ``stride`` apart.

    It maps back to the image from which :func:`conv` with these parameters comes: as its gradient, not as its inverse.

    Parameters
    ----------
    x : array of shape (batch, channels, *sizes) or (channels, *sizes)
    w : array of shape (channels, filters / groups, *kernel)
    stride : int or sequence of int
        How far the kernels of neighbours are apart.
    padding : int or sequence
        How much of the result is cut off: along all axes; along each, on both sides or as a pair ``(before, after)``.
    output_padding : int or sequence of int
        How much longer the result is at the end, less than the stride or the dilation: :func:`conv` gives the same for
        images of several sizes, and this says which of them.
    dilation : int or sequence of int
        How far neighbours of the kernel are apart.
    groups : int
        As for :func:`conv`.

    Returns
    -------
    Array
        Of shape (batch, filters, *sizes), with (n - 1) stride + (k - 1) dilation + 1 + output_padding less the padding
        along an axis of n elements and k of the kernel.

    Raises
    ------
    ShapeError
        If the shapes do not fit, or nothing would be left.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.conv_transpose([[1.0, 2.0, 3.0]], [[[1.0, 10.0]]], stride=2)
    Array([[ 1., 10.,  2., 20.,  3., 30.]])
    """
    x, w = array_operand(x), array_operand(w)
    rank = _kernel_rank(x, w, "conv_transpose")
    strides, dilations = per_axis(stride, rank, "stride"), per_axis(dilation, rank, "dilation")
    images, groups = _batched(x, rank), _groups(groups)
    if images.shape[1] != w.shape[0] or w.shape[0] % groups:
        raise ShapeError(
            f"conv_transpose: filters of shape {w.shape} take {w.shape[0]} channels, in {groups} group(s); the image "
            f"of shape {x.shape} has {images.shape[1]} channels"
        )
    if isinstance(padding, str):
        raise ShapeError(f"the padding of conv_transpose is a number or one for each axis or side, not {padding!r}")
    extra = per_axis(output_padding, rank, "output_padding", 0)
    if any(e >= max(s, d) for e, s, d in zip(extra, strides, dilations, strict=True)):
        raise ShapeError(
            f"output_padding {output_padding} must be less than the stride {strides} or the dilation {dilations}"
        )
    reach = [(k - 1) * d for k, d in zip(w.shape[2:], dilations, strict=True)]
    pairs = tuple(
        (r - low, r - high + e) for r, e, (low, high) in zip(reach, extra, side_pairs(padding, rank), strict=True)
    )
    out = ops.convolution(
        images,
        ops.mirrored(w, groups),
        strides=(1,) * rank,
        padding=pairs,
        lhs_dilation=strides,
        rhs_dilation=dilations,
        groups=groups,
    )
    if 0 in out.shape[2:]:
        raise ShapeError(f"conv_transpose: padding {padding} leaves nothing of an image of shape {x.shape}")
    return result(_like(out, x))


def _kernel_rank(x: Value, w: Value, name: str) -> int:
    """How many axes the kernel has."""
    rank = len(w.shape) - 2
    if rank < 1 or len(x.shape) not in (rank + 1, rank + 2):
        raise ShapeError(
            f"{name} takes an image of shape (batch, channels, *sizes) or (channels, *sizes) and filters with an axis "
            f"for each of the sizes after the first two, not the shapes {x.shape} and {w.shape}"
        )
    if 0 in w.shape[2:] or 0 in x.shape[len(x.shape) - rank :]:
        raise ShapeError(
            f"{name}: neither an image of shape {x.shape} nor a kernel of shape {w.shape[2:]} may be empty"
        )
    return rank


def _groups(groups: int) -> int:
    return per_axis(groups, 1, "groups")[0]


def _batched(x: Value, rank: int) -> Value:
    return x if len(x.shape) == rank + 2 else reshape(x, shape=(1, *x.shape))


def _like(out: Value, x: Value) -> Value:
    return out if len(x.shape) == len(out.shape) else reshape(out, shape=out.shape[1:])


def _conv_padding(padding: Any, sizes: Shape, reach: Sequence[int], strides: Sizes) -> Pairs:
    if not isinstance(padding, str):
        return side_pairs(padding, len(sizes))
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    if padding != "same":
        raise ShapeError(f"padding is a number, one for each axis or side, 'valid' or 'same', not {padding!r}")
    totals = [max(0, (-(-n // s) - 1) * s + r - n) for n, r, s in zip(sizes, reach, strides, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)
