"""Functions with derivatives of their own: ``custom_vjp`` and ``custom_jvp``.

One rule is enough for both modes. Under ``vmap`` function and rules run on the batch. An array that the function
captured instead of taking it as an argument is differentiated as if there were no rule: the rule says nothing about
it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import update_wrapper
from typing import Any

from ..backends import backend
from ..core.errors import GraphError
from ..core.interpreter import Box, Interpreter, apply, strip, wrap
from ..core.primitive import Primitive
from ..core.tree import unflatten
from ..core.types import ArrayType, Value, type_of
from ..eager.sweep import sweep
from ..eager.tape import Leaf, Node, Recorder
from ..ops.families import zeros_like
from ..ops.shaping import reshape
from .arguments import check_callable
from .batch import Batch
from .calls import call_primitive, mine, of_level, older, positional
from .forward import Forward
from .rules import BatchedRule, JVPRule, LoweredRule, Rule, TracedRule, Values, VJPRule, below
from .trace import Stager

__all__ = ["custom_jvp", "custom_vjp"]


# ---------------------------------------------------------------------------------------------------------------------
# What the interpreters make of a rule
# ---------------------------------------------------------------------------------------------------------------------


def _primitive(rule: Rule) -> Primitive:
    def call(level: Interpreter, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
        if isinstance(level, (Recorder, Forward)) and not any(mine(level, x) for x in inputs):
            return _captured_only(rule, level, inputs)
        if isinstance(level, Recorder):
            return _record(rule, level, inputs)
        if isinstance(level, Forward):
            return _push(rule, level, inputs)
        if isinstance(level, Stager):
            return _stage(rule, level, inputs)
        assert isinstance(level, Batch)
        flags = [mine(level, x) for x in inputs]
        lowered = _primitive(BatchedRule(rule, level, flags))
        out = apply(lowered, *[x._value if b else x for x, b in zip(inputs, flags, strict=True)])
        return tuple(level.box(strip(o), None) for o in out)

    return call_primitive(rule.name, rule.evaluate, call, vjp=_differently)


def _differently(*_: Any) -> Any:
    raise AssertionError("a call interprets itself")


def _captured_only(rule: Rule, level: Interpreter, inputs: tuple[Value, ...]) -> Any:
    """A call of which the level sees captured arrays alone: for levels below, the rule still holds."""
    natively = rule.evaluate(*inputs)
    outputs = apply(_primitive(LoweredRule(rule, level)), *inputs)
    return tuple(level.box(strip(o), n._note) if mine(level, n) else o for o, n in zip(outputs, natively, strict=True))


def _record(rule: Rule, level: Recorder, inputs: tuple[Value, ...]) -> Any:
    """Record a call.

    An output that depends on captured arrays has a graph of its own that leads to them; it passes its cotangent on.
    """
    values = [x._value if mine(level, x) else strip(x) for x in inputs]
    notes = [
        x._note if mine(level, x) and x._note is not None else type_of(v) for x, v in zip(inputs, values, strict=True)
    ]
    residuals: list[Value] = []

    def forward(*values: Value) -> tuple[Value, ...]:
        outputs, residuals[:] = rule.forward(*values)
        return outputs

    start = Leaf((), None).order
    outputs = of_level(level, forward)(*values)
    through = [k for k, o in enumerate(outputs) if mine(level, o) and isinstance(o._note, Node)]
    graphs = [outputs[k]._note for k in through]
    captured = tuple(older(graphs, start))
    lowered = tuple(o._value if mine(level, o) else o for o in outputs)
    kept = tuple(r._value if mine(level, r) else r for r in residuals)
    types = tuple(map(type_of, lowered))
    primitive = call_primitive(
        rule.name,
        _not_to_be_run_again if captured else rule.evaluate,
        _differently,
        types,
        vjp=_pull(rule, level, len(values), through, captured, types),
    )
    nodes = (*notes, *graphs, *captured)
    wanted = sum(1 << i for i, n in enumerate(nodes) if isinstance(n, Node))
    saved = (*values, *[None] * (len(nodes) - len(values)), _Opaque(kept))
    return level.record(primitive, {}, nodes, saved, wanted, lowered)


class _Opaque:
    """Residuals, which a recorded sweep computes anew from the inputs so that it can be differentiated."""

    __slots__ = ("values",)

    def __init__(self, values: tuple[Value, ...]) -> None:
        self.values = values


def _not_to_be_run_again(*_: Value) -> Any:
    raise GraphError("a function with a rule of its own that captured arrays cannot be run from a tape; use wg.trace")


def _pull(
    rule: Rule,
    level: Recorder,
    arity: int,
    through: Sequence[int],
    captured: Sequence[Node],
    types: Sequence[ArrayType],
) -> Callable[..., Sequence[Value | None]]:
    def vjp(
        cotangents: Sequence[Value | None], saved: Sequence[Any], params: dict[str, Any], wanted: int
    ) -> Sequence[Value | None]:
        values, kept = saved[:arity], saved[-1]
        full = [zeros_like(t) if c is None else c for c, t in zip(cotangents, types, strict=True)]
        passed = [cotangents[k] for k in through]
        with level.reopened() as visit:  # the rule may have captured arrays of the level
            residuals = rule.forward(*values)[1] if kept is None else kept.values
            parts = rule.backward(values, residuals, full)
            if kept is None:
                own = [p if wanted >> i & 1 else None for i, p in enumerate(parts)]
                return [
                    *own,
                    *[None] * len(through),
                    *_through_captured(rule, level, values, through, passed, captured),
                ]
        if visit.used and any(isinstance(c, Box) and c._level.depth > level.depth for c in full):
            parts = below(level, lambda *cts: rule.backward(values, residuals, cts), full)
        else:
            parts = [p._value if isinstance(p, Box) and p._level is level else p for p in parts]
        own = [p if wanted >> i & 1 else None for i, p in enumerate(parts)]
        return [*own, *passed, *[None] * len(captured)]

    return vjp


def _through_captured(
    rule: Rule, level: Recorder, values: Values, through: Sequence[int], passed: Values, captured: Sequence[Node]
) -> list[Value | None]:
    """In a recorded sweep the cotangents of captured arrays depend on the inputs too: the call is recorded again."""
    if not captured:
        return []
    inputs = [reshape(v, shape=v.shape) if mine(level, v) else v for v in values]  # not to be taken for captured ones
    outputs = rule.forward(*inputs)[0]
    roots = [(outputs[k]._note, ct) for k, ct in zip(through, passed, strict=True) if ct is not None]
    targets = {*captured, *(x._note for x in inputs if mine(level, x))}
    found = sweep(roots, retain=True, lift=level.box, targets=targets)
    return [found.get(node) for node in captured]


def _push(rule: Rule, level: Forward, inputs: tuple[Value, ...]) -> Any:
    values = [x._value if mine(level, x) else strip(x) for x in inputs]
    tangents = [x._note if mine(level, x) else zeros_like(v) for x, v in zip(inputs, values, strict=True)]
    moved: list[Value] = []

    def push(*values: Value) -> tuple[Value, ...]:
        outputs, moved[:] = rule.push(values, tangents)
        return tuple(outputs)

    outputs = of_level(level, push)(*values)
    results = []
    for o, t in zip(outputs, moved, strict=True):
        value, through_captured = level.split(o)
        tangent = t._value if mine(level, t) else t
        results.append(level.dual(value, tangent if through_captured is None else tangent + through_captured))
    return tuple(results)


def _stage(rule: Rule, level: Stager, inputs: tuple[Value, ...]) -> Any:
    """In a program the call is an equation; where it captured what is being traced, its rule is traced too."""
    program, captured, outputs = level.subprogram(of_level(level, rule.evaluate), inputs)
    atoms = tuple(map(level.atom, inputs))
    constants = level.constants(captured)
    if len(constants) == len(captured):
        program = replace(program, inputs=program.inputs[: len(inputs)], constants=constants)
        return level.write(_primitive(rule), atoms, {"program": program}, outputs)
    arity = len(inputs)

    def derivative(*values: Value) -> Sequence[Value]:
        primals, others = values[:arity], values[arity:]
        if rule.reverse:
            parts = rule.backward(primals, rule.forward(*primals)[1], others)
            return [zeros_like(x) if part is None else part for part, x in zip(parts, primals, strict=True)]
        results, moved = rule.push(primals, others)
        return [*results, *moved]

    others = [backend.ones(x.shape, x.dtype) for x in (outputs if rule.reverse else inputs)]
    evaluated, forward, derived = (
        (program, captured),
        level.subprogram(lambda *xs: rule.forward(*xs)[0], inputs)[:2],
        level.subprogram(derivative, (*inputs, *others))[:2],
    )
    everything = tuple(dict.fromkeys((*captured, *forward[1], *derived[1])))

    def bound(values: Sequence[Value]) -> Primitive:
        known = dict(zip(everything, values[arity:], strict=True))
        return _primitive(TracedRule(rule, evaluated, forward, derived, known))

    primitive = call_primitive(
        rule.name,
        lambda *values: apply(bound(values), *values[:arity]),
        lambda level, values, params: apply(bound(values), *values[:arity]),
        vjp=_differently,
    )
    program = replace(program, inputs=(*program.inputs[:arity], *everything))
    return level.write(primitive, (*atoms, *everything), {"program": program}, outputs)


def _call(rule: Any) -> Any:
    out = apply(_primitive(rule), *rule.primal.take_inputs())
    return unflatten(rule.primal.out_tree, [wrap(x) for x in out])


# ---------------------------------------------------------------------------------------------------------------------
# The interface
# ---------------------------------------------------------------------------------------------------------------------


class custom_vjp:
    """A function whose reverse derivative is given.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.

    Notes
    -----
    ``defvjp(forward, backward)`` gives the rule: ``forward(*args)`` returns ``(output, residuals)``, and
    ``backward(residuals, cotangent)`` a tuple with a cotangent for each argument (None for zero). Forward mode,
    ``vmap`` and higher derivatives follow from it; for the latter, the rule must itself be differentiable.

    Examples
    --------
    >>> import wengert as wg
    >>> @wg.custom_vjp
    ... def clip_gradient(x):
    ...     return x
    >>> clip_gradient.defvjp(lambda x: (x, None), lambda _, ct: (wg.clip(ct, -1.0, 1.0),))
    >>> wg.grad(lambda x: 10 * clip_gradient(x))(2.0)
    Array(1.)
    """

    __name__: str

    def __init__(self, function: Callable[..., Any]) -> None:
        check_callable(function)
        self.function = function
        self._signature = inspect.signature(function)
        self._rules: tuple[Callable[..., Any], Callable[..., Any]] | None = None
        update_wrapper(self, function, updated=())  # what the function has for attributes is not this object's

    @property
    def rules(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The forward and the backward rule."""
        if self._rules is None:
            raise GraphError(f"{self.__name__} has no rule: call {self.__name__}.defvjp(forward, backward) first")
        return self._rules

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Give the rule; see the class."""
        self._rules = (forward, backward)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives for these arguments."""
        return _call(VJPRule(self.__name__, self.function, self.rules, positional(self._signature, args, kwargs)))


class custom_jvp:
    """A function whose forward derivative is given.

    Parameters
    ----------
    function : callable
        Takes and returns arrays or containers of arrays.

    Notes
    -----
    ``defjvp(rule)`` gives the rule: ``rule(primals, tangents)`` takes two tuples and returns ``(output, tangent)``.
    Reverse mode, ``vmap`` and higher derivatives follow from it; for reverse mode, the tangent must be computed from
    the tangents by differentiable operations, and linearly, as derivatives are.

    Examples
    --------
    >>> import wengert as wg
    >>> @wg.custom_jvp
    ... def log1pexp(x):
    ...     return wg.log1p(wg.exp(x))
    >>> @log1pexp.defjvp
    ... def rule(primals, tangents):
    ...     (x,), (t,) = primals, tangents
    ...     return log1pexp(x), t / (1 + wg.exp(-x))
    >>> wg.grad(log1pexp)(100.0)
    Array(1.)
    """

    __name__: str

    def __init__(self, function: Callable[..., Any]) -> None:
        check_callable(function)
        self.function = function
        self._signature = inspect.signature(function)
        self._rule: Callable[..., Any] | None = None
        update_wrapper(self, function, updated=())  # what the function has for attributes is not this object's

    @property
    def rule(self) -> Callable[..., Any]:
        """The rule."""
        if self._rule is None:
            raise GraphError(f"{self.__name__} has no rule: call {self.__name__}.defjvp(rule) first")
        return self._rule

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Give the rule; see the class. Usable as a decorator."""
        self._rule = rule
        return rule

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives for these arguments."""
        return _call(JVPRule(self.__name__, self.function, self.rule, positional(self._signature, args, kwargs)))
