"""The collector form: ``with record() as tape``, and tapes and graphs as programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from ..core.errors import GraphError
from ..core.interpreter import Box, state
from ..core.primitive import Primitive
from ..core.program import Equation, Program, Variable
from ..core.types import SCALARS, ArrayType
from .array import Array
from .gradients import deposit, root, unit_cotangent
from .sweep import sweep
from .tape import Node, Output

__all__ = ["Tape", "program_of", "record"]


class Tape:
    """The equations recorded in a ``with record()`` scope, in order; ``print(tape)`` shows them."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._outer: list[tuple[int, int, list[Node] | None]] = []

    def __enter__(self) -> Self:
        self._outer.append((len(self._nodes), *state.scope(0, self._nodes)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        start, floor, outer = self._outer.pop()
        state.scope(floor, outer)
        if outer is not None and outer is not self._nodes:
            outer.extend(self._nodes[start:])

    def __len__(self) -> int:
        return len(self._nodes)

    def __str__(self) -> str:
        return str(self.program())

    def __repr__(self) -> str:
        return f"<tape of {len(self)} equation(s)>"

    def program(self) -> Program:
        """The tape as a program; what later equations do not use are its outputs."""
        return _program(self._nodes)

    def backward(self, heads: Array | Sequence[Array], *, retain_graph: bool = False) -> None:
        """Put the gradients of the sum of all elements of the heads in ``.grad`` of the leaves, in place of others.

        Parameters
        ----------
        heads : Array or sequence of Array
            What to differentiate, of any shapes.
        retain_graph : bool
            Keep what was saved, so that another sweep can follow.

        Raises
        ------
        GraphError
            If a head was not recorded, or its graph was freed.
        """
        given = (heads,) if isinstance(heads, Box) else tuple(heads)
        if not given:
            raise GraphError("tape.backward() needs an array to differentiate, not none")
        roots = [(root(head), unit_cotangent(head)) for head in given]
        deposit(sweep(roots, retain=retain_graph), overwrite=True)


def record() -> Tape:
    """A scope whose equations are collected on a tape, as in MXNet and DJL.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.arange(4.0).attach_grad()
    >>> with wg.record() as tape:
    ...     y = 2 * wg.dot(x, x)
    >>> print(tape)
    program(a: float64[4]) -> float64[]:
      b: float64[] = matmul(a, a)
      c: float64[] = multiply(2, b)
      return c
    >>> tape.backward(y)
    >>> x.grad
    Array([ 0.,  4.,  8., 12.])
    """
    return Tape()


def program_of(*arrays: Array) -> Program:
    """The program that led to recorded arrays: what a sweep from them goes through.

    Raises
    ------
    GraphError
        If an array was not recorded.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.ones(3, requires_grad=True)
    >>> print(wg.program_of(wg.exp(x).sum()))
    program(a: float64[3]) -> float64[]:
      b: float64[3] = exp(a)
      c: float64[] = sum(b, axes=(0,), keepdims=False)
      return c
    """
    roots = [root(array) for array in arrays]
    seen, stack = set(roots), list(roots)
    while stack:
        for parent in stack.pop().inputs:
            if isinstance(parent, Node) and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    equations = sorted((n for n in seen if n.primitive is not None), key=lambda n: n.order)
    return _program(equations, roots)


def _program(nodes: Iterable[Node], outputs: Sequence[Node] | None = None) -> Program:
    """Equations as a program whose inputs are the leaves, and what else was not computed by them."""
    variables: dict[Node, Variable] = {}
    inputs: list[Variable] = []
    equations: list[Equation] = []
    results: dict[Node, tuple[Variable, ...]] = {}

    def atom(entry: Any) -> Any:
        if isinstance(entry, SCALARS):
            return entry
        if isinstance(entry, (tuple, ArrayType)):
            inputs.append(Variable(entry if isinstance(entry, ArrayType) else ArrayType(*entry)))
            return inputs[-1]
        if isinstance(entry, Output) and entry.inputs[0] in results:
            return results[entry.inputs[0]][entry.index]
        if entry not in variables:
            inputs.append(Variable(ArrayType(entry.shape, entry.dtype)))
            variables[entry] = inputs[-1]
        return variables[entry]

    for node in nodes:
        primitive = node.primitive
        assert isinstance(primitive, Primitive)
        atoms = tuple(atom(entry) for entry in node.inputs if entry is not None)
        if primitive.multiple:
            out = tuple(Variable(t) for t in node.shape)  # type: ignore[arg-type]
            results[node] = out
        else:
            variables[node] = Variable(ArrayType(node.shape, node.dtype))
            out = (variables[node],)
        equations.append(Equation(primitive, atoms, node.params, out))
    if outputs is None:
        used = {a for e in equations for a in e.inputs if isinstance(a, Variable)}
        final = tuple(v for e in equations for v in e.outputs if v not in used)
    else:
        final = tuple(atom(node) for node in outputs)
    return Program(tuple(inputs), tuple(equations), final)
