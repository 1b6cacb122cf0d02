"""The derivative checker: derivatives against finite differences, in both modes and to any order.

It works on any function of arrays, the library's own or yours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .core.errors import DTypeError, TreeError
from .core.interpreter import Box, wrap
from .core.tree import flatten, unflatten
from .core.types import is_inexact
from .functions.operands import concrete
from .transforms.arguments import differentiable_value
from .transforms.forward import jvp
from .transforms.reverse import vjp

__all__ = ["check_grads"]

Values = list[np.ndarray[Any, Any]]
_MODES = {"fwd": "forward", "forward": "forward", "rev": "reverse", "reverse": "reverse"}


def check_grads(
    function: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: str | Sequence[str] = ("fwd", "rev"),
    *,
    rtol: float | None = None,
    atol: float | None = None,
    step: float | None = None,
    seed: int = 0,
) -> None:
    """Check the derivatives of a function against finite differences.

    The derivative along a random direction is compared with the five-point difference formula (Abramowitz & Stegun,
    25.3.6), and the reverse derivative for a random cotangent with the same number; then the derivatives themselves
    are checked as functions, up to ``order``.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.
    args : sequence
        The point: floating-point or complex arrays, or containers of them.
    order : int
        Up to which derivative to check.
    modes : {"fwd", "rev"} or sequence of them
        Which modes; for higher orders all their combinations.
    rtol, atol : float, optional
        Tolerances, relative to the largest derivative and absolute; by default 1e-6 for double precision and 1e-2
        for single.
    step : float, optional
        Of the differences, by default the fifth root of the precision. The function is evaluated up to two steps
        away from the point in the random direction, whose entries are at most 1.
    seed : int
        Of the random directions.

    Raises
    ------
    AssertionError
        If a derivative is wrong, or is not finite; the message says which.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.testing.check_grads(lambda x: wg.sum(wg.sin(x) ** 2), (wg.array([1.0, 2.0]),))
    """
    chosen = (modes,) if isinstance(modes, str) else tuple(modes)
    if not chosen or any(m not in _MODES for m in chosen):
        raise ValueError(f"modes must be 'fwd', 'rev' or both, not {modes!r}")
    if order < 1:
        raise ValueError(f"order must be 1 or more, not {order}")
    if not isinstance(args, (tuple, list)):
        raise TreeError("check_grads takes a tuple of arguments: check_grads(f, (x,))")
    leaves, tree = flatten(tuple(args))
    point = [np.asarray(concrete(differentiable_value(x, "an argument to check"), "check_grads")) for x in leaves]
    if not point:
        raise TreeError("check_grads needs an argument to differentiate with respect to")
    single = any(np.finfo(x.dtype).eps > 1e-12 for x in point)
    precision = max(float(np.finfo(x.dtype).eps) for x in point)
    checker = _Checker(
        rtol=(1e-2 if single else 1e-6) if rtol is None else rtol,
        atol=(1e-2 if single else 1e-6) if atol is None else atol,
        step=precision**0.2 if step is None else step,
        random=np.random.default_rng([seed, 0x5745_4E47]),  # not the generator that made the caller's test data
        modes=[_MODES[m] for m in chosen],
    )

    def flat(*values: Any) -> list[Any]:
        outputs, _ = flatten(function(*unflatten(tree, values)))
        found = [x for x in map(_array, outputs) if is_inexact(x.dtype)]
        if not found:
            raise DTypeError("the function to check returns nothing that has a derivative")
        return found

    checker.check(flat, point, order, "")


def _array(x: Any) -> Any:
    if isinstance(x, Box):
        return x
    if isinstance(x, (int, float, complex, np.ndarray, np.generic)):
        return wrap(np.asarray(x))
    raise DTypeError(f"the function must return arrays, not {x!r}")


class _Checker:
    def __init__(
        self, *, rtol: float, atol: float, step: float, random: np.random.Generator, modes: Sequence[str]
    ) -> None:
        self.rtol, self.atol, self.step, self.random, self.modes = rtol, atol, step, random, modes

    def check(self, function: Callable[..., list[Any]], point: Values, order: int, path: str) -> None:
        """Check the first derivatives, then, for higher orders, the derivatives as functions."""
        direction = self._random_like(point)
        expected, rough = self._difference(function, point, direction)
        cotangent = self._random_like(expected)
        for mode in self.modes:
            where = f"{path}{' of the ' if path else ''}{mode} derivative"
            if mode == "forward":
                _, moved = jvp(function, tuple(point), tuple(direction))
                for k, (found, wanted) in enumerate(zip(moved, expected, strict=True)):
                    self._compare(np.asarray(found), wanted, f"{where}, output {k}", rough)
            else:
                _, pull = vjp(function, *point)
                pulled = [np.asarray(g) for g in pull([wrap(c) for c in cotangent])]
                self._finite(pulled, where)
                product = sum(_inner(g, d) for g, d in zip(pulled, direction, strict=True))
                reference = sum(_inner(c, e) for c, e in zip(cotangent, expected, strict=True))
                size = sum(float(np.abs(c * e).sum()) for c, e in zip(cotangent, expected, strict=True))
                self._compare(np.asarray(product), np.asarray(reference), f"{where}, <ct, J v>", rough, size)
            if order > 1:
                self.check(self._derivative(function, mode, direction, cotangent), point, order - 1, where)

    def _derivative(
        self, function: Callable[..., list[Any]], mode: str, direction: Values, cotangent: Values
    ) -> Callable[..., list[Any]]:
        if mode == "forward":
            return lambda *xs: jvp(function, xs, tuple(direction))[1]
        return lambda *xs: list(vjp(function, *xs)[1]([wrap(c) for c in cotangent]))

    def _random_like(self, values: Values) -> Values:
        directions = []
        for x in values:
            d: Any = self.random.uniform(-1, 1, x.shape)
            if x.dtype.kind == "c":
                d = d + 1j * self.random.uniform(-1, 1, x.shape)
            directions.append(np.asarray(d, x.dtype))
        return directions

    def _difference(self, function: Callable[..., list[Any]], point: Values, direction: Values) -> tuple[Values, bool]:
        """The directional derivative by five points, and whether the sides disagree: a kink is near."""

        def at(t: float) -> Values:
            moved = [wrap((x + t * d).astype(x.dtype)) for x, d in zip(point, direction, strict=True)]
            return [np.asarray(y) for y in function(*moved)]

        h = self.step
        samples = [at(t * h) for t in (-2, -1, 0, 1, 2)]
        differences, rough = [], False
        for far_left, left, middle, right, far_right in zip(*samples, strict=True):
            differences.append(np.asarray((8 * (right - left) - (far_right - far_left)) / (12 * h), middle.dtype))
            asymmetry = np.abs(right - 2 * middle + left) / h
            slope = np.abs(differences[-1]) + self.atol
            rough = rough or bool(np.any(asymmetry > 0.1 * slope))
        return differences, rough

    def _finite(self, values: Values, where: str) -> None:
        if not all(np.isfinite(x).all() for x in values):
            raise AssertionError(f"the {where} is not finite: {values}")

    def _compare(
        self, found: np.ndarray[Any, Any], expected: np.ndarray[Any, Any], where: str, rough: bool, size: float = 0.0
    ) -> None:
        self._finite([found], where)
        if found.shape != expected.shape:
            raise AssertionError(f"the {where} has shape {found.shape}, not {expected.shape}")
        if not expected.size:
            return
        error = np.abs(found - expected)
        scale = max(size, float(np.max(np.abs(expected))))
        if not np.max(error) <= self.atol + self.rtol * scale:
            worst = np.unravel_index(np.argmax(error), error.shape)
            hint = " (the differences to both sides disagree: is there a kink near the point?)" if rough else ""
            raise AssertionError(
                f"the {where} is {found[worst]!r} at index {tuple(map(int, worst))}, but finite differences give "
                f"{expected[worst]!r}{hint}"
            )


def _inner(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> float:
    """The real inner product Re Σ conj(a) b."""
    return float(np.sum(np.conj(a) * b).real)
