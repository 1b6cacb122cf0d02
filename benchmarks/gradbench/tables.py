"""What was found, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from benchmarks.gradbench.comparison import Cell, Cells, Found
from benchmarks.gradbench.libraries import LIBRARIES
from benchmarks.gradbench.problems import PROBLEMS
from benchmarks.gradbench.record import OWN, Record, best, ratio, total
from benchmarks.report import duration, markdown

DASH = "–"
UNWRITTEN = Cell("unwritten")


def everything(record: Record, picture: str | None = None) -> str:
    """All tables, the totals first."""
    parts = [
        head(record),
        "Sums of the medians over all sizes, of primal and derivative together (`particle` and `saddle`: of the best "
        "of the four modes)"
        + (", and Wengert's time in units of each peer's, over the sizes that both did:" if record.peers else ":"),
        totals(record),
        *([f"![Wengert's time in units of each peer's, by problem]({picture})"] if picture else []),
        *[f"### {name}\n\n{_sentence(PROBLEMS[name].exercises)}\n\n{one(record, name)}" for name in record.problems],
        "### First calls and checks\n\nThe first call of a derivative (tracing, compiling, and running it once), "
        "median of the sizes:",
        first_calls(record),
        "Largest difference from the reference, in units of the largest element of each array:",
        differences(record),
        *notes(record),
    ]
    return "\n\n".join(parts)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def head(record: Record) -> str:
    told = record.circumstances
    fewer = f"at least {told['repeats']} runs, fewer only of what takes more than {told['budget']:g} s for them"
    text = (
        f"{told['machine']} Inputs of ba, ht and lstm are {'the suite’s' if told['data'] else 'our own'}. Median and, "
        f"in parentheses, shortest time of {fewer}; then their number is given. A call has {told['limit']:g} s."
    )
    names = [f"{LIBRARIES[key].name} ({said})" for key, said in record.missing.items()]
    return text + (f" Not installed: {', '.join(names)}." if names else "")


def totals(record: Record) -> str:
    header = ["", "sizes", "Wengert"]
    for key in record.peers:
        header += [LIBRARIES[key].name, f"of {LIBRARIES[key].name}'s"]
    rows = []
    for problem, found in record.problems.items():
        did, (own,) = total(problem, found, OWN)
        row = [f"`{problem}`", str(len(found)), _summed(own, did, len(found))]
        for key in record.peers:
            did, (ours, theirs) = total(problem, found, OWN, key)
            row += [_summed(theirs, did, len(found)), f"**{ours / theirs:.3g}**" if did else DASH]
        rows.append(row)
    return markdown(header, rows)


def _summed(seconds: float, did: int, of: int) -> str:
    return DASH if not did else duration(seconds) + (f" ({did} of {of} sizes)" if did < of else "")


def one(record: Record, problem: str) -> str:
    """The table of one problem, with the libraries that have a program for it."""
    cells = [cells for functions in record.problems[problem].values() for cells in functions.values()]
    keys = [k for k in record.libraries if any(k in one and one[k].outcome != "unwritten" for one in cells)]
    table = (_nested if PROBLEMS[problem].primal is None else _sizes)(record, problem, keys)
    absent = [LIBRARIES[key].name for key in record.libraries if key not in keys]
    return table + (f"\n\nNo program in {' or '.join(absent)}." if absent else "")


def _sizes(record: Record, problem: str, keys: Sequence[str]) -> str:
    primal, (derivative,) = PROBLEMS[problem].functions[0], PROBLEMS[problem].derivatives
    header = ["size"]
    for key in keys:
        header += [f"{LIBRARIES[key].name} `{primal}`", f"`{derivative}`", "ratio"]
    header += [f"`{primal}`, of the best peer's", f"`{derivative}`, of the best peer's"] if len(keys) > 1 else []
    rows = []
    for size, functions in record.problems[problem].items():
        row = [size]
        for key in keys:
            low, high = functions[primal].get(key, UNWRITTEN), functions[derivative].get(key, UNWRITTEN)
            costs = high.median / low.median if low.median and high.median else None
            row += [text(low, record), text(high, record), DASH if costs is None else f"{costs:.3g}"]
        row += [against(functions[primal]), against(functions[derivative])] if len(keys) > 1 else []
        rows.append(row)
    return markdown(header, rows)


def _nested(record: Record, problem: str, keys: Sequence[str]) -> str:
    header = ["modes", *[LIBRARIES[key].name for key in keys], *["of the best peer's"] * (len(keys) > 1)]
    rows = []
    for functions in record.problems[problem].values():
        for function, cells in functions.items():
            row = [text(cells.get(key, UNWRITTEN), record) for key in keys]
            rows.append([f"`{function}`", *row, *[against(cells)] * (len(keys) > 1)])
    return markdown(header, rows)


def text(cell: Cell, record: Record) -> str:
    """Median and shortest time, or what happened instead."""
    if cell.median is None:
        words = {"overdue": cell.said, "untried": "untried", "failed": "fails", "wrong": "wrong", "unwritten": DASH}
        return words.get(cell.outcome, DASH)
    count = len(cell.samples)
    few = f"; {count} run{'s' * (count > 1)}" if count < record.circumstances["repeats"] else ""
    return f"{duration(cell.median)} ({duration(min(cell.samples))}{few})"


def against(cells: Cells) -> str:
    """Our time in units of that of the fastest other library."""
    key = best(cells)
    own = ratio(cells, key) if key is not None else None
    return DASH if own is None or key is None else f"{own:.3g} of {LIBRARIES[key].name}"


def first_calls(record: Record) -> str:
    def value(cells: Sequence[Cell]) -> str:
        known = [cell.first for cell in cells if cell.first is not None]
        return duration(median(known)) if known else DASH

    return _by_problem(record, value, primal=False)


def differences(record: Record) -> str:
    def value(cells: Sequence[Cell]) -> str:
        known = [cell.difference for cell in cells if cell.difference is not None]
        return f"{max(known):.1e}" if known else DASH

    return _by_problem(record, value, primal=True)


def _by_problem(record: Record, value: Callable[[Sequence[Cell]], str], *, primal: bool) -> str:
    def cells(problem: str, found: Found, key: str) -> list[Cell]:
        functions = PROBLEMS[problem].functions if primal else PROBLEMS[problem].derivatives
        return [one[f][key] for one in found.values() for f in functions if key in one.get(f, {})]

    rows = []
    for name, found in record.problems.items():
        rows.append([f"`{name}`", *[value(cells(name, found, key)) for key in record.libraries]])
    return markdown(["", *[LIBRARIES[key].name for key in record.libraries]], rows)


def notes(record: Record) -> list[str]:
    """What went wrong, and where: one line for the same thing at several sizes."""
    said: dict[tuple[str, str, str, str, str], list[str]] = {}
    for problem, found in record.problems.items():
        for size, functions in found.items():
            for function, cells in functions.items():
                for key, cell in cells.items():
                    if cell.outcome in ("failed", "wrong"):
                        said.setdefault((cell.outcome, key, problem, function, cell.said), []).append(size)
    words = {"failed": "Fails", "wrong": "Wrong"}
    return [
        f"{words[outcome]}: {LIBRARIES[key].name}, `{problem}` `{function}` ({', '.join(sizes)}): {reason[:300]}"
        for (outcome, key, problem, function, reason), sizes in said.items()
    ]
