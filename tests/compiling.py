"""The law that compiled equals eager: all applications of a primitive are compiled at once, as one program.

Real elementwise results are within four units in the last place of NumPy's, with the same NaN, infinities and signed
zeros; all others agree up to rounding.
"""

import warnings
import zlib
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from wengert.compiler.native.executable import Executable
from wengert.core.lowering import Elementwise
from wengert.core.primitive import Primitive
from wengert.core.program import Equation, Program, Variable, check
from wengert.core.types import SCALARS, type_of

ULPS = 4
"""How far elementwise results in real numbers may be from NumPy's, in units in the last place."""
TOLERANCE = {"f8": 1e-12, "c16": 1e-12, "f4": 1e-5, "c8": 1e-5, "f2": 1e-3}
"""Of all else, relative to the largest element."""
LONG = 67
"""So many elements are not unrolled, and have a vectorised loop with a rest."""
UNSIGNED = {"absorbing_multiply", "tangent_multiply"}
"""Where eager evaluation gives a zero a sign or none, depending on other elements."""
CANCELS = {"logaddexp", "logaddexp2"}
"""Where the bound is relative to the inputs, too: they may cancel."""

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 700.0, -1e-300, np.inf, -np.inf, np.nan]
MIXED: list[Any] = [
    *("bool", "int8", "uint16", "int32", "int64", "uint64"),
    *("float32", "float64", "complex64", "complex128"),
]
_INTEGERS = [0, 1, -1, 2, -3, 7, 100, -128]


def compiled(laws: Any, primitive: Primitive, dtypes: Sequence[str] = ("float64",), mixed: int = 6) -> None:
    """Compiled, a primitive gives what its evaluation gives.

    On every example in every dtype; if it is elementwise on special values in these dtypes; on so many combinations of
    dtypes.
    """
    cases = [
        *example_cases(laws, primitive, (*laws.DTYPES, "complex64")),
        *elementwise_cases(primitive, dtypes),
        *mixed_cases(laws, primitive, mixed),
    ]
    complaints = run(cases)
    assert not complaints, "\n".join(complaints)


class Case(NamedTuple):
    """One application of a primitive, and what it gives."""

    what: str
    primitive: Primitive
    inputs: list[Any]
    params: dict[str, Any]
    expected: tuple[Any, ...]


def case(what: str, primitive: Primitive, inputs: Sequence[Any], params: dict[str, Any]) -> Iterator[Case]:
    """The case, unless NumPy refuses it."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            out = primitive.evaluate(*inputs, **params)
        except (TypeError, ValueError, IndexError, OverflowError, np.exceptions.ComplexWarning, np.linalg.LinAlgError):
            return
    expected = out if primitive.multiple else (out,)
    yield Case(f"{primitive.name} {what}", primitive, list(inputs), params, tuple(map(np.asarray, expected)))


def example_cases(laws: Any, primitive: Primitive, dtypes: Sequence[str]) -> Iterator[Case]:
    """Every example in every dtype."""
    for number, example in enumerate(primitive.examples):
        for trial in laws.trials(primitive, example, dtypes):
            yield from case(f"example {number} in {trial.dtype}", primitive, trial.prepared(), example.params)


def elementwise_cases(primitive: Primitive, dtypes: Sequence[str]) -> Iterator[Case]:
    """Special values, in registers and in loops, in one dtype."""
    if not isinstance(primitive.lowering, Elementwise):
        return
    arity = primitive.arity
    assert arity is not None
    params = primitive.examples[0].params
    for dtype in dtypes:
        values = special_values(np.dtype(dtype))
        columns = list(zip(*product(values, repeat=arity), strict=True))
        arrays = [np.asarray(column, dtype) for column in columns]
        if arity == 3:  # 1728 combinations of three are too many: some of them
            chosen = np.random.default_rng(0).choice(len(arrays[0]), min(300, len(arrays[0])), replace=False)
            arrays = [a[chosen] for a in arrays]
        arrays = [np.resize(a, max(LONG, len(a))) for a in arrays]
        yield from case(f"special values in {dtype}", primitive, arrays, params)
        yield from case(f"eleven special values in {dtype}", primitive, [a[:11] for a in arrays], params)


def special_values(dtype: np.dtype[Any]) -> list[Any]:
    """Values of a dtype at which functions are special."""
    if dtype.kind == "b":
        return [True, False]
    if dtype.kind in "iu":
        return [x for x in _INTEGERS if x >= 0 or dtype.kind == "i"] + [np.iinfo(dtype).max, np.iinfo(dtype).min]
    if dtype.kind == "f":
        return [x if dtype.itemsize == 8 else np.float32(x) for x in SPECIAL]
    return [complex(a, b) for a in (0.0, -0.0, 1.0, -2.5) for b in (0.0, -0.0, 0.5)]


def mixed_cases(laws: Any, primitive: Primitive, sample: int) -> Iterator[Case]:
    """Inputs of different dtypes, Python's numbers among them where an operation broadcasts."""
    trial = laws.Trial(primitive, primitive.examples[0], "bool")
    drawn = [x for x in trial.inputs if isinstance(x, np.ndarray)]
    if len(drawn) < 2 or len(drawn) < len(trial.inputs):
        return
    kinds = [*MIXED, *(SCALARS if primitive.family == "elementwise" else ())]
    combinations = list(product(kinds, repeat=len(drawn)))
    random = np.random.default_rng(zlib.crc32(primitive.name.encode()))
    for number in random.permutation(len(combinations))[:sample]:
        combination = combinations[number]
        if all(isinstance(kind, type) for kind in combination):
            continue  # numbers alone make no equation
        inputs = [
            kind(1) if isinstance(kind, type) else np.asarray(random.integers(1, 4, x.shape), kind)
            for x, kind in zip(trial.inputs, combination, strict=True)
        ]
        yield from case(f"on {combination}", primitive, inputs, primitive.examples[0].params)


def run(cases: Sequence[Case], off: Sequence[str] = ()) -> list[str]:
    """Compile the cases as one program, and run it: what is wrong with the results."""
    inputs: list[Variable] = []
    values: list[Any] = []
    equations: list[Equation] = []
    for each in cases:
        atoms: list[Any] = []
        for x in each.inputs:
            if isinstance(x, SCALARS) and not hasattr(x, "dtype"):
                atoms.append(x)
            else:
                array = np.asarray(x)
                atoms.append(Variable(type_of(array)))
                inputs.append(atoms[-1])
                values.append(array)
        types = [a.type if isinstance(a, Variable) else type_of(a) for a in atoms]
        result = each.primitive.result_type(*types, **each.params)
        outs = tuple(map(Variable, result if each.primitive.multiple else (result,)))
        equations.append(Equation(each.primitive, tuple(atoms), each.params, outs))
    outputs = [v for equation in equations for v in equation.outputs]
    program = Program(tuple(inputs), tuple(equations), tuple(outputs))
    check(program)
    found = iter(Executable(program, off)(values))
    complaints = []
    for each in cases:
        for expected in each.expected:
            complaint = difference(each, next(found), expected)
            if complaint:
                complaints.append(f"{each.what}: {complaint}")
    return complaints


def difference(case: Case, found: Any, expected: Any) -> str | None:
    """What is wrong with a result."""
    if (found.shape, found.dtype) != (expected.shape, expected.dtype):
        return f"{type_of(found)}, not {type_of(expected)}"
    if expected.dtype.kind not in "fc":
        bad = found != expected
    elif expected.dtype.kind == "f" and isinstance(case.primitive.lowering, Elementwise):
        size = np.abs(expected)
        if case.primitive.name in CANCELS:
            size = np.maximum.reduce([size, *(np.abs(np.broadcast_to(x, size.shape)) for x in case.inputs)])
        bad = ~near(found, expected, size)
        if case.primitive.name in UNSIGNED:
            bad &= found != expected
    else:
        with np.errstate(all="ignore"):
            finite = np.isfinite(expected)
            scale = np.abs(expected[finite]).max(initial=1.0)
            tolerance = TOLERANCE[expected.dtype.str[1:]] * scale
            bad = np.where(finite, ~(np.abs(found - expected) <= tolerance), ~same(found, expected))
    if not np.any(bad):
        return None
    at = tuple(int(i) for i in np.argwhere(bad)[0])
    elementwise = isinstance(case.primitive.lowering, Elementwise)
    given = [np.broadcast_to(x, expected.shape)[at] for x in case.inputs] if elementwise else "its inputs"
    return f"{found[at]!r}, not {expected[at]!r} at {at} of {given} ({np.count_nonzero(bad)} of {bad.size})"


def near(found: Any, expected: Any, size: Any) -> Any:
    """Where real numbers are a few units in the last place of a size apart; NaN, infinities and zeros are the same."""
    with np.errstate(all="ignore"):
        distance = np.abs(found - expected)
        close = (distance <= ULPS * np.spacing(size)) & (expected != 0) & np.isfinite(expected)
    return close | same(found, expected)


def same(found: Any, expected: Any) -> Any:
    """Where two arrays have the same number, of the same sign, or both have none."""
    if expected.dtype.kind == "c":
        return same(found.real, expected.real) & same(found.imag, expected.imag)
    both = np.isnan(found) & np.isnan(expected)
    return both | ((found == expected) & (np.signbit(found) == np.signbit(expected)))
