"""Which of NumPy's functions work on recorded arrays: a table made by trying them all.

``python -m wengert.interop.coverage`` prints it; docs/numpy-functions.md holds it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import Parameter, signature
from types import ModuleType
from typing import Any

import numpy as np

from ..core.interpreter import Box
from ..functions import array
from .absent import ABSENT
from .numpy_protocol import MEANINGLESS, own_function, own_ufunc
from .ufunc_methods import parameters

__all__ = ["MODULES", "Entry", "entries", "sample", "table"]

MODULES: tuple[ModuleType, ...] = (np, np.linalg, np.fft)

# No two of these numbers are equal or multiples of one another: functions jump at such points, or have kinks there.
_MATRIX = np.array([[0.91, 0.32, 0.23], [0.34, 0.83, 0.12], [0.21, 0.13, 0.74]])
_OTHER = np.array([[0.52, 0.11, 0.67], [0.27, 0.95, 0.36], [0.43, 0.61, 0.79]])
_VECTOR, _RISING = _MATRIX[0], np.array([0.05, 0.55, 1.15])
_WHOLE, _BITS = np.array([6, 3, 1]), np.array([1, 2, 0])
_CHOICE = np.array([True, False, True])

_SAMPLES: dict[str, tuple[Any, ...]] = {
    "append": (_VECTOR, 1.0),
    "astype": (_MATRIX, "complex128"),
    "can_cast": ("int8", "int16"),
    "cumulative_prod": (_VECTOR,),
    "cumulative_sum": (_VECTOR,),
    "histogram2d": (_VECTOR, _RISING),
    "polymul": (_VECTOR, _RISING),
    "outer": (_VECTOR, _RISING),
    "unpackbits": (_WHOLE.astype("uint8"),),
    "apply_along_axis": (lambda row: row * 2, 0, _MATRIX),
    "apply_over_axes": (np.sum, _MATRIX, [0]),
    "array_split": (_VECTOR, 2),
    "bincount": (_BITS, _VECTOR),
    "block": ([[_MATRIX, _OTHER]],),
    "broadcast_to": (_VECTOR, (2, 3)),
    "choose": (_BITS, [_VECTOR, _RISING, _VECTOR]),
    "clip": (_VECTOR, 0.25, 0.5),
    "column_stack": ([_VECTOR, _RISING],),
    "compress": (_CHOICE, _VECTOR),
    "concat": ([_VECTOR, _RISING],),
    "concatenate": ([_VECTOR, _RISING],),
    "convolve": (_VECTOR, _RISING),
    "copyto": (_MATRIX, _OTHER),
    "correlate": (_VECTOR, _RISING),
    "cross": (_VECTOR, _RISING),
    "delete": (_VECTOR, 1),
    "diag_indices_from": (_MATRIX,),
    "digitize": (_VECTOR, _RISING),
    "dsplit": (_MATRIX[None], 3),
    "dstack": ([_VECTOR, _RISING],),
    "einsum": ("ij,j->i", _MATRIX, _VECTOR),
    "einsum_path": ("ij,j->i", _MATRIX, _VECTOR),
    "expand_dims": (_VECTOR, 0),
    "extract": (_CHOICE, _VECTOR),
    "fill_diagonal": (_MATRIX, _VECTOR),
    "full_like": (_VECTOR, 1.0),
    "geomspace": (_VECTOR, 2 * _VECTOR, 3),
    "gradient": (_VECTOR,),
    "hsplit": (_MATRIX, 3),
    "hstack": ([_VECTOR, _RISING],),
    "insert": (_VECTOR, 1, 0.5),
    "interp": (0.3, _RISING, _VECTOR),
    "ix_": (_WHOLE, _BITS),
    "lexsort": ((_VECTOR, _RISING),),
    "linspace": (_VECTOR, 2 * _VECTOR, 3),
    "logspace": (_VECTOR, 2 * _VECTOR, 3),
    "matvec": (_MATRIX, _VECTOR),
    "meshgrid": (_VECTOR, _RISING),
    "moveaxis": (_MATRIX, 0, 1),
    "nanpercentile": (_VECTOR, 30),
    "nanquantile": (_VECTOR, 0.3),
    "pad": (_VECTOR, 1),
    "partition": (_VECTOR, 1),
    "argpartition": (_VECTOR, 1),
    "percentile": (_VECTOR, 30),
    "piecewise": (_VECTOR, [_CHOICE], [lambda x: x**2]),
    "place": (_VECTOR, _CHOICE, [2.0]),
    "poly": (_VECTOR,),
    "polyadd": (_VECTOR, _RISING),
    "polysub": (_VECTOR, _RISING),
    "polyder": (_VECTOR,),
    "polydiv": (_VECTOR, _VECTOR[:2]),
    "polyfit": (_RISING, _VECTOR, 1),
    "polyint": (_VECTOR,),
    "put": (_VECTOR, [0], [2.0]),
    "put_along_axis": (_MATRIX, _BITS[None], 0.5, 0),
    "putmask": (_VECTOR, _CHOICE, _RISING),
    "quantile": (_VECTOR, 0.3),
    "ravel_multi_index": ((_BITS, _BITS), (3, 3)),
    "repeat": (_VECTOR, 2),
    "reshape": (_VECTOR, (3, 1)),
    "resize": (_VECTOR, (2, 2)),
    "roll": (_VECTOR, 1),
    "rollaxis": (_MATRIX, 1),
    "roots": (_VECTOR,),
    "searchsorted": (_RISING, _VECTOR),
    "select": ([_CHOICE], [_VECTOR]),
    "split": (_VECTOR, 3),
    "stack": ([_VECTOR, _RISING],),
    "swapaxes": (_MATRIX, 0, 1),
    "take": (_VECTOR, [0, 2]),
    "take_along_axis": (_MATRIX, _BITS[None], 0),
    "tensordot": (_MATRIX, _OTHER),
    "tile": (_VECTOR, 2),
    "trim_zeros": (_VECTOR,),
    "unravel_index": (_WHOLE, (3, 3)),
    "vander": (_VECTOR,),
    "vecmat": (_VECTOR, _MATRIX),
    "vsplit": (_MATRIX, 3),
    "vstack": ([_VECTOR, _RISING],),
    "where": (_CHOICE, _VECTOR, _RISING),
    "arccosh": (1 + _VECTOR,),
    "ldexp": (_VECTOR, _BITS),
    "tensorinv": (_MATRIX, 1),
    "tensorsolve": (_MATRIX, _VECTOR),
    "matrix_power": (_MATRIX, 2),
    "multi_dot": ([_MATRIX, _OTHER],),
    "solve": (_MATRIX, _VECTOR),
    "lstsq": (_MATRIX, _VECTOR),
}
"""Arguments for a trial; where nothing stands here, so many matrices as the function needs."""
_INTEGERS = {
    "bitwise_and",
    "bitwise_count",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "gcd",
    "invert",
    "lcm",
    "left_shift",
    "packbits",
    "right_shift",
}


_CALLED = {"numpy.trace": "x.trace()", "numpy.lib.stride_tricks.sliding_window_view": "wg.sliding_window_view"}
"""How the library's functions are called that do not stand where NumPy's do."""


@dataclass(frozen=True)
class Entry:
    """What there is for a function of NumPy's."""

    name: str
    """NumPy's, with its module: ``numpy.linalg.solve``."""
    own: str | None
    """The library's, or None where there is none."""
    differentiable: bool
    """Whether the result of recorded arguments is recorded, or a recorded one is written."""
    without: tuple[str, ...] = ()
    """NumPy's parameters that recorded arrays cannot have."""
    why: str = ""
    """Why there is no such function."""


def entries() -> Iterator[Entry]:
    """What there is for each public function and ufunc of NumPy's that can be told of other arrays."""
    for module in MODULES:
        for name in sorted(vars(module)):
            function = getattr(module, name)
            if name.startswith("_") or not (isinstance(function, np.ufunc) or hasattr(function, "_implementation")):
                continue
            yield _entry(f"{module.__name__}.{name}", function)


def _entry(name: str, function: Callable[..., Any]) -> Entry:
    own = (own_ufunc if isinstance(function, np.ufunc) else own_function)(function)[0]
    if own is None:
        return Entry(name, None, False, why=ABSENT[name])
    without = () if isinstance(function, np.ufunc) else _lacking(own, function)
    called = _CALLED.get(name, f"wg.{name.removeprefix('numpy.')}")
    return Entry(name, called, _is_differentiable(name, function), without)


def _lacking(own: Callable[..., Any], numpys: Callable[..., Any]) -> tuple[str, ...]:
    """The optional parameters of NumPy's function that the library's does not have."""
    known, theirs = parameters(own), parameters(numpys).values()
    if any(p.kind is Parameter.VAR_KEYWORD for p in known.values()):
        return ()
    optional = [p.name for p in theirs if p.default is not Parameter.empty]
    return tuple(n for n in optional if n not in known and n not in MEANINGLESS and n != "out")


def _is_differentiable(name: str, function: Callable[..., Any]) -> bool:
    arguments = recorded(sample(name, function))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = function(*arguments)
    return any(map(_is_recorded, _leaves((result, arguments[0] if result is None else ()))))


def sample(name: str, function: Callable[..., Any]) -> tuple[Any, ...]:
    """Arguments with which a function of NumPy's can be tried."""
    short = name.rpartition(".")[2]
    if short in _SAMPLES:
        return _SAMPLES[short]
    if isinstance(function, np.ufunc):
        count = function.nin
    else:
        needed = [p for p in signature(function).parameters.values() if p.default is Parameter.empty]
        count = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in needed) or 2
    if short in _INTEGERS:
        return (_WHOLE, _BITS)[:count]
    return (_MATRIX, _OTHER)[:count]


def recorded(arguments: Any) -> Any:
    """The arguments, their floating-point arrays recorded (and not leaves, so that they can be written to)."""
    if isinstance(arguments, (tuple, list)):
        return type(arguments)(map(recorded, arguments))
    if isinstance(arguments, np.ndarray) and arguments.dtype.kind in "fc":
        return array(arguments, requires_grad=True) * 1.0
    return arguments


def _leaves(result: Any) -> Iterator[Any]:
    if isinstance(result, (tuple, list)):
        for part in result:
            yield from _leaves(part)
    else:
        yield result


def _is_recorded(x: Any) -> bool:
    return isinstance(x, Box) and bool(getattr(x, "requires_grad", False))


def table() -> str:
    """The table, in Markdown."""
    found = list(entries())
    lines = []
    for module in MODULES:
        own = [e for e in found if e.name.rpartition(".")[0] == module.__name__ and e.own]
        lines += [f"## `{module.__name__}`", "", "| NumPy | here | derivative |", "|---|---|---|"]
        lines += [
            f"| `{e.name.rpartition('.')[2]}` | `{e.own}` | {'yes' if e.differentiable else 'constant'} |" for e in own
        ]
        lines.append("")
    lines += ["## Not here, and why", "", "| NumPy | why |", "|---|---|"]
    lines += [f"| `{e.name}` | {e.why} |" for e in found if not e.own]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
