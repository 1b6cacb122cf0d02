"""Random numbers, of NumPy's generators: the namespace ``wengert.random``.

A generator gives what NumPy's gives for the same seed and the same calls. Draws are constants, but parameters of a
distribution that are arrays are differentiated: what is drawn is then moved and scaled by them. A traced or compiled
function draws anew whenever it is called. Under ``vmap`` all entries share a draw; draw one with a longer shape outside
of it where they should not.
"""

from __future__ import annotations

from operator import index as as_integer
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backends import backend
from ..core.errors import ShapeError
from ..core.interpreter import Box, apply
from ..core.types import Shape, Value, broadcast_shapes, normalize_axis
from ..ops.random import draw
from .indexing import take
from .operands import ArrayLike, concrete, operand, result
from .shaping import shape_argument

if TYPE_CHECKING:
    from ..eager.array import Array

__all__ = ["Generator", "default_rng"]

DType = Any
Size = Any
"""A shape, a number of elements, or None for what the parameters broadcast to."""


def default_rng(seed: Any = None) -> Generator:
    """A generator of random numbers.

    Parameters
    ----------
    seed : optional
        Whatever ``numpy.random.default_rng`` takes: an integer, a sequence of them, a bit generator, a generator of
        NumPy's, which is shared; None for one that differs from run to run.

    Returns
    -------
    Generator

    Examples
    --------
    >>> import wengert as wg
    >>> rng = wg.random.default_rng(0)
    >>> rng.integers(10, size=5)
    Array([8, 6, 5, 2, 3])

    A parameter that is an array is differentiated; the draw itself is a constant.

    >>> scale = wg.array(2.0, requires_grad=True)
    >>> y = rng.normal(0.0, scale, size=3)
    >>> wg.sum(y).backward()
    >>> wg.allclose(scale.grad, wg.sum(y.detach()) / 2)
    True
    """
    return seed if isinstance(seed, Generator) else Generator(np.random.default_rng(seed))


class Generator:
    """A generator of random numbers with NumPy's methods; :func:`default_rng` makes one.

    Parameters
    ----------
    generator : numpy.random.Generator or numpy.random.BitGenerator
        What the numbers are taken from.
    """

    def __init__(self, generator: Any) -> None:
        is_generator = isinstance(generator, np.random.Generator)
        self._generator = generator if is_generator else np.random.Generator(generator)

    def __repr__(self) -> str:
        return f"Generator({type(self.bit_generator).__name__})"

    @property
    def bit_generator(self) -> np.random.BitGenerator:
        """NumPy's source of random bits, with the state of the generator."""
        return self._generator.bit_generator

    def draw(self, kind: str, arguments: tuple[Any, ...]) -> Any:
        """What NumPy's method of this name gives now: the evaluation of the primitive."""
        return getattr(self._generator, kind)(*arguments)

    def _drawn(self, kind: str, arguments: tuple[Any, ...], shape: Shape, dtype: DType = float) -> Value:
        return apply(draw, generator=self, kind=kind, arguments=arguments, shape=shape, dtype=backend.dtype(dtype))

    def _standard(self, kind: str, size: Size, dtype: DType = float) -> Value:
        """Numbers of a distribution without parameters."""
        shape = () if size is None else shape_argument(size)
        name = backend.dtype(dtype).name  # a parameter of an equation is something that compares
        return self._drawn(kind, (None if size is None else shape, name), shape, name)

    # Continuous distributions ----------------------------------------------------------------------------------------

    def random(self, size: Size = None, dtype: DType = np.float64) -> Array:
        """Uniformly distributed numbers of [0, 1).

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).random(3).shape
        (3,)
        """
        return result(self._standard("random", size, dtype))

    def uniform(self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: Size = None) -> Array:
        """Uniformly distributed numbers of [low, high).

        Examples
        --------
        >>> import wengert as wg
        >>> x = wg.random.default_rng(0).uniform(-1, 1, size=100)
        >>> bool(wg.all((-1 <= x) & (x < 1)))
        True
        """
        low, high, shape = _parameters(size, low, high)
        if shape is None:
            return result(self._scalar_draw("uniform", (low, high), size))
        _check(high - low, "high - low")
        return result(low + (high - low) * self._standard("random", shape))

    def normal(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Normally distributed numbers of this mean and standard deviation.

        Examples
        --------
        >>> import wengert as wg
        >>> def f(mean):
        ...     return wg.mean(wg.random.default_rng(0).normal(mean, 0.1, size=10))
        >>> wg.grad(f)(3.0)
        Array(1.)
        """
        loc, scale, shape = _parameters(size, loc, scale)
        if shape is None:
            return result(self._scalar_draw("normal", (loc, scale), size))
        _check(scale, "scale")
        return result(loc + scale * self._standard("standard_normal", shape))

    def standard_normal(self, size: Size = None, dtype: DType = np.float64) -> Array:
        """Normally distributed numbers of mean 0 and standard deviation 1.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).standard_normal((2, 3), dtype="float32").dtype
        dtype('float32')
        """
        return result(self._standard("standard_normal", size, dtype))

    def exponential(self, scale: ArrayLike = 1.0, size: Size = None) -> Array:
        """Exponentially distributed numbers of this mean.

        Examples
        --------
        >>> import wengert as wg
        >>> bool(wg.all(wg.random.default_rng(0).exponential(2.0, size=5) >= 0))
        True
        """
        scale, _, shape = _parameters(size, scale, 0.0)
        if shape is None:
            return result(self._scalar_draw("exponential", (scale,), size))
        _check(scale, "scale")
        return result(scale * self._standard("standard_exponential", shape))

    def standard_exponential(self, size: Size = None, dtype: DType = np.float64) -> Array:
        """Exponentially distributed numbers of mean 1.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).standard_exponential(2).shape
        (2,)
        """
        return result(self._standard("standard_exponential", size, dtype))

    def _scalar_draw(self, kind: str, parameters: tuple[float, ...], size: Size) -> Value:
        """Parameters that are numbers are NumPy's to use."""
        shape = () if size is None else shape_argument(size)
        return self._drawn(kind, (*parameters, None if size is None else shape), shape)

    # Integers and selections -----------------------------------------------------------------------------------------

    def integers(
        self,
        low: ArrayLike,
        high: ArrayLike | None = None,
        size: Size = None,
        dtype: DType = np.int64,
        endpoint: bool = False,
    ) -> Array:
        """Integers of [low, high), or of [0, low); with ``endpoint`` up to and including the last.

        Examples
        --------
        >>> import wengert as wg
        >>> wg.random.default_rng(0).integers(1, 7, size=4)
        Array([6, 4, 4, 2])
        """
        bounds = [_fixed(x, "a bound of random integers") for x in (low, high)]
        shape = (
            broadcast_shapes(*(np.shape(x) for x in bounds if x is not None)) if size is None else shape_argument(size)
        )
        name = backend.dtype(dtype).name
        arguments = (*bounds, None if size is None else shape, name, bool(endpoint))
        return result(self._drawn("integers", arguments, shape, name))

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
            The probability of each entry; no derivative goes through it.
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
        probabilities = None if p is None else _fixed(p, "a probability of a random choice")
        arguments = (count, None if size is None else shape, bool(replace), probabilities, 0, bool(shuffle))
        picked = self._drawn("choice", arguments, shape, np.int64)
        return result(picked) if entries is None else take(entries, picked, axis=axis)


def _parameters(size: Size, first: ArrayLike, second: ArrayLike) -> tuple[Any, Any, Shape | None]:
    """Parameters of a distribution, and the shape of the result; None in its place where they are plain numbers."""
    first, second = operand(first), operand(second)
    if not any(isinstance(x, Box) or np.ndim(x) for x in (first, second)):
        return float(first), float(second), None
    shapes = [x.shape if isinstance(x, Box) else np.shape(x) for x in (first, second)]
    shape = broadcast_shapes(*shapes)
    if size is not None:
        asked = shape_argument(size)
        if broadcast_shapes(shape, asked) != asked:
            raise ShapeError(f"parameters of shapes {shapes[0]} and {shapes[1]} do not broadcast to size {asked}")
        shape = asked
    return first, second, shape


def _entries(x: ArrayLike, axis: int) -> tuple[Value | None, int, int]:
    """An array, how many entries it has along an axis, and that axis; None and a number for the numbers below it."""
    value = operand(x)
    if getattr(value, "shape", ()) == ():
        return None, as_integer(concrete(value, "the number of entries of a random selection")), 0
    axis = normalize_axis(axis, len(value.shape))
    return value, value.shape[axis], axis


def _check(value: Value, what: str) -> None:
    """Refuse what is negative, where there is a value to look at that no transform has to follow."""
    if isinstance(value, Box):
        if value._level is not Box.ground:
            return
        value = value._value
    if np.any(np.less(value, 0)):
        raise ValueError(f"{what} of a random distribution must not be negative")


def _fixed(x: Any, purpose: str) -> Any:
    """A parameter without derivative as a number or nested tuples of numbers."""

    def frozen(part: Any) -> Any:
        return tuple(map(frozen, part)) if isinstance(part, list) else part

    return None if x is None else frozen(np.asarray(concrete(operand(x), purpose)).tolist())
