"""Long straight-line code in functions of its own: the time that LLVM takes for a block grows with its square.

A part is a run of instructions of one basic block. What it takes from outside, and what others take from it, goes
through slots in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["LONGEST", "outlined"]

LONGEST = 2000
"""Blocks of more instructions are divided into parts."""
PART = 1000
"""Instructions of a part."""
_SLOT = 16
_NAME = re.compile(r"%[\w.]+")
_DEFINITION = re.compile(r"  (%[\w.]+) = (.*)")
_AT_HOME = re.compile(r"\S|  (br|ret|switch|unreachable)\b|  %[\w.]+ = phi\b")
"""Labels, and what belongs to the ends of a block."""


def outlined(name: str, params: Sequence[str], lines: list[str]) -> tuple[list[str], list[str], int]:
    """Divide the long blocks of a function.

    Parameters
    ----------
    name
        What the parts are called after.
    params
        The function's parameters, with their types.
    lines
        Its instructions and labels. Pointers made with ``alloca`` are parameters to it, too.

    Returns
    -------
    The instructions that stay, the parts as functions, and the bytes of the slots: ``%slots`` points to them.
    """
    runs = [run for run in _runs(lines) if len(run) > LONGEST]
    if not runs:
        return lines, [], 0
    part_of = {}
    for run in runs:
        for k in range(0, len(run), PART):
            for i in run[k : k + PART]:
                part_of[i] = (run.start, k)
    return _Outlining(name, params, lines, part_of).result()


def _runs(lines: Sequence[str]) -> Iterator[range]:
    """Where instructions follow one another that could be anywhere."""
    start = 0
    for i, line in enumerate(lines):
        if _AT_HOME.match(line):
            yield range(start, i)
            start = i + 1
    yield range(start, len(lines))


class _Outlining:
    def __init__(self, name: str, params: Sequence[str], lines: list[str], part_of: dict[int, tuple[int, int]]) -> None:
        self.name, self.lines, self.part_of = name, lines, part_of
        self.types = {text: type for type, text in (p.split()[:: len(p.split()) - 1] for p in params)}
        self.home: dict[str, tuple[int, int] | None] = dict.fromkeys(self.types)
        """The part in which each value is defined; None for the function itself."""
        for i, line in enumerate(lines):
            found = _DEFINITION.match(line)
            if found:
                self.home[found[1]] = part_of.get(i)
                if not found[2].startswith("phi"):
                    self.types[found[1]] = _type_of(found[2])
                else:
                    self.types[found[1]] = found[2].split()[1]
        self.slots: dict[str, int] = {}

    def result(self) -> tuple[list[str], list[str], int]:
        parts: dict[tuple[int, int], list[str]] = {}
        for i, part in self.part_of.items():
            parts.setdefault(part, []).append(self.lines[i])
        wanted = self._crossing()
        functions = []
        calls: dict[tuple[int, int], list[str]] = {}
        for number, (part, body) in enumerate(parts.items()):
            symbol = f"{self.name}_{number}"
            taken = dict.fromkeys(n for line in body for n in _NAME.findall(line) if self._crosses(n, part))
            before = [line for n in taken if self.home[n] is None for line in self._store(n, f"{symbol}.in{n[1:]}")]
            inside = [line for n in taken for line in self._load(n, f"{symbol}.at{n[1:]}")]
            made = [n for n in wanted if self.home[n] == part]
            after = [line for n in made for line in self._store(n, f"{symbol}.to{n[1:]}")]
            back = [line for n in made if wanted[n] for line in self._load(n, f"{symbol}.from{n[1:]}")]
            text = [f"define internal void @{symbol}(ptr %slots) noinline {{", "start:", *inside, *body, *after]
            functions.append("\n".join([*text, "  ret void", "}"]))
            calls[part] = [*before, f"  call void @{symbol}(ptr %slots)", *back]
        return list(self._rest(calls)), functions, _SLOT * len(self.slots)

    def _crosses(self, name: str, part: tuple[int, int] | None) -> bool:
        return name in self.home and self.home[name] != part

    def _crossing(self) -> dict[str, bool]:
        """The values of parts that are read outside of them, and whether the function itself reads them."""
        wanted: dict[str, bool] = {}
        for i, line in enumerate(self.lines):
            part = self.part_of.get(i)
            for n in _NAME.findall(line):
                if self._crosses(n, part) and self.home[n] is not None:
                    wanted[n] = wanted.get(n, False) or part is None
        return wanted

    def _rest(self, calls: dict[tuple[int, int], list[str]]) -> Iterator[str]:
        for i, line in enumerate(self.lines):
            part = self.part_of.get(i)
            if part is None:
                yield line
            elif part in calls:
                yield from calls.pop(part)

    def _slot(self, name: str, pointer: str) -> str:
        number = self.slots.setdefault(name, len(self.slots))
        return f"  %{pointer} = getelementptr inbounds i8, ptr %slots, i64 {_SLOT * number}"

    def _store(self, name: str, pointer: str) -> list[str]:
        return [self._slot(name, pointer), f"  store {self.types[name]} {name}, ptr %{pointer}, align {_SLOT}"]

    def _load(self, name: str, pointer: str) -> list[str]:
        return [self._slot(name, pointer), f"  {name} = load {self.types[name]}, ptr %{pointer}, align {_SLOT}"]


_FLAGS = {"nsw", "nuw", "exact", "fast", "nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc", "disjoint"}
_TYPE = re.compile(r"\{[^}]*\}|\[[^\]]*\]|<[^>]*>|\S+")


def _type_of(instruction: str) -> str:
    """The type of what an instruction gives."""
    operation, _, rest = instruction.partition(" ")
    while rest.split(" ", 1)[0] in _FLAGS:
        rest = rest.split(" ", 1)[1]
    if operation in ("icmp", "fcmp"):
        return "i1"
    if operation in ("getelementptr", "alloca"):
        return "ptr"
    if " to " in rest:
        return rest.rsplit(" to ", 1)[1].strip()
    if operation == "select":
        return _first_type(rest.split(", ", 1)[1])
    if operation == "extractvalue":
        return _first_type(rest)[1:-1].split(",")[0].strip()
    if operation == "extractelement":
        return _first_type(rest)[1:-1].split(" x ")[1]
    return _first_type(rest).rstrip(",")


def _first_type(text: str) -> str:
    found = _TYPE.match(text)
    assert found is not None
    return found[0]
