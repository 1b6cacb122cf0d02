"""Random order and random choice of the entries of arrays, which are moved with their derivatives."""

from __future__ import annotations

from math import prod
from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.errors import DTypeError
from ...core.interpreter import Box
from ...core.types import Value, normalize_axis
from ..indexing import take, take_along_axis
from ..operands import ArrayLike, array_operand, concrete, operand, result
from ..shaping import reshape, shape_argument
from .parameters import Fixed, Named, Size, constant, fixed, no_output
from .source import Source

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["Selection"]


class Selection(Source):
    """Permutations and choices."""

    def permutation(self, x: ArrayLike, axis: int = 0) -> Array:
        """The numbers below ``x``, or the entries of an array along an axis, in random order.

        Examples
        --------
        >>> import wengert as wg
        >>> x = wg.random.default_rng(0).permutation(4)
        >>> wg.sort(x)
        Array([0, 1, 2, 3])
        """
        entries, count, axis = _entries(x, axis)
        order = self._drawn("permutation", (count,), (count,), np.int64)
        return result(order) if entries is None else take(entries, order, axis=axis)

    def permuted(self, x: ArrayLike, axis: int | None = None, out: None = None) -> Array:
        """The elements in random order; along an axis, in another order for each place along the other axes.

        Examples
        --------
        >>> import wengert as wg
        >>> x = wg.random.default_rng(0).permuted([[1, 2, 3], [4, 5, 6]], axis=1)
        >>> wg.sort(x, axis=1)
        Array([[1, 2, 3],
               [4, 5, 6]])
        """
        no_output(out, "permuted")
        value = array_operand(x)
        if axis is None:
            order = self._drawn("permuted", (Fixed(np.arange(prod(value.shape))),), (prod(value.shape),), np.int64)
            return reshape(take(reshape(value, -1), order), value.shape)
        axis = normalize_axis(axis, len(value.shape))
        places = [-1 if a == axis else 1 for a in range(len(value.shape))]
        grid = np.broadcast_to(np.arange(value.shape[axis]).reshape(places), value.shape)
        order = self._drawn("permuted", (Fixed(grid), Named([("axis", axis)])), value.shape, np.int64)
        return take_along_axis(value, order, axis)

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Bring the entries of an array along an axis into random order, in place.

        Only for arrays of this library; :meth:`permutation` gives a shuffled copy of anything.

        Examples
        --------
        >>> import wengert as wg
        >>> x = wg.arange(4)
        >>> wg.random.default_rng(0).shuffle(x)
        >>> wg.sort(x)
        Array([0, 1, 2, 3])
        """
        if not isinstance(x, Box):
            raise DTypeError(f"shuffle writes into an Array, not into a {type(x).__name__}; use permutation")
        if not x.shape:
            raise DTypeError("shuffle needs an array with an axis, not a number")
        x[...] = self.permutation(x, axis)  # type: ignore[index]

    def choice(
        self,
        a: ArrayLike,
        size: Size = None,
        replace: bool = True,
        p: ArrayLike | None = None,
        axis: int = 0,
        shuffle: bool = True,
    ) -> Array:
        """Entries picked at random: of the numbers below ``a``, or of an array along an axis.

        Parameters
        ----------
        a : int or array
            What is picked from; picked entries of an array are differentiated.
        size : optional
            How many; one by default.
        replace : bool
            Whether an entry may be picked again.
        p : array, optional
            The probability of each entry; it must not be differentiated.
        axis : int
            Along which the entries lie.
        shuffle : bool
            Whether entries picked without replacement are in random order.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).choice(wg.array([0.5, 1.5, 2.5]), size=2, p=[0, 1, 0])
        Array([1.5, 1.5])
        """
        entries, count, axis = _entries(a, axis)
        shape = () if size is None else shape_argument(size)
        probabilities = None if p is None else fixed(np.asarray(constant(p, "a probability of a random choice")))
        arguments = (count, None if size is None else shape, bool(replace), probabilities, 0, bool(shuffle))
        picked = self._drawn("choice", arguments, shape, np.int64)
        return result(picked) if entries is None else take(entries, picked, axis=axis)


def _entries(x: ArrayLike, axis: int) -> tuple[Value | None, int, int]:
    """An array, how many entries it has along an axis, and that axis; None and a number for the numbers below it."""
    value = operand(x)
    if getattr(value, "shape", ()) == ():
        return None, as_integer(concrete(value, "the number of entries of a random selection")), 0
    axis = normalize_axis(axis, len(value.shape))
    return value, value.shape[axis], axis
