"""Bodies of loops and branches as programs, and what all of them ask of a body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import TracebackType
from typing import Any, ClassVar, Self

from ...backends import backend
from ...core.errors import ConversionError, DTypeError, ShapeError, TreeError
from ...core.interpreter import Box, apply, state, strip, wrap
from ...core.program import Atom, Program, Variable, check
from ...core.tree import Tree, flatten, leaf_names, unflatten
from ...core.types import SCALARS, ArrayType, DType, Value, type_of
from ...ops.elementwise import astype
from ..arguments import array_value
from ..trace import Stager, Tracer, shown

__all__ = [
    "Body",
    "Carry",
    "Unknown",
    "check_body",
    "checked_types",
    "impure",
    "is_python_number",
    "outside",
    "promoted",
    "shown",
    "staged",
    "strong",
    "traced",
    "wrapped",
]


def staged() -> bool:
    """Whether somebody is writing a program, of which a loop is to be part."""
    return any(isinstance(level, Stager) for level in (*state.levels, *(visit.level for visit in state.visits)))


class Unknown(ConversionError):
    """A body asked for a value that is not known while it is traced."""

    def __init__(self, message: str, level: Body) -> None:
        super().__init__(message)
        self.level = level


class Body(Tracer):
    """Writes a body from types alone; whatever it captures becomes an input."""

    name: ClassVar[str] = "the body of a loop or branch"

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Any, tuple[Variable, Value]] = {}
        self.overwritten = []

    def __enter__(self) -> Self:
        super().__enter__()
        self._around, state.body = (state.body, state.tape, state.watch), self
        state.scope(state.floor, None)  # what happens here has no values, and belongs to no collector
        state.set_watch(None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        state.body, tape, watch = self._around
        state.scope(state.floor, tape)
        state.set_watch(watch)
        super().__exit__(kind, error, traceback)

    def atom(self, x: Value) -> Atom:
        """How an equation refers to a value: a variable, or a Python scalar itself."""
        if isinstance(x, Box):
            if x._level is self:
                return x._note
            key: Any = (id(x._value), id(x._note), x._level.depth)
        elif isinstance(x, SCALARS) and not hasattr(x, "dtype"):
            return x
        else:
            key = id(x)
        if key not in self._known:
            weak = isinstance(x, Box) and isinstance(x._note, Variable) and x._note.type.is_weak
            self._known[key] = (Variable(x._note.type if weak else shown(type_of(x))), x)
        return self._known[key][0]

    def constants(self, variables: Any) -> dict[Variable, Value]:
        """None: what was captured is an input."""
        return {}

    @property
    def captured(self) -> list[tuple[Variable, Value]]:
        """What was captured, with the variables that stand for it."""
        return list(self._known.values())

    def concrete(self, box: Box, purpose: str) -> Value:
        """There is no value yet: raises ConversionError."""
        try:
            return super().concrete(box, purpose)
        except ConversionError as error:
            raise Unknown(str(error), self) from None

    def restore(self) -> bool:
        """Let arrays of the surroundings be what they were; whether any was something else."""
        for array, *before in reversed(self.overwritten):
            array._value, array._level, array._note = before
        return bool(self.overwritten)

    def constant(self, value: float, type: ArrayType) -> Box:
        """An array of this type whose elements are all this number."""
        number: Box = self.process(astype, (value,), {"dtype": type.dtype})
        if type.shape:
            from ...ops.shaping import broadcast_to

            number = apply(broadcast_to, number, shape=type.shape)
        return number


def traced(
    function: Callable[..., Sequence[Value]], types: Sequence[ArrayType], level: Body | None = None
) -> tuple[Program, tuple[Value, ...]]:
    """A flat function of arrays of these types as a program, and what it captured.

    The program's first inputs are what was captured; it has no constants. A level of one's own can be asked afterwards
    what else happened.
    """
    with Body() if level is None else level as level:
        boxes = [level.input(t) for t in types]
        atoms = [level.atom(strong(array_value(x, "what the function returns"))) for x in function(*boxes)]
    program = Program(tuple(level.inputs), tuple(level.equations), tuple(atoms)).pruned()
    read = {*program.outputs, *(a for e in program.equations for a in e.inputs)}
    captured = [(v, x) for v, x in level.captured if v in read]
    program = Program((*(v for v, _ in captured), *program.inputs), program.equations, program.outputs)
    return program, tuple(x for _, x in captured)


def strong(x: Value) -> Value:
    """A value that promotes as an array does, also where it stands for a Python number in a program."""
    if is_python_number(x):
        array = backend.zeros((), backend.dtype(type(x)))  # known to be made of nothing, unlike a captured array
        array[...] = x
        return array
    if isinstance(x, Box) and isinstance(x._note, Variable) and isinstance(x._note.type.dtype, type):
        return apply(astype, x, dtype=backend.dtype(x._note.type.dtype))
    return x


def wrapped(tree: Tree, values: Sequence[Value]) -> Any:
    """A container of arrays for a function of the user."""
    return unflatten(tree, [wrap(x) for x in values])


def is_python_number(x: Any) -> bool:
    """Whether a leaf is a number without a dtype of its own."""
    return isinstance(x, SCALARS) and not hasattr(x, "dtype")


@lru_cache(maxsize=512)
def checked_types(program: Program) -> tuple[ArrayType, ...]:
    """The types of the outputs of a program, which was checked."""
    check(program)
    return tuple(shown(out.type if isinstance(out, Variable) else type_of(out)) for out in program.outputs)


def check_body(name: str, program: Program, types: Sequence[ArrayType]) -> tuple[ArrayType, ...]:
    """The types of a body's outputs; raises TypeError unless it takes inputs of these types."""
    expected = tuple(shown(v.type) for v in program.inputs)
    found = tuple(map(shown, types))
    if found != expected:
        raise TypeError(f"{name} takes {', '.join(map(str, expected))}, not {', '.join(map(str, found))}")
    return checked_types(program)


@lru_cache(maxsize=512)
def impure(program: Program) -> bool:
    """Whether a program, or one inside it, has an operation that gives something else each time."""
    return any(
        not e.primitive.pure or any(impure(p) for p in e.params.values() if isinstance(p, Program))
        for e in program.equations
    )


@contextmanager
def outside(*programs: Program) -> Iterator[None]:
    """A scope in which no open level writes down what the evaluation of these programs draws."""
    if not any(map(impure, programs)):
        yield
        return
    before, state.levels = state.levels, ()
    try:
        yield
    finally:
        state.levels = before


# ---------------------------------------------------------------------------------------------------------------------
# The carry of a loop
# ---------------------------------------------------------------------------------------------------------------------


class Wider(Exception):
    """A number that was given without a dtype must become an array of a wider one."""


class Carry:
    """What a loop hands from step to step: its structure and types stay what they were at the beginning."""

    def __init__(self, init: Any, what: str) -> None:
        self.what = what
        leaves, self.tree = flatten(init)
        self.weak = [is_python_number(x) for x in leaves]
        self.values: list[Value] = [strong(array_value(x, f"the initial {what}")) for x in leaves]

    @property
    def types(self) -> list[ArrayType]:
        """The types of the leaves."""
        return [ArrayType(x.shape, x.dtype) for x in self.values]

    def wrapped(self, values: Sequence[Value]) -> Any:
        """The container with these leaves, for a function of the user."""
        return wrapped(self.tree, values)

    def fitting(self, out: Any) -> list[Value]:
        """The leaves of what a body returned; raises unless they fit.

        Raises
        ------
        Wider
            After numbers without dtype were made wider: the loop is to begin again.
        """
        leaves, tree = flatten(out)
        if tree != self.tree:
            raise TreeError(
                f"the body must return a {self.what} of the structure that it was given, {self.tree}, not {tree}"
            )
        values = [strong(array_value(x, f"the {self.what} that the body returns")) for x in leaves]
        wider = False
        for k, (new, old) in enumerate(zip(values, self.values, strict=True)):
            if new.shape != old.shape or new.dtype != old.dtype:
                self._widen(k, new)
                wider = True
        if wider:
            raise Wider
        return values

    def _widen(self, k: int, new: Value) -> None:
        old = self.values[k]
        if self.weak[k] and new.shape == old.shape and promoted(new.dtype, old.dtype) == new.dtype:
            self.values[k] = strip(apply(astype, old, dtype=new.dtype))
            self.weak[k] = False
            return
        name = leaf_names(self.tree, self.what)[k]
        before, after = type_of(old), ArrayType(new.shape, new.dtype)
        message = f"the body changes the type of {name} from {before} to {after}; it must stay the same"
        if new.shape != old.shape:
            raise ShapeError(message)
        raise DTypeError(f"{message}: convert it, or begin with {after}")

    def repeated(self, loop: Callable[[], Any]) -> Any:
        """What a loop gives, begun again as long as numbers without dtype were made wider."""
        while True:
            try:
                return loop()
            except Wider:
                continue


def promoted(*dtypes: DType) -> DType:
    """The dtype to which dtypes promote."""
    return backend.implementation("promote")(*(backend.sample(dtype, 0) for dtype in dtypes)).dtype
