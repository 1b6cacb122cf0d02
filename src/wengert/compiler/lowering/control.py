"""Loops and branches of machine code: the bodies of ``scan``, ``while_loop`` and ``cond``, written in place.

A small carry lives in registers. A large one has two buffers, which change roles at each step; or one, where the body
only writes into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...core.program import Atom, Equation, Program, Variable
from ...core.types import ArrayType
from ..native.convention import dtype_of
from ..scalars.ir import Scalar
from .function import Place
from .indices import row_major
from .kinds import Kind, is_small, register_limit
from .memory import Arena, writes_onto_first
from .scope import elements

if TYPE_CHECKING:
    from .region import Region

__all__ = ["emit_cond", "emit_scan", "emit_while"]


# ---------------------------------------------------------------------------------------------------------------------
# Carries
# ---------------------------------------------------------------------------------------------------------------------


class _Carry:
    """What one step of a loop hands to the next."""

    def __init__(self, region: Region, type: ArrayType) -> None:
        self.region, self.type, self.dtype = region, type, dtype_of(type)

    def start(self, init: Atom) -> None:
        """Set it, before the loop."""
        raise NotImplementedError

    def enter(self, inner: Region, variable: Variable) -> None:
        """What the body's input stands for, where a step begins."""
        raise NotImplementedError

    def target(self, inner: Region, out: Atom, variable: Variable) -> Place | None:
        """Where the body is to put the next one; None where it is read from registers."""
        raise NotImplementedError

    def leave(self, inner: Region, out: Atom) -> Callable[[], None]:
        """Read the next one, where a step ends; gives what sets it, once all have been read."""
        raise NotImplementedError

    def finish(self, place: Place) -> None:
        """Put the last one where it belongs, after the loop."""
        raise NotImplementedError


class _InRegisters(_Carry):
    def start(self, init: Atom) -> None:
        f = self.region.function
        self.slots = {index: f.buffer((), self.dtype) for index in elements(self.type.shape)}
        for index, slot in self.slots.items():
            f.store(f.m.cast(self.region.element(init, index, self.dtype), self.dtype), slot, ())

    def enter(self, inner: Region, variable: Variable) -> None:
        f = inner.function
        inner.bind_scalars(variable, {index: f.load(slot, ()) for index, slot in self.slots.items()})

    def target(self, inner: Region, out: Atom, variable: Variable) -> Place | None:
        return None

    def leave(self, inner: Region, out: Atom) -> Callable[[], None]:
        f = inner.function
        found = {index: f.m.cast(inner.element(out, index, self.dtype), self.dtype) for index in self.slots}

        def put() -> None:
            for index, scalar in found.items():
                f.store(scalar, self.slots[index], ())

        return put

    def finish(self, place: Place) -> None:
        f = self.region.function
        for index, slot in self.slots.items():
            f.store(f.load(slot, ()), place, index)


class _InMemory(_Carry):
    def __init__(self, region: Region, type: ArrayType, in_place: bool) -> None:
        super().__init__(region, type)
        self.in_place = in_place

    def start(self, init: Atom) -> None:
        region, f = self.region, self.region.function
        count = 1 if self.in_place else 2
        buffers = [region.scratch(self.type.shape, self.dtype) for _ in range(count)]
        region.copy(region.memory(init, self.dtype), buffers[0])
        self.slots = [f.alloca("ptr", 1) for _ in buffers]
        for slot, buffer in zip(self.slots, buffers, strict=True):
            f.emit(f"store ptr {f.base(buffer)}, ptr {slot}")

    def _at(self, slot: str) -> Place:
        pointer = self.region.function.value(f"load ptr, ptr {slot}")
        return Place.contiguous(pointer, self.type.shape, self.dtype)

    def enter(self, inner: Region, variable: Variable) -> None:
        self.current = self._at(self.slots[0])
        inner.bind(variable, self.current)
        if self.in_place:
            inner.writable.add(variable)

    def target(self, inner: Region, out: Atom, variable: Variable) -> Place | None:
        return self.current if self.in_place else self._at(self.slots[1])

    def leave(self, inner: Region, out: Atom) -> Callable[[], None]:
        f = inner.function

        def put() -> None:
            if not self.in_place:
                first, second = (f.value(f"load ptr, ptr {slot}") for slot in self.slots)
                f.emit(f"store ptr {second}, ptr {self.slots[0]}")
                f.emit(f"store ptr {first}, ptr {self.slots[1]}")

        return put

    def finish(self, place: Place) -> None:
        self.region.copy(self._at(self.slots[0]), place)


class _Constant(_Carry):
    """A carry that the body hands on as it is."""

    def start(self, init: Atom) -> None:
        self.init, self.given = init, _Given(self.region, init)

    def enter(self, inner: Region, variable: Variable) -> None:
        self.given.bind(inner, variable)

    def target(self, inner: Region, out: Atom, variable: Variable) -> Place | None:
        return None

    def leave(self, inner: Region, out: Atom) -> Callable[[], None]:
        return lambda: None

    def finish(self, place: Place) -> None:
        self.region.deliver(self.init, place)


def _carries(region: Region, body: Program, inputs: Sequence[Variable], outputs: Sequence[Atom]) -> list[_Carry]:
    found: list[_Carry] = []
    limit = register_limit(body) if region.unit.options.registers else 1
    for variable, out in zip(inputs, outputs, strict=True):
        if out is variable:
            found.append(_Constant(region, variable.type))
        elif is_small(variable.type.shape, limit):
            found.append(_InRegisters(region, variable.type))
        else:
            found.append(_InMemory(region, variable.type, _only_written(body, variable, out)))
    return found


def _only_written(body: Program, variable: Variable, out: Atom) -> bool:
    """Whether a carry's next value is its last with some elements written, and nobody reads it after the writing."""
    chain: list[Equation] = []
    definition = {v: e for e in body.equations for v in e.outputs}
    v = out
    while isinstance(v, Variable) and v is not variable:
        equation = definition.get(v)
        if equation is None or not writes_onto_first(equation):
            return False
        chain.append(equation)
        v = equation.inputs[0]
    if v is not variable or sum(o is out for o in body.outputs) > 1:
        return False
    written = {variable, *(e.outputs[0] for e in chain[1:])}
    if any(o in written for o in body.outputs if isinstance(o, Variable)):
        return False
    others = [e for e in body.equations if e not in chain]
    if any(a in written for e in others for a in e.inputs if isinstance(a, Variable)):
        return False
    return all(a not in written for e in chain for a in e.inputs[1:] if isinstance(a, Variable))


# ---------------------------------------------------------------------------------------------------------------------
# Bodies
# ---------------------------------------------------------------------------------------------------------------------


class _Given:
    """A value of the surroundings as an input of a body: made ready before the loop or branch begins."""

    def __init__(self, region: Region, atom: Atom) -> None:
        self.scalars: dict[tuple[int, ...], Scalar] | None = None
        self.place: Place | None = None
        self.literal = None if isinstance(atom, Variable) else atom
        self.region = region
        if isinstance(atom, Variable):
            equation = region.plan.definition.get(atom)
            register = equation is not None and region.plan.kinds[equation] == Kind.REGISTER
            if register or region.has_registers(atom):
                self.scalars = {index: region.read(atom, index) for index in elements(atom.type.shape)}
            else:
                self.place = region.memory(atom)

    def bind(self, inner: Region, variable: Variable) -> None:
        """Let an input of a body stand for it."""
        if self.scalars is not None:
            inner.bind_scalars(variable, self.scalars)
        elif self.place is not None:
            inner.bind(variable, self.place)
        else:
            inner.bind_scalars(variable, {(): self.region.literal(self.literal, dtype_of(variable.type))})


def _given(region: Region, atoms: Sequence[Atom]) -> list[_Given]:
    return [_Given(region, atom) for atom in atoms]


def _bind_all(given: Sequence[_Given], inner: Region, variables: Sequence[Variable]) -> None:
    for value, variable in zip(given, variables, strict=True):
        value.bind(inner, variable)


@dataclass
class _Body:
    """A body being written: its region, and where its arena is to be found."""

    region: Region
    inner: Region
    line: int
    name: str

    def close(self) -> None:
        """Give the body's arena its place in that of the surroundings."""
        offset = self.region.arena.keep(self.inner.arena.size)
        self.region.function.lines[self.line] = (
            f"  {self.name} = getelementptr inbounds i8, ptr {self.region.base}, i64 {offset}"
        )


def _open(region: Region, program: Program) -> _Body:
    """Start a body; before the loop begins."""
    from .region import Region as Inner

    f = region.function
    name = f.m.fresh()
    f.lines.append("")
    line = len(f.lines) - 1
    inner = Inner(f, program, region.unit, Arena(), name, region)
    for variable in program.constants:
        inner.bind(variable, region.unit.constants[variable])
    return _Body(region, inner, line, name)


def _entry(place: Place, pointer: str) -> Place:
    """An entry of a stack."""
    return Place(pointer, place.shape[1:], place.dtype, place.strides[1:])


# ---------------------------------------------------------------------------------------------------------------------
# The three
# ---------------------------------------------------------------------------------------------------------------------


def emit_scan(region: Region, equation: Equation) -> bool:
    """Write a loop over the entries of some arrays."""
    params = equation.params
    body: Program = params["body"]
    (constants, count), length = params["counts"], params["length"]
    f = region.function
    consts = _given(region, equation.inputs[:constants])
    init, xs = equation.inputs[constants : constants + count], equation.inputs[constants + count :]
    own = body.inputs
    given_xs = own[constants + count :]
    stacks_in = [region.memory(x) for x in xs]
    outs = [_output(region, v) for v in equation.outputs]
    carries = _carries(region, body, own[constants : constants + count], body.outputs[:count])
    for carry, atom in zip(carries, init, strict=True):
        carry.start(atom)
    opened = _open(region, body)
    inner = opened.inner

    def step(i: str) -> None:
        number = f.value(f"sub nsw i64 {length - 1}, {i}") if params["reverse"] else i
        _bind_all(consts, inner, own[:constants])
        for carry, variable in zip(carries, own[constants : constants + count], strict=True):
            carry.enter(inner, variable)
        for variable, stack in zip(given_xs, stacks_in, strict=True):
            inner.bind(variable, _entry(stack, _slice(region, stack, number)))
        targets = [
            carry.target(inner, out, variable)
            for carry, out, variable in zip(carries, body.outputs, own[constants:], strict=False)
        ]
        places = [_entry(stack, _slice(region, stack, number)) for stack in outs[count:]]
        inner.run([*targets, *places])
        puts = [carry.leave(inner, out) for carry, out in zip(carries, body.outputs, strict=False)]
        for put in puts:
            put()

    if length:
        f.loop("0", str(length), step, certain=True)
    opened.close()
    for carry, place in zip(carries, outs, strict=False):
        carry.finish(place)
    return True


def _slice(region: Region, stack: Place, number: str) -> str:
    f = region.function
    offset = f.value(f"mul nsw i64 {number}, {stack.strides[0]}")
    if stack.offset:
        offset = f.value(f"add nsw i64 {offset}, {stack.offset}")
    return f.m.element(stack.pointer, offset, stack.dtype)


def _output(region: Region, variable: Variable) -> Place:
    """The memory of a result."""
    place = region.places.get(variable)
    if place is None:
        place = region.scratch(variable.type.shape, dtype_of(variable.type))
        region.bind(variable, place)
    return replace(place, shape=variable.type.shape, strides=row_major(variable.type.shape))


def emit_while(region: Region, equation: Equation) -> bool:
    """Write a loop that goes on as long as a condition holds."""
    params = equation.params
    condition: Program = params["cond"]
    body: Program = params["body"]
    first, second = params["counts"]
    f = region.function
    asked, stepped = (
        _given(region, part) for part in (equation.inputs[:first], equation.inputs[first : first + second])
    )
    init = equation.inputs[first + second :]
    carries = _carries(region, body, body.inputs[second:], body.outputs)
    for carry, atom in zip(carries, init, strict=True):
        carry.start(atom)
    asking, stepping = _open(region, condition), _open(region, body)
    head, inside, end = f.new_label("while"), f.new_label("body"), f.new_label("end")
    f.branch(head)
    f.begin(head)
    _bind_all(asked, asking.inner, condition.inputs[:first])
    for carry, variable in zip(carries, condition.inputs[first:], strict=True):
        carry.enter(asking.inner, variable)
    asking.inner.run([None])
    holds = asking.inner.element(condition.outputs[0], (), dtype_of(ArrayType((), bool)))
    f.branch_if(_truth(f.m, holds), inside, end)
    f.begin(inside)
    _bind_all(stepped, stepping.inner, body.inputs[:second])
    for carry, variable in zip(carries, body.inputs[second:], strict=True):
        carry.enter(stepping.inner, variable)
    targets = [
        carry.target(stepping.inner, out, variable)
        for carry, out, variable in zip(carries, body.outputs, body.inputs[second:], strict=True)
    ]
    stepping.inner.run(targets)
    for put in [carry.leave(stepping.inner, out) for carry, out in zip(carries, body.outputs, strict=True)]:
        put()
    f.branch(head)
    f.begin(end)
    asking.close()
    stepping.close()
    for carry, variable in zip(carries, equation.outputs, strict=True):
        carry.finish(_output(region, variable))
    return True


def _truth(m: object, scalar: Scalar) -> str:
    return m.truth(scalar).parts[0]  # type: ignore[attr-defined, no-any-return]


def emit_cond(region: Region, equation: Equation) -> bool:
    """Write a branch."""
    f = region.function
    predicate, *atoms = equation.inputs
    outs = [_output(region, v) for v in equation.outputs]
    programs = (equation.params["true"], equation.params["false"])
    given = _given(region, atoms)
    opened = [_open(region, program) for program in programs]
    chosen = _truth(f.m, region.element(predicate, (), dtype_of(ArrayType((), bool))))
    labels, end = [f.new_label("branch") for _ in programs], f.new_label("end")
    f.branch_if(chosen, *labels)
    for label, body, program in zip(labels, opened, programs, strict=True):
        f.begin(label)
        _bind_all(given, body.inner, program.inputs)
        body.inner.run(outs)
        f.branch(end)
    f.begin(end)
    for body in opened:
        body.close()
    return True
