"""All that a comparison found, and what follows from it: medians, totals, ratios; kept in a file of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.gradbench.comparison import Cell, Cells, Found
from benchmarks.gradbench.problems import PROBLEMS

OWN = "wengert"


@dataclass
class Record:
    circumstances: dict[str, Any]
    """The machine, the versions, and how it was measured: records with others cannot be joined."""
    libraries: list[str]
    """Ours is the first."""
    problems: dict[str, Found] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """Libraries that are not installed, and what the attempt to import them said."""

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Record:
        record = cls(**json.loads(path.read_text(encoding="utf-8")))
        for found in record.problems.values():
            for functions in found.values():
                for function, cells in functions.items():
                    functions[function] = {key: Cell(**cell) for key, cell in cells.items()}
        return record

    @property
    def peers(self) -> list[str]:
        return self.libraries[1:]

    def has(self, problem: str, size: str) -> bool:
        """Whether every function has been measured there in every library."""
        functions = self.problems.get(problem, {}).get(size, {})
        return bool(functions) and all(set(cells) >= set(self.libraries) for cells in functions.values())


def seconds(problem: str, functions: Mapping[str, Cells], key: str) -> float | None:
    """What a size counts in a total: primal and derivative together, or the best of the nested ones."""
    medians = [cells[key].median if key in cells else None for cells in functions.values()]
    known = [m for m in medians if m is not None]
    if PROBLEMS[problem].primal is None:
        return min(known, default=None)
    return sum(known) if len(known) == len(PROBLEMS[problem].functions) else None


def total(problem: str, found: Found, *keys: str) -> tuple[int, list[float]]:
    """How many sizes all of these libraries did, and what each took for them."""
    every = [[seconds(problem, functions, key) for key in keys] for functions in found.values()]
    common = [[s for s in one if s is not None] for one in every if None not in one]
    return len(common), [sum(one[i] for one in common) for i in range(len(keys))]


def ratio(cells: Cells, other: str) -> float | None:
    """The median of the turns' ratios of our time to another's."""
    if OWN not in cells or other not in cells:
        return None
    pairs = list(zip(cells[OWN].samples, cells[other].samples, strict=False))
    return median(a / b for a, b in pairs) if pairs else None


def best(cells: Cells) -> str | None:
    """The fastest of the other libraries."""
    medians = {key: cell.median for key, cell in cells.items() if key != OWN}
    known = {key: m for key, m in medians.items() if m is not None}
    return min(known, key=known.__getitem__, default=None)
