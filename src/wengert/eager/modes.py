"""Switching the recording of equations off and on."""

from __future__ import annotations

from contextlib import ContextDecorator
from types import TracebackType
from typing import Self

from ..core.interpreter import state

__all__ = ["enable_grad", "is_grad_enabled", "no_grad"]


class _Floor(ContextDecorator):
    """Sets the depth below which levels do not record, and puts back what was there."""

    def __init__(self) -> None:
        self._outer: list[int] = []

    def _recreate_cm(self) -> Self:
        return type(self)()  # a decorated function may run in several threads at once

    def _floor(self) -> int:
        raise NotImplementedError

    def __enter__(self) -> Self:
        floor, _ = state.scope(self._floor(), state.tape)
        self._outer.append(floor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        state.scope(self._outer.pop(), state.tape)


class no_grad(_Floor):
    """A scope, or a decorator, in which nothing is recorded: what is computed in it is constant.

    It is so for every derivative that is already under way, forward ones too. Transforms called inside still
    differentiate what they are given.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.ones(2, requires_grad=True)
    >>> with wg.no_grad():
    ...     y = 2 * x
    >>> y.requires_grad
    False
    """

    def _floor(self) -> int:
        return state.depth + 1  # a level opened from here on lies higher


class enable_grad(_Floor):
    """A scope, or a decorator, in which recording is on, also inside :class:`no_grad`.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.ones(2, requires_grad=True)
    >>> with wg.no_grad(), wg.enable_grad():
    ...     y = 2 * x
    >>> y.requires_grad
    True
    """

    def _floor(self) -> int:
        return 0


def is_grad_enabled() -> bool:
    """Whether operations on arrays that require a gradient are recorded here."""
    return state.floor <= state.depth
