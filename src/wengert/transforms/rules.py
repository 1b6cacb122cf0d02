"""The rules of ``custom_vjp`` and ``custom_jvp``, flat in arrays: what all interpreters ask of them.

What a VJP rule gives is linear in the cotangent, so the JVP is its transpose; what a JVP rule gives is linear in the
tangents, so the VJP is its transpose. Other rules are made of these two: run on a batch, as programs, or with captured
arrays lowered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..backends import backend
from ..core.errors import ShapeError, TreeError
from ..core.interpreter import Box, Interpreter, strip, wrap
from ..core.program import Program, Variable
from ..core.tree import flatten, same_structure, unflatten
from ..core.types import SCALARS, Value, is_inexact
from ..ops.families import zeros_like
from .arguments import array_value
from .batch import Batch
from .calls import FlatCall, at_level, mine, of_level
from .reverse import record_call
from .trace import Stager

__all__ = ["BatchedRule", "JVPRule", "LoweredRule", "Rule", "TracedRule", "VJPRule", "Values", "below"]

Values = Sequence[Value]


class Rule:
    """A function with its derivative, on flat values; each of ``backward`` and ``push`` gives the other."""

    name: str
    reverse: bool
    """Whether it is ``backward`` that was given."""

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        """The outputs."""
        raise NotImplementedError

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Outputs, and what ``backward`` needs besides the inputs."""
        return self.evaluate(*values), ()

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        """The inputs' cotangents."""
        return _transpose(lambda *ts: self.push(values, ts)[1], values, cotangents)

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        """Outputs and their tangents."""
        outputs, residuals = self.forward(*values)
        return outputs, _transpose(lambda *cts: self.backward(values, residuals, cts), outputs, tangents)


def _transpose(linear: Callable[..., Sequence[Value | None]], at: Values, cotangents: Values) -> list[Value]:
    """The transpose of a linear function from values shaped like ``at``, applied to cotangents of its results."""
    places = [i for i, x in enumerate(at) if is_inexact(x.dtype)]
    kept: list[int] = []

    def restricted(*xs: Value) -> list[Value]:
        full: list[Value] = [zeros_like(x) for x in at]
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        results = [r if isinstance(r, Box) else None for r in linear(*full)]
        kept.extend(i for i, r in enumerate(results) if r is not None)
        return [r for r in results if r is not None]

    with backend.quiet():  # a factor may be infinite: what it makes of zero is not looked at
        recording = record_call(restricted, [zeros_like(at[i]) for i in places])
    pulled = recording.pull([cotangents[i] for i in kept], retain=False)
    full: list[Value] = [zeros_like(x) for x in at]
    for i, x in zip(places, pulled, strict=True):
        full[i] = x
    return full


class VJPRule(Rule):
    """What :class:`custom_vjp` was given, for one call."""

    reverse = True

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        rules: tuple[Callable[..., Any], Callable[..., Any]],
        args: tuple[Any, ...],
    ) -> None:
        self.name = name
        self.primal = FlatCall(function, args)
        self._fwd, self._bwd = rules
        self._residual_tree: Any = None

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        """The outputs."""
        return self.primal(*values)

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Outputs, and what ``backward`` needs besides the inputs."""
        result = self._fwd(*self.primal.arguments(values))
        if not isinstance(result, tuple) or len(result) != 2:
            raise TreeError(f"the forward rule of {self.name} must return a pair (output, residuals)")
        leaves, self.primal.out_tree = flatten(result[0])
        residuals, self._residual_tree = flatten(result[1])
        outputs = tuple(strip(array_value(x, "the output of a forward rule")) for x in leaves)
        return outputs, tuple(strip(x) for x in residuals)

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        """The inputs' cotangents, None for zero."""
        residual = unflatten(self._residual_tree, [_wrapped(x) for x in residuals])
        cotangent = unflatten(self.primal.out_tree, [wrap(c) for c in cotangents])
        parts = self._bwd(residual, cotangent)
        args = self.primal.arguments(values)
        if not isinstance(parts, tuple) or len(parts) != len(args):
            raise TreeError(f"the backward rule of {self.name} must return a tuple of {len(args)} cotangent(s)")
        flat: list[Value | None] = []
        for part, arg in zip(parts, args, strict=True):
            leaves, structure = flatten(arg)
            arrays = [x for x in leaves if isinstance(x, Box)]
            if part is None:
                flat.extend([None] * len(arrays))
                continue
            given = same_structure(part, structure, f"a cotangent from the backward rule of {self.name}")
            for x, leaf in zip(given, leaves, strict=True):
                if isinstance(leaf, Box):
                    flat.append(_fitting(x, leaf, f"the backward rule of {self.name}"))
        return tuple(flat)


class JVPRule(Rule):
    """What :class:`custom_jvp` was given, for one call."""

    reverse = False

    def __init__(
        self, name: str, function: Callable[..., Any], rule: Callable[..., Any], args: tuple[Any, ...]
    ) -> None:
        self.name = name
        self.primal = FlatCall(function, args)
        self._jvp = rule

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        """The outputs."""
        return self.primal(*values)

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        """Outputs and their tangents."""
        result = self._jvp(self.primal.arguments(values), self.primal.arguments(tangents))
        if not isinstance(result, tuple) or len(result) != 2:
            raise TreeError(f"the rule of {self.name} must return a pair (output, tangent)")
        leaves, self.primal.out_tree = flatten(result[0])
        outputs = tuple(strip(array_value(x, "the output of a rule")) for x in leaves)
        if result[1] is None and leaves:  # zero
            return outputs, tuple(map(zeros_like, outputs))
        given = same_structure(result[1], self.primal.out_tree, f"the tangent from the rule of {self.name}")
        what = f"the rule of {self.name}"
        return outputs, tuple(_fitting(t, y, what) for t, y in zip(given, outputs, strict=True))


class BatchedRule(Rule):
    """A rule that runs on the batch of a level."""

    def __init__(self, rule: Rule, level: Batch, batched: Sequence[bool]) -> None:
        self.name, self.reverse = rule.name, rule.reverse
        flags = tuple(batched)
        self.evaluate = at_level(level, of_level(level, rule.evaluate), flags)  # type: ignore[method-assign]
        self.forward = at_level(level, rule.forward, flags)  # type: ignore[method-assign]
        inputs = tuple(flags)

        def entered(values: Values) -> list[Value]:
            return [level.box(v, None) if b else v for v, b in zip(values, inputs, strict=True)]

        self._backward = at_level(level, lambda v, r, c: rule.backward(v, r, c), (False, True, True))
        self._push = at_level(level, lambda v, t: rule.push(v, t), (False, False))
        self._entered = entered

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        """The inputs' cotangents, None for zero."""
        return self._backward(self._entered(values), residuals, cotangents)  # type: ignore[no-any-return]

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        """Outputs and their tangents."""
        return self._push(self._entered(values), self._entered(tangents))  # type: ignore[no-any-return]


Traced = tuple[Program, Sequence[Variable]]
"""A function as a program, and the variables that it captured: the last inputs of the program."""


class TracedRule(Rule):
    """A rule as programs, with the values of what its functions captured."""

    def __init__(
        self, rule: Rule, evaluate: Traced, forward: Traced, derivative: Traced, captured: Mapping[Variable, Value]
    ) -> None:
        self.name, self.reverse = rule.name, rule.reverse
        self._evaluate, self._forward, self._derivative = evaluate, forward, derivative
        self._captured = captured

    def _run(self, traced: Traced, *values: Value) -> tuple[Value, ...]:
        program, captured = traced
        return tuple(program.evaluate(*values, *[self._captured[v] for v in captured]))

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        """The outputs."""
        return self._run(self._evaluate, *values)

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Outputs, and what ``backward`` needs besides the inputs."""
        return self._run(self._forward, *values), ()

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        """The inputs' cotangents, None for zero."""
        if not self.reverse:
            return super().backward(values, residuals, cotangents)
        return self._run(self._derivative, *values, *cotangents)

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        """Outputs and their tangents."""
        if self.reverse:
            return super().push(values, tangents)
        out = self._run(self._derivative, *values, *tangents)
        return out[: len(out) // 2], out[len(out) // 2 :]


class LoweredRule(Rule):
    """A rule where captured arrays of a level stand for their values below."""

    def __init__(self, rule: Rule, level: Interpreter) -> None:
        self.name, self.reverse = rule.name, rule.reverse
        self._rule, self._level = rule, level

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        """The outputs."""
        return tuple(below(self._level, self._rule.evaluate, values))

    def forward(self, *values: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """Outputs, and what ``backward`` needs besides the inputs."""
        return tuple(below(self._level, lambda *xs: self._rule.forward(*xs)[0], values)), ()

    def backward(self, values: Values, residuals: Values, cotangents: Values) -> Sequence[Value | None]:
        """The inputs' cotangents, None for zero."""

        def pull(*both: Value) -> Sequence[Value | None]:
            primals = both[: len(values)]
            return self._rule.backward(primals, self._rule.forward(*primals)[1], both[len(values) :])

        return below(self._level, pull, (*values, *cotangents))

    def push(self, values: Values, tangents: Values) -> tuple[Values, Values]:
        """Outputs and their tangents."""

        def push(*both: Value) -> Values:
            outputs, moved = self._rule.push(both[: len(values)], both[len(values) :])
            return (*outputs, *moved)

        out = below(self._level, push, (*values, *tangents))
        return out[: len(out) // 2], out[len(out) // 2 :]


def below(level: Interpreter, function: Callable[..., Sequence[Value | None]], values: Values) -> list[Value | None]:
    """A function's results, where arrays that it captured at ``level`` stand for their values below.

    They are found by tracing: in the program they are constants, and can be replaced.
    """
    with Stager(takes_impure=False) as stager, level.reopened(values_only=True):
        parts = function(*[stager.input(x) for x in values])
    program = stager.program([p for p in parts if p is not None], None, None).pruned()
    constants = {v: c._value if mine(level, c) else c for v, c in program.constants.items()}
    results = iter(replace(program, constants=constants).evaluate(*values))
    return [None if p is None else next(results) for p in parts]


def _wrapped(x: Value) -> Value:
    return x if isinstance(x, SCALARS) and not hasattr(x, "dtype") else wrap(x) if hasattr(x, "dtype") else x


def _fitting(x: Any, like: Value, what: str) -> Value:
    """A tangent or cotangent given by a rule, checked against what it belongs to."""
    value = strip(array_value(x, f"what {what} returns"))
    if value.shape != like.shape:
        raise ShapeError(f"{what} gave shape {value.shape} for an array of shape {like.shape}")
    return value
