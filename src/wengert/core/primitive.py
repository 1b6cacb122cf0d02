"""The primitive: one frozen record with all that is known about an elementary operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .interpreter import apply
from .lowering import Lowering
from .types import ArrayType, Value

__all__ = ["BatchRule", "Example", "JVPRule", "Needs", "Primitive", "VJPRule", "registry"]

JVPRule: TypeAlias = Callable[[Sequence[Value], Sequence[Value], dict[str, Any]], Any]
"""``(tangents, values, params) -> tangent``; a tangent that is zero is None; values are the inputs, then the output."""
VJPRule: TypeAlias = Callable[[Any, Sequence[Value], dict[str, Any], int], Sequence[Value]]
"""``(cotangent, values, params, wanted) -> cotangents`` of the inputs, None for zero; ``wanted`` has a bit an input."""
BatchRule: TypeAlias = Callable[[int, Sequence[Value], Sequence[bool], dict[str, Any]], Any]
"""``(size, inputs, batched, params) -> output``: batched inputs and all outputs carry the batch as axis 0."""
Needs: TypeAlias = Callable[[int, int], tuple[int, ...]]
"""``(wanted, number of inputs) -> positions`` of the inputs, and of the output after them, that no wanted VJP reads."""


@dataclass(frozen=True)
class Example:
    """Inputs on which the law suite tries a primitive.

    Parameters
    ----------
    *inputs
        A shape stands for random values of that shape, anything else for itself.
    domain
        Interval from which the random values are drawn.
    params
        The primitive's parameters.
    """

    inputs: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    domain: tuple[float, float] = (-2.0, 2.0)
    prepare: Callable[..., Any] | None = None
    """Makes valid inputs of the random ones (a positive definite matrix, say), differentiably."""
    invariant: Callable[..., tuple[Any, ...]] | None = None
    """Makes of the outputs, differentiably, what is well defined: of eigenvectors, say, which have any phase, the
    projections onto them. Derivatives are tried on that."""


@dataclass(frozen=True, eq=False, slots=True)
class Primitive:
    """An elementary operation.

    All rules are resolved when the record is made; :mod:`wengert.ops.families` derives them from what is declared.
    A primitive is called like a function: on boxes it goes through their interpreters, on values of the backend it
    is evaluated.
    """

    name: str
    family: str
    evaluate: Callable[..., Any]
    type_rule: Callable[..., Any]
    jvp: JVPRule | None
    vjp: VJPRule | None
    batch: BatchRule
    needs: Needs
    examples: tuple[Example, ...]
    pulls: tuple[Callable[[Any, Sequence[Value], dict[str, Any]], Any] | None, ...] | None = None
    """``(cotangent, values, params) -> cotangent`` for each input alone, where the VJP is made of such."""
    add_to: Callable[..., None] | None = None
    """``(buffer, cotangent, *rest, **params)``: adds the first input's cotangent to a buffer, instead of making one."""
    erase: Callable[..., None] | None = None
    """``(buffer, *rest, **params)``: turns the output's cotangent into the first input's, in its own memory."""
    multiple: bool = False
    """Whether evaluation gives a tuple of outputs."""
    arity: int | None = None
    """Number of inputs; None where it varies."""
    call: Callable[..., Any] | None = None
    """``(interpreter, inputs, params) -> outputs``: for an operation that runs a function of the user, and that says
    itself what an interpreter that differentiates or batches makes of it; NotImplemented is what any would."""
    pure: bool = True
    """Whether the outputs follow from inputs and parameters. Equations of an impure operation (a random draw) are never
    merged, dropped, reordered among each other or evaluated beforehand."""
    lowering: Lowering | None = None
    """How the compiler makes machine code of it; None where it calls out to the evaluation."""

    resolved: dict[tuple[int, int], tuple[int, ...]] = field(default_factory=dict, init=False, repr=False)

    __call__ = apply

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def unread(self, wanted: int, arity: int) -> tuple[int, ...]:
        """What the tape need not keep when the inputs in the bit set ``wanted`` are recorded; resolved once."""
        key = (wanted, arity)
        found = self.resolved.get(key)
        if found is None:
            found = self.resolved[key] = self.needs(wanted, arity)
        return found

    def result_type(self, *inputs: ArrayType, **params: Any) -> Any:
        """The type of the output (a tuple of types where there are several) for inputs of these types."""
        return self.type_rule(*inputs, **params)


registry: dict[str, Primitive] = {}
"""Every primitive by its name: what the law suite runs over."""


def register(primitive: Primitive) -> Primitive:
    """Enter a primitive in the registry; names are unique."""
    if primitive.name in registry:
        raise ValueError(f"a primitive named {primitive.name!r} exists already")
    registry[primitive.name] = primitive
    return primitive
