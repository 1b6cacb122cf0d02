"""``stop_gradient``: values that count as constants."""

from __future__ import annotations

from typing import Any

from ..core.interpreter import Box, apply, wrap
from ..core.tree import map_tree
from ..ops import elementwise
from .arguments import array_value

__all__ = ["stop_gradient"]


def stop_gradient(x: Any) -> Any:
    """The same values, on which no derivative depends, in any mode and to any order.

    Parameters
    ----------
    x : array, or container of arrays

    Returns
    -------
    The same container.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.grad(lambda x: x * wg.stop_gradient(x))(3.0)
    Array(3.)
    """
    return map_tree(_constant, x)


def _constant(x: Any) -> Box:
    return wrap(apply(elementwise.stop_gradient, array_value(x, "an argument of stop_gradient")))
