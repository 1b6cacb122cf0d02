"""One function of machine code being written: blocks, loops, indices, memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import prod

from ...core.types import Shape
from ..scalars.arithmetic import Arithmetic
from ..scalars.ir import DType, Module, Scalar, memory_type
from .indices import AnyIndex, Index, linear, row_major
from .outlining import outlined

__all__ = ["Function", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an array stands in memory: a pointer to its elements, and strides in elements."""

    pointer: str
    shape: Shape
    dtype: DType
    strides: tuple[int, ...]
    offset: int = 0

    @staticmethod
    def contiguous(pointer: str, shape: Shape, dtype: DType) -> Place:
        """An array in C order."""
        return Place(pointer, shape, dtype, row_major(shape))

    @property
    def is_contiguous(self) -> bool:
        """Whether the elements follow one another in C order."""
        wanted = row_major(self.shape)
        return all(s == w or n == 1 for s, w, n in zip(self.strides, wanted, self.shape, strict=True))

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)

    def reshaped(self, shape: Shape) -> Place:
        """The same memory, contiguous, in another shape."""
        return replace(self, shape=shape, strides=row_major(shape))

    def viewed(self, rule: Callable[[Sequence[AnyIndex]], Sequence[AnyIndex]], shape: Shape) -> Place:
        """The array of which the element at an index is this one's at the affine index that a rule gives."""
        names = [f"axis{k}" for k in range(len(shape))]
        index = rule([Index(0, {name: 1}) for name in names])
        address = linear(index, self.strides, self.offset)
        terms = {} if isinstance(address, int) else address.terms
        offset = address if isinstance(address, int) else address.constant
        return Place(self.pointer, shape, self.dtype, tuple(terms.get(name, 0) for name in names), offset)


class Function:
    """The text of a function, block by block."""

    def __init__(self, module: Module, name: str, params: Sequence[str], result: str = "void") -> None:
        self.module, self.name, self.result = module, name, result
        self.params = list(params)
        self.lines: list[str] = []
        self.m = Arithmetic(module, self.lines)
        self.label = "start"
        self._allocas: list[str] = []
        self._labels = count().__next__
        self._index_texts: dict[AnyIndex, str] = {}

    def text(self, attributes: str = "", linkage: str = "internal ") -> str:
        """The function, complete."""
        pointers = [f"ptr {line.split()[0]}" for line in self._allocas]
        lines, parts, slots = outlined(f"{self.name}_part", [*self.params, *pointers], self.lines)
        allocas = [*self._allocas, f"  %slots = alloca [{slots} x i8], align 16"] if parts else self._allocas
        head = f"define {linkage}{self.result} @{self.name}({', '.join(self.params)}) {attributes}{{"
        return "\n".join([*parts, head, "start:", *allocas, *lines, "}"])

    def emit(self, line: str) -> None:
        """Add an instruction."""
        self.lines.append(f"  {line}")

    def value(self, instruction: str) -> str:
        """Add an instruction with a result; gives its name."""
        return self.m.emit(instruction)

    # -- Blocks -------------------------------------------------------------------------------------------------------

    def new_label(self, what: str) -> str:
        """A label that no block has yet."""
        return f"{what}{self._labels()}"

    def begin(self, label: str) -> None:
        """Start a block; the one before must have ended with a branch."""
        self.lines.append(f"{label}:")
        self.label = label
        self._index_texts = {}

    def branch(self, label: str) -> None:
        """Go to a block."""
        self.emit(f"br label %{label}")

    def branch_if(self, condition: str, then: str, otherwise: str) -> None:
        """Go to one block or the other."""
        self.emit(f"br i1 {condition}, label %{then}, label %{otherwise}")

    def loop(
        self,
        start: str,
        stop: str,
        body: Callable[[str], None],
        certain: bool = False,
        step: int = 1,
        unrolls: bool = True,
    ) -> None:
        """``for i in range(start, stop, step)``; ``certain`` where it is known to run at least once."""
        head, end = self.new_label("loop"), self.new_label("end")
        if certain:
            self.branch(head)
        else:
            self.branch_if(self.value(f"icmp slt i64 {start}, {stop}"), head, end)
        before = self.label
        self.begin(head)
        i, following = self.m.fresh(), self.m.fresh()
        place = len(self.lines)
        self.lines.append("")  # the phi, once it is known from where the loop comes back
        body(i)
        self.emit(f"{following} = add nsw i64 {i}, {step}")
        again = self.value(f"icmp slt i64 {following}, {stop}")
        self.emit(f"br i1 {again}, label %{head}, label %{end}{'' if unrolls else self.module.as_it_stands()}")
        self.lines[place] = f"  {i} = phi i64 [ {start}, %{before} ], [ {following}, %{self.label} ]"
        self.begin(end)

    # -- Memory -------------------------------------------------------------------------------------------------------

    def alloca(self, type: str, count: int, align: int = 16) -> str:
        """Memory on the stack, made once where the function starts."""
        name = self.m.fresh()
        self._allocas.append(f"  {name} = alloca {type}, i64 {max(1, count)}, align {align}")
        return name

    def buffer(self, shape: Shape, dtype: DType) -> Place:
        """A small array on the stack."""
        return Place.contiguous(self.alloca(memory_type(dtype), prod(shape), 64), shape, dtype)

    def index(self, index: AnyIndex) -> str:
        """The text of an index as a 64-bit integer."""
        if isinstance(index, int):
            return str(index)
        found = self._index_texts.get(index)
        if found is not None:
            return found
        total = ""
        for name, factor in index.terms.items():
            term = name if factor == 1 else self.value(f"mul nsw i64 {name}, {factor}")
            total = self.value(f"add nsw i64 {total}, {term}") if total else term
        if index.constant:
            total = self.value(f"add nsw i64 {total}, {index.constant}")
        self._index_texts[index] = total
        return total

    def address(self, place: Place, index: Sequence[AnyIndex]) -> str:
        """A pointer to an element."""
        return self.m.element(place.pointer, self.index(linear(index, place.strides, place.offset)), place.dtype)

    def load(self, place: Place, index: Sequence[AnyIndex]) -> Scalar:
        """An element."""
        return self.m.load(self.address(place, index), place.dtype)

    def store(self, value: Scalar, place: Place, index: Sequence[AnyIndex]) -> None:
        """Write an element."""
        self.m.store(value, self.address(place, index))

    def base(self, place: Place) -> str:
        """A pointer to the first element."""
        return place.pointer if not place.offset else self.m.element(place.pointer, str(place.offset), place.dtype)
