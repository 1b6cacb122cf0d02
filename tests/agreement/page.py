"""The generated parts of docs/agreement-with-pytorch.md."""

import re
from typing import Any

import numpy as np

from . import differences, tables
from .differences import Difference


def renewed(text: str) -> str:
    """The page with its tables as they are now."""
    parts = {
        "operations": _operations(),
        "conventions": _differences(differences.CONVENTIONS),
        "same": ", ".join(f"`{point.shown}`" for point in differences.SAME) + ".",
        "accuracy": _differences(differences.ACCURACY),
    }
    for name, part in parts.items():
        text = _with_part(text, name, part)
    return text


def _with_part(text: str, name: str, part: str) -> str:
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text, count = re.subn(f"{begin}.*{end}", lambda _: f"{begin}\n\n{part}\n\n{end}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"the page has {count} places for the table of {name}")
    return text


def _operations() -> str:
    count = sum(len(family) for family in tables.FAMILIES.values())
    rows = [f"{count} operations:", "", "| | |", "|---|---|"]
    for family, operations in tables.FAMILIES.items():
        rows.append(f"| {family} | {', '.join(f'`{o.name}`' for o in operations)} |")
    return "\n".join(rows)


def _differences(listed: list[Difference]) -> str:
    rows = ["| | PyTorch | Wengert | |", "|---|---|---|---|"]
    rows += [f"| `{d.shown}` | {_shown(d.in_torch)} | {_shown(d.in_wengert)} | {d.why} |" for d in listed]
    return "\n".join(rows)


def _shown(gradients: Any) -> str:
    if isinstance(gradients, type):
        return gradients.__name__
    return ", ".join(f"`{_number(np.asarray(g).tolist())}`" for g in gradients)


def _number(x: Any) -> str:
    """Nested lists of numbers, short."""
    if isinstance(x, list):
        return f"[{', '.join(map(_number, x))}]"
    if isinstance(x, complex):
        return f"{x.real:.3g}{x.imag:+.3g}i"
    return f"{x:.12g}"
