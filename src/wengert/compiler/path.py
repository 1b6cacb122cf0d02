"""A path: one way through a function, as a program; compiled, and differentiated and batched as a program.

A path takes part in every transform as one operation. What an interpreter makes of it is a path again: its derivative
along tangents, its batched form, or the two halves of reverse mode, of which the first keeps what the second needs.
Each is traced from the program once, and compiled when it is run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

from ..backends import backend
from ..core.errors import WengertError
from ..core.interpreter import Box, Interpreter, apply, strip, wrap
from ..core.primitive import Primitive
from ..core.program import Program, Variable
from ..core.tree import flatten
from ..core.types import ArrayType, Value, is_inexact, type_of
from ..eager.tape import Node, Recorder
from ..ops.families import zeros_like
from ..transforms.batch import Batch, vmap
from ..transforms.calls import call_primitive, mine
from ..transforms.forward import Forward, push_forward
from ..transforms.partition import split
from ..transforms.reverse import record_call
from ..transforms.trace import Stager, Tracer
from .native.executable import Executable, RunEagerly
from .notices import notify
from .tracing.tracer import undisturbed

__all__ = ["Path", "interpreted", "warn_of_fault"]


class Path:
    """One way through a function.

    Parameters
    ----------
    program
        What it computes, guards included; nothing of it is simplified away that a derivative might depend on.
    name
        What messages call it.
    off
        Stages of the compiler to leave out.
    """

    def __init__(self, program: Program, name: str, off: Collection[str] = ()) -> None:
        self.program, self.name, self.off = program, name, tuple(off)
        self.types = [v.type for v in program.inputs]
        self.primitive = self._operation()
        self.weak = [isinstance(out, Variable) and out.type.is_weak for out in program.outputs]
        self.made: Executable | None = None
        self._failed = False
        self._derived: dict[Any, Any] = {}
        self._lock = threading.RLock()

    @property
    def executable(self) -> Executable:
        """The machine code; made when it is first needed."""
        found = self.made
        if found is None:
            with self._lock:
                found = self.made
                if found is None:
                    found = self.made = Executable(self.program, self.off)
        return found

    def __call__(self, values: Sequence[Value]) -> tuple[Value, ...]:
        """The outputs for values of any level."""
        outputs: tuple[Value, ...] = apply(self.primitive, *values)
        return outputs

    def evaluate(self, *values: Value) -> tuple[Value, ...]:
        """The outputs for arrays of the backend."""
        if self.made is None and not self._failed:
            self.prepare()
        if self.made is None:
            return tuple(interpreted(self.program, values))
        return tuple(self.made(values))

    def prepare(self) -> None:
        """Make the machine code now; where that fails there is a warning, and the program is evaluated by NumPy."""
        try:
            self.executable  # noqa: B018
        except Exception as error:
            self._failed = True
            warn_of_fault(self.name, error)

    # -- As an operation ----------------------------------------------------------------------------------------------

    def _operation(self) -> Primitive:
        def call(level: Interpreter, inputs: tuple[Value, ...], params: dict[str, Any]) -> Any:
            if isinstance(level, Recorder):
                return self._record(level, inputs)
            if isinstance(level, Forward):
                return self._push(level, inputs)
            if isinstance(level, Batch):
                return self._batch(level, inputs)
            assert isinstance(level, Stager)
            return tuple(self.program.evaluate(*inputs))

        types = tuple(out.type if isinstance(out, Variable) else type_of(out) for out in self.program.outputs)
        return call_primitive(self.name, self.evaluate, call, types, vjp=_interprets_itself)

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What is derived from the path, made when it is first needed; None where that failed."""
        with self._lock:
            if key not in self._derived:
                try:
                    with undisturbed():
                        self._derived[key] = make()
                except (WengertError, RecursionError):
                    raise
                except Exception as error:
                    warn_of_fault(self.name, error)
                    self._derived[key] = None
            return self._derived[key]

    def _apart(self, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
        """The outputs, operation by operation."""
        return tuple(interpreted(self.program, inputs))

    def derived(self, program: Program, what: str) -> Path:
        """A path that was made of this one."""
        return Path(program, f"{what} of {self.name}", self.off)

    # -- Forward mode and batches -------------------------------------------------------------------------------------

    def _push(self, level: Forward, inputs: tuple[Value, ...]) -> Any:
        moving = tuple(mine(level, x) for x in inputs)
        primals = [x._value if m else strip(x) for x, m in zip(inputs, moving, strict=True)]
        tangents = [x._note for x, m in zip(inputs, moving, strict=True) if m]
        found = self._once(("push", moving), lambda: self._pushed(moving))
        if found is None:
            return self._apart(inputs)
        path, still = found
        out = path([*primals, *tangents])
        values, moved = out[: len(still)], iter(out[len(still) :])
        return tuple(level.dual(v, None if s else next(moved)) for v, s in zip(values, still, strict=True))

    def _pushed(self, moving: Sequence[bool]) -> tuple[Path, list[bool]]:
        still: list[bool] = []

        def push(values: Sequence[Value], given: Sequence[Value]) -> list[Value]:
            directions = iter(given)
            tangents = [next(directions) if m else None for m in moving]
            outputs, moved, _, _ = push_forward(
                lambda *xs: tuple(map(wrap, self.program.evaluate(*map(strip, xs)))),
                values,
                tangents,
                flatten(tuple(values))[1],
                False,
            )
            still[:] = [t is None for t in moved]
            return [*outputs, *(t for t in moved if t is not None)]

        moved_types = [t for t, m in zip(self.types, moving, strict=True) if m]
        program = _traced(lambda *xs: push(xs[: len(moving)], xs[len(moving) :]), [*self.types, *moved_types])
        return self.derived(program, "derivative"), still

    def _batch(self, level: Batch, inputs: tuple[Value, ...]) -> Any:
        flags = tuple(mine(level, x) for x in inputs)
        values = [x._value if b else strip(x) for x, b in zip(inputs, flags, strict=True)]
        path = self._once(("batch", flags, level.size), lambda: self._batched(flags, level.size))
        if path is None:
            return self._apart(inputs)
        outputs = zip(path(values), self.weak, strict=True)
        return tuple(_entry(o) if w and level.size else level.box(o, None) for o, w in outputs)

    def _batched(self, flags: Sequence[bool], size: int) -> Path:
        types = [
            ArrayType((size, *t.shape), backend.dtype(t.dtype)) if b else t
            for t, b in zip(self.types, flags, strict=True)
        ]
        run = vmap(
            lambda *xs: tuple(map(wrap, self.program.evaluate(*map(strip, xs)))), tuple(0 if b else None for b in flags)
        )
        return self.derived(_traced(run, types), "batch")

    # -- Reverse mode -------------------------------------------------------------------------------------------------

    def _record(self, level: Recorder, inputs: tuple[Value, ...]) -> Any:
        notes = [x._note if mine(level, x) and isinstance(x._note, Node) else None for x in inputs]
        wanted = tuple(n is not None for n in notes)
        values = [x._value if mine(level, x) else strip(x) for x in inputs]
        halves = self._once(("reverse", wanted), lambda: _Halves(self, wanted))
        if halves is None:
            return self._apart(inputs)
        out = halves.forward(values)
        outputs, residuals = out[: halves.outputs], out[halves.outputs :]
        entries = [type_of(v) if n is None else n for v, n in zip(values, notes, strict=True)]
        kept = [backend.frozen_copy(v) if v is x else v for v, x in zip(values, inputs, strict=True)]
        saved = (*kept, tuple(residuals))
        bits = sum(1 << i for i, w in enumerate(wanted) if w)
        return level.record(halves.primitive, {}, entries, saved, bits, outputs)


def _interprets_itself(*_: Any) -> Any:
    raise AssertionError("a call interprets itself")


class _Halves:
    """Reverse mode through a path, with respect to some of its inputs."""

    def __init__(self, path: Path, wanted: Sequence[bool]) -> None:
        places = [i for i, w in enumerate(wanted) if w]
        program = path.program
        out_types = [o.type if isinstance(o, Variable) else type_of(o) for o in program.outputs]
        self.outputs = len(out_types)
        self.inexact = [k for k, t in enumerate(out_types) if is_inexact(t.dtype)]
        arity = len(path.types)

        def joint(*values: Value) -> list[Value]:
            inputs, cotangents = values[:arity], values[arity:]
            chosen: list[Value] = []

            def restricted(*xs: Value) -> list[Value]:
                full = list(inputs)
                for i, x in zip(places, xs, strict=True):
                    full[i] = strip(x)
                chosen[:] = program.evaluate(*full)
                return chosen

            recording = record_call(restricted, [inputs[i] for i in places])
            full = [zeros_like(x) for x in recording.outputs]
            for k, ct in zip(self.inexact, cotangents, strict=True):
                full[k] = ct
            return [*recording.outputs, *recording.pull(full, retain=False)]

        types = [*path.types, *(_strong(out_types[k]) for k in self.inexact)]
        whole = _traced(joint, types)
        late = whole.inputs[arity:]
        count = self.outputs
        parts = split(whole, late, late_outputs=range(count, len(whole.outputs)))
        self.forward = path.derived(parts.early, "forward half")
        self.backward = path.derived(parts.late, "backward half")
        position = {v: i for i, v in enumerate(whole.inputs)}
        self.again = [position[v] for v in parts.again]
        self.wanted = places
        strong = tuple(map(_strong, out_types))
        self.primitive = call_primitive(
            path.name, path.evaluate, _interprets_itself, strong, vjp=_pull(self, arity, strong)
        )


def _pull(halves: _Halves, arity: int, types: Sequence[ArrayType]) -> Callable[..., Sequence[Value | None]]:
    def vjp(
        cotangents: Sequence[Value | None], saved: Sequence[Any], params: dict[str, Any], wanted: int
    ) -> Sequence[Value | None]:
        values, residuals = saved[:arity], saved[-1]
        if residuals is None:  # a sweep that is recorded itself: they are computed anew, from recorded inputs
            residuals = halves.forward(values)[halves.outputs :]
        full = [
            backend.zeros(types[k].shape, types[k].dtype) if cotangents[k] is None else cotangents[k]
            for k in halves.inexact
        ]
        given = [*residuals, *(values[i] for i in halves.again), *full]
        try:
            parts = halves.backward(given)
        except RunEagerly:
            parts = tuple(interpreted(halves.backward.program, given))
        found: list[Value | None] = [None] * arity
        for i, part in zip(halves.wanted, parts, strict=True):
            found[i] = part
        return found

    return vjp


def interpreted(program: Program, values: Sequence[Value]) -> list[Value]:
    """The outputs of a program, operation by operation, for values of any level; Python numbers stay such."""
    known: dict[Any, Value] = dict(program.constants)
    for variable, x in zip(program.inputs, values, strict=True):
        known[variable] = _number(x) if variable.type.is_weak else x
    for equation in program.equations:
        args = [known[a] if isinstance(a, Variable) else a for a in equation.inputs]
        out = apply(equation.primitive, *args, **equation.params)
        outputs = out if equation.primitive.multiple else (out,)
        for variable, x in zip(equation.outputs, outputs, strict=True):
            known[variable] = _number(x) if variable.type.is_weak else x
    return [known[out] if isinstance(out, Variable) else out for out in program.outputs]


def _number(x: Value) -> Value:
    x = strip(x)
    return x.item() if hasattr(x, "item") and not isinstance(x, Box) else x


def warn_of_fault(name: str, error: Exception) -> None:
    """Say that the compiler is at fault, and what to do."""
    notify(
        f"{name} runs without machine code: the compiler failed ({type(error).__name__}: {error}), which is a fault of "
        "wengert's. Please report it with the function and the shapes and dtypes of its arguments; "
        "wg.compile(..., off=...) leaves out a stage that may be the cause"
    )


def _entry(x: Value) -> Value:
    """A batch of a Python number, which is the same in all entries, as that number."""
    return strip(wrap(x)[0])  # type: ignore[index]


def _strong(type: ArrayType) -> ArrayType:
    return ArrayType(type.shape, backend.dtype(type.dtype))


def _traced(function: Callable[..., Sequence[Value]], types: Sequence[ArrayType]) -> Program:
    """A flat function as a program."""
    with Tracer() as level:
        boxes = [level.weak_input(t.dtype) if t.is_weak else level.input(t) for t in types]
        out = function(*boxes)
        return level.program(list(out), None, None).pruned()
