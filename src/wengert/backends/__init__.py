"""Backends: where arrays live and primitives are evaluated, behind one small protocol."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from . import numpy as _numpy

__all__ = ["Backend", "backend"]


class Backend(Protocol):
    """What the library asks of an array library."""

    def implementation(self, name: str) -> Callable[..., Any]:
        """The function that evaluates the primitive of this name."""

    def is_array(self, value: Any) -> bool:
        """Whether ``value`` is an array of this backend (a scalar with a dtype counts)."""

    def asarray(self, value: Any, dtype: Any = None, copy: bool | None = None) -> Any:
        """An array of this backend."""

    def frozen_copy(self, value: Any) -> Any:
        """``value``, or a copy of it where somebody could write into it."""

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """An array of zeros."""

    def ones(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """An array of ones."""

    def basis(self, size: int, dtype: Any) -> Any:
        """The standard basis as the rows of a matrix."""

    def half_lower(self, size: int, dtype: Any) -> Any:
        """Ones below the diagonal of a square matrix, halves on it, zeros above."""

    def lower(self, rows: int, columns: int, diagonal: int, dtype: Any) -> Any:
        """Ones below and on a diagonal of a matrix, zeros above."""

    def arange(self, size: int) -> Any:
        """The integers from zero."""

    def dtype(self, spec: Any) -> Any:
        """The dtype object that ``spec`` means."""

    def noting(self) -> AbstractContextManager[Any]:
        """A scope that remembers the arrays that are made from nothing: zeros, ones and their like."""

    def made(self, value: Any) -> bool:
        """Whether an array was made from nothing, by the library itself, in the innermost scope that remembers it."""

    def remade(self, array: Any) -> Any:
        """An array that was made from nothing earlier, and counts as if made now."""

    def limits(self, dtype: Any) -> tuple[Any, Any]:
        """The smallest and the largest integer or boolean of a dtype."""

    def precision(self, dtype: Any) -> float:
        """The distance from 1 to the next number of an inexact dtype."""

    def sample(self, dtype: Any, ndim: int) -> Any:
        """An array of ones, one element along each axis, or a Python scalar for a Python type."""

    def quiet(self) -> AbstractContextManager[Any]:
        """A scope without floating-point warnings: a derivative meets infinities that the program masks."""


backend: Backend = _numpy
