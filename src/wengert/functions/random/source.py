"""Where the numbers of a generator come from, and how a draw is written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...backends import backend
from ...core.interpreter import apply
from ...core.types import Shape, Value
from ...ops.random import draw
from ..operands import ArrayLike, result
from ..shaping import shape_argument
from .parameters import Named, Size, fixed, followed, given_shape, real, thawed

if TYPE_CHECKING:
    from ...eager.array import Array

__all__ = ["Source"]


class Source:
    """A generator of NumPy's whose draws are operations, so that a program performs them anew.

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
        named = arguments[-1] if arguments and isinstance(arguments[-1], Named) else ()
        given = arguments[:-1] if named else arguments
        return getattr(self._generator, kind)(*map(thawed, given), **dict(named))

    def _drawn(self, kind: str, arguments: tuple[Any, ...], shape: Shape, dtype: Any = float) -> Value:
        return apply(draw, generator=self, kind=kind, arguments=arguments, shape=shape, dtype=backend.dtype(dtype))

    def _standard(self, kind: str, size: Size, dtype: Any = float) -> Value:
        """Numbers of a distribution without parameters."""
        shape = () if size is None else shape_argument(size)
        name = backend.dtype(dtype).name  # a parameter of an equation is something that compares
        return self._drawn(kind, (None if size is None else shape, name), shape, name)

    def _distributed(
        self, kind: str, parameters: Sequence[tuple[str, ArrayLike]], size: Size, formula: Callable[..., Value]
    ) -> Array:
        """NumPy's numbers for plain parameters; for arrays, ``formula(shape, *parameters)``, which they move."""
        values = [real(x, name) for name, x in parameters]
        shape = given_shape(size, *values)
        if followed(values):
            return result(formula(shape, *values))
        return result(self._plain(kind, values, size, shape))

    def _plain(self, kind: str, values: Sequence[Any], size: Size, shape: Shape, dtype: Any = float) -> Value:
        return self._drawn(kind, (*map(fixed, values), None if size is None else shape), shape, dtype)
