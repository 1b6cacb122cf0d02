import ctypes
import math
import platform
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wengert.compiler.native import symbols
from wengert.compiler.native.loader import load
from wengert.compiler.native.machine import optimised
from wengert.compiler.scalars.arithmetic import Arithmetic
from wengert.compiler.scalars.elementwise import lower_elementwise, lowers
from wengert.compiler.scalars.inline_math import FUNCTIONS
from wengert.compiler.scalars.ir import Module, literal_text, memory_type, supported
from wengert.compiler.scalars.vector_math import variants
from wengert.core.lowering import Elementwise, NotLowered
from wengert.core.primitive import registry

pytest.importorskip("llvmlite")

ELEMENTWISE = sorted(name for name, p in registry.items() if isinstance(p.lowering, Elementwise))
LIBMVEC = sys.platform == "linux" and platform.machine() == "x86_64" and symbols.address("_ZGVdN4v_exp") is not None
AVX2 = LIBMVEC and " avx2 " in Path("/proc/cpuinfo").read_text()
ISAS = [None, *(["b"] if LIBMVEC else []), *(["d"] if AVX2 else [])]

INTEGERS = [np.dtype(c) for c in "bhilBHIL"]
REALS = [np.dtype(np.float32), np.dtype(np.float64)]
COMPLEX = [np.dtype(np.complex64), np.dtype(np.complex128)]
DTYPES = [np.dtype(bool), *INTEGERS, *REALS, *COMPLEX]
PARAMS: dict[str, list[dict[str, Any]]] = {
    "astype": [{"dtype": d.name} for d in DTYPES],
    "sinc_derivative": [{"order": n} for n in (0, 1, 4)],
    "nan_to_num": [{"nan": 0.5, "posinf": 1e30, "neginf": -2.0}],
}


def has(symbol: str) -> bool:
    return symbols.address(symbol) is not None


class Loops:
    """Loops over arrays, one for each signature, in one module."""

    def __init__(self, isa: str | None = None, vectorize: bool = True) -> None:
        self.module = Module(isa, has)
        self.vectorize = vectorize
        self.types: list[tuple[list[np.dtype[Any] | None], np.dtype[Any]]] = []

    def add(self, rule: Any, inputs: Sequence[Any], out: np.dtype[Any]) -> None:
        """``rule(m, *scalars)`` of inputs that are dtypes, or Python numbers."""
        m = Arithmetic(self.module)
        scalars = [
            m.load(m.element(f"%p{k}", "%i", x), x) if isinstance(x, np.dtype) else x for k, x in enumerate(inputs)
        ]
        m.store(rule(m, *scalars), m.element("%out", "%i", out))
        pointers = ", ".join(["ptr noalias %out", *(f"ptr noalias %p{k}" for k in range(len(inputs)))])
        self.module.functions.append(
            f"define void @loop{len(self.types)}({pointers}, i64 %n) {{\nentry:\n  br label %body\nbody:\n"
            "  %i = phi i64 [0, %entry], [%next, %body]\n" + "\n".join(m.lines) + "\n  %next = add nuw nsw i64 %i, 1\n"
            "  %done = icmp eq i64 %next, %n\n  br i1 %done, label %exit, label %body\nexit:\n  ret void\n}"
        )
        self.types.append(([x if isinstance(x, np.dtype) else None for x in inputs], out))

    def ir(self) -> str:
        return optimised(self.module.text(), vectorize=self.vectorize).ir()

    def load(self) -> None:
        self.loaded = load(optimised(self.module.text(), vectorize=self.vectorize).object, symbols.address)

    def __call__(self, number: int, *arrays: Any) -> Any:
        types, out_type = self.types[number]
        arrays = tuple(np.ascontiguousarray(a) for a in arrays)
        n = max(a.size for a, t in zip(arrays, types, strict=True) if t is not None)
        out = np.empty(n, out_type)
        function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (1 + len(arrays)), ctypes.c_int64)(
            self.loaded.address(f"loop{number}")
        )
        function(out.ctypes.data, *[a.ctypes.data for a in arrays], n)
        return out


def specials(dtype: np.dtype[Any]) -> Any:
    """What is special of a dtype."""
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return np.array([info.min, info.min + 1, 0, 1, 2, 3, 5, 7, 31, 63, 64, 100, info.max // 2, info.max], dtype)
    if dtype.kind == "c":
        real = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.5, 1e-3], f"f{dtype.itemsize // 2}")
        re, im = np.meshgrid(real, real)
        out = np.empty(re.size, dtype)
        out.real, out.imag = re.ravel(), im.ravel()
        return out
    info = np.finfo(dtype)
    positive = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 1e-3, 1e-10, 20.0, 88.0, 104.0, 709.0, 710.0, 746.0, 1e10, 1e22]
    limits = [np.inf, np.nan, info.tiny, info.smallest_subnormal, 1234 * info.smallest_subnormal, info.max]
    x = np.array([*positive, *limits], dtype)
    return np.concatenate([x, -x])


def random(rng: np.random.Generator, dtype: np.dtype[Any], n: int = 500) -> Any:
    """Of several magnitudes."""
    if dtype.kind == "b":
        return rng.random(n) < 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        small = rng.integers(max(info.min, -9), 10, n, dtype)
        return np.concatenate([small, rng.integers(info.min, info.max, n, dtype, endpoint=True)])
    if dtype.kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        return (random(rng, part, n) + 1j * rng.permutation(random(rng, part, n))).astype(dtype)
    scales = (1e-20, 1e-6, 1e-2, 1.0, 1.0, 10.0, 80.0, 1e5, 1e12)
    return np.concatenate([rng.standard_normal(n) * s for s in scales] + [1 + 1e-3 * rng.random(n)]).astype(dtype)


def inputs(rng: np.random.Generator, dtypes: Sequence[np.dtype[Any]]) -> list[Any]:
    """Random values, and all combinations of special ones; the latter also one at a time among ordinary ones."""
    found = np.meshgrid(*map(specials, dtypes)) if len(dtypes) < 3 else [rng.choice(specials(d), 5000) for d in dtypes]
    special = [x.ravel() for x in found]
    drawn = [random(rng, d) for d in dtypes]
    size = max(x.size for x in drawn)
    # of dtypes that have different numbers of random values
    drawn = [rng.permutation(np.resize(x, size)) for x in drawn]
    alone = []
    for x in special:
        spread = np.ones((x.size, 8), x.dtype)
        spread[np.arange(x.size), np.arange(x.size) % 8] = x
        alone.append(spread.ravel())
    return [np.concatenate(p) for p in zip(special, alone, drawn, strict=True)]


def assert_close(found: Any, wanted: Any, exact: Any, ulps: float, scale: float = 0.0) -> None:
    """Equal, infinities, NaN and signs of zeros too; other numbers within ulps (of ``scale`` at least) of ``exact``."""
    assert found.dtype == wanted.dtype
    if found.dtype.kind in "biu":
        np.testing.assert_array_equal(found, wanted)
        return
    if found.dtype.kind == "c":
        for part in ("real", "imag"):
            f, w = getattr(found, part), getattr(wanted, part)
            np.testing.assert_array_equal(np.isnan(f), np.isnan(w))
            infinite = np.isinf(f) | np.isinf(w)
            np.testing.assert_array_equal(f[infinite], w[infinite])
        with np.errstate(all="ignore"):
            modulus = np.maximum(np.abs(wanted.real), np.abs(wanted.imag))
            error = np.maximum(np.abs(found.real - wanted.real), np.abs(found.imag - wanted.imag)) / np.spacing(modulus)
        error = error[np.isfinite(found) & np.isfinite(wanted)]
        assert error.size == 0 or error.max() <= ulps
        return
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    special = np.isinf(found) | np.isinf(wanted) | (found == 0) | (wanted == 0)
    np.testing.assert_array_equal(found[special], wanted[special])
    number = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found[number]), np.signbit(wanted[number]))
    regular = number & ~special
    with np.errstate(all="ignore"):
        unit = np.spacing(np.maximum(np.abs(wanted[regular]), wanted.dtype.type(scale))).astype(np.longdouble)
        error = np.abs(found[regular].astype(np.longdouble) - exact[regular].astype(np.longdouble)) / unit
    assert error.size == 0 or error.max() <= ulps


def signatures(name: str) -> list[list[np.dtype[Any]]]:
    """The same dtype for all inputs, and some mixtures."""
    arity = registry[name].arity
    assert arity is not None
    if name == "where":
        return [[c, d, d] for d in DTYPES for c in DTYPES if c.kind == "b" or d == np.float64]
    found = [[d] * arity for d in DTYPES]
    mixtures = ("dl", "ld", "fd", "Ll", "lL", "bi", "Bb", "?d", "d?", "Fd", "iF", "fi")
    return found + [[np.dtype(c) for c in m] for m in mixtures if arity == 2]


MATH = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "hypot", "power", "sqrt"),
    *(a + f + h for a in ("", "arc") for f in ("sin", "cos", "tan") for h in ("", "h")),
    "arctan2",
}
"""Of which NumPy's float32 versions are not exact."""
COMPOSED = {"logaddexp", "logaddexp2", "sinc_derivative", "xlogy", "sinc"}
"""Made of several operations, whose errors add up: near a zero of the result they are small against the terms only."""

ROUGH = {"erfc": 512, "ndtr": 512}
"""Of which SciPy's tails are so many units off: for erfc(26) some 250, where the C library's is within two."""


def reference(name: str, arrays: Sequence[Any], params: dict[str, Any]) -> Any:
    """The backend's evaluation, of each element alone."""
    if name in ("absorbing_multiply", "tangent_multiply"):  # which look at all elements before they look at one
        x, y = arrays
        product = np.asarray(x * y)
        absent = (x == 0) | (y == 0) if name == "tangent_multiply" else x == 0
        zero = np.copysign(0, y) if x.dtype == bool and y.dtype.kind == "f" and name == "absorbing_multiply" else 0
        return np.where(absent & np.isnan(product), zero, product).astype(product.dtype)
    return np.asarray(registry[name].evaluate(*arrays, **params))


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize(
    ("name", "isa"), [(name, isa) for name in ELEMENTWISE for isa in ISAS if isa != "b" or name in MATH]
)
def test_loops_of_a_primitive(name: str, isa: str | None) -> None:
    primitive = registry[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    loops, cases = Loops(isa, vectorize=isa is not None), []
    with np.errstate(all="ignore"):
        for dtypes in signatures(name):
            for params in PARAMS.get(name, [{}]):
                try:
                    out = np.asarray(primitive.evaluate(*[np.ones(1, d) for d in dtypes], **params)).dtype
                except TypeError:
                    continue
                if lowers(primitive, dtypes, out, **params):
                    rule = lambda m, *xs, o=out, p=params: lower_elementwise(m, primitive, xs, o, p)  # noqa: E731
                    loops.add(rule, dtypes, out)
                    cases.append((dtypes, out, params))
        assert cases
        loops.load()
        for number, (dtypes, out, params) in enumerate(cases):
            arrays = inputs(rng, dtypes)
            if name == "astype" and out.kind in "iu" and dtypes[0].kind in "fc":
                arrays = [np.clip(np.nan_to_num(arrays[0].real), 0 if out.kind == "u" else -100, 100).astype(dtypes[0])]
            if name == "sinc_derivative" and dtypes[0].kind == "i":  # the lowest integer has no absolute value
                arrays = [np.maximum(arrays[0], -100)]
            found = loops(number, *arrays)
            wanted = exact = reference(name, arrays, params).astype(out, copy=False)
            if not hasattr(np, name) and out.kind == "f":  # some of SciPy's algorithms give 0 for what is subnormal
                found, wanted = (np.where(np.abs(v) < np.finfo(out).tiny, 0, v).astype(out) for v in (found, wanted))
                exact = wanted
            if name in MATH and out == np.float32:
                exact = reference(name, [a.astype(np.float64) for a in arrays], params)
            try:
                assert_close(found, wanted, exact, *((16, 1.0) if name in COMPOSED else (ROUGH.get(name, 4), 0.0)))
            except AssertionError as error:
                raise AssertionError(f"{dtypes} -> {out} {params}: {error}") from None


def run(rule: Any, inputs: Sequence[Any], out: Any, *arrays: Any, isa: str | None = None) -> Any:
    loops = Loops(isa)
    loops.add(rule, [np.dtype(x) if isinstance(x, str) else x for x in inputs], np.dtype(out))
    loops.load()
    return loops(0, *arrays)


def lowered(name: str, inputs: Sequence[Any], *arrays: Any, **params: Any) -> tuple[Any, Any]:
    """Compiled, where inputs are dtypes or Python numbers, and the backend's."""
    primitive = registry[name]
    rest = iter(arrays)
    values = [next(rest) if isinstance(x, str) else x for x in inputs]
    wanted = np.asarray(primitive.evaluate(*values, **params))
    out = wanted.dtype
    rest = iter(arrays)
    passed = [next(rest) if isinstance(x, str) else np.zeros(1) for x in inputs]
    return run(lambda m, *xs: lower_elementwise(m, primitive, xs, out, params), inputs, out, *passed), wanted


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("add", ["float32", 0.1]),
        ("multiply", [2.5, "float32"]),
        ("multiply", ["int8", 3]),
        ("multiply", ["bool", 2.5]),
        ("divide", ["int32", 7]),
        ("add", ["float64", 1 - 2j]),
        ("where", ["bool", 1.0, "float32"]),
        ("where", ["float64", 1, 2]),
        ("power", ["int64", 13]),
        ("power", ["complex128", 5]),
        ("power", ["complex64", 3]),
        ("power", ["float64", 2]),
        ("less", ["uint8", 3]),
        ("less", ["float32", 0.1]),
        ("xlogy", ["float32", 2.5]),
        ("xlogy", [2.5, "float32"]),
        ("absorbing_multiply", [0.0, "float32"]),
        ("maximum", ["float32", float("nan")]),
        ("stop_gradient", ["int16"]),
    ],
)
def test_python_numbers_promote_weakly(name: str, given: list[Any]) -> None:
    rng = np.random.default_rng(3)
    arrays = [np.resize(random(rng, np.dtype(x)), 5000) for x in given if isinstance(x, str)]
    if name == "power":
        arrays = [(a * 1e-3).astype(a.dtype) if a.dtype.kind in "fc" else a for a in arrays]
    with np.errstate(all="ignore"):
        found, wanted = lowered(name, given, *arrays)
        assert_close(found, wanted, wanted, 8)


def test_what_is_not_lowered_says_so() -> None:
    f2, f4, f8, i8, c16 = (np.dtype(x) for x in ("f2", "f4", "f8", "i8", "c16"))
    assert lowers(registry["sin"], [f8], f8)
    assert not lowers(registry["sin"], [f2], f2)
    assert not lowers(registry["sin"], [np.dtype("i1")], f2)
    assert not lowers(registry["log1p"], [c16], c16)
    assert not lowers(registry["arctan2"], [c16, c16], c16)
    assert lowers(registry["power"], [i8, 2], i8)
    assert not lowers(registry["power"], [i8, i8], i8)
    assert not lowers(registry["power"], [i8, -1], i8)
    assert not lowers(registry["power"], [c16, 0.5], c16)
    assert not lowers(registry["add"], [np.dtype("i1"), 300], np.dtype("i1"))
    assert not lowers(registry["sum"], [f8], f8)
    assert lowers(registry["astype"], [f8], f4, dtype=f4)
    assert lowers(registry["add"], [f4, True], f4)
    assert not supported(np.dtype(">f8"))


def test_an_exponent_at_run_time_where_it_cannot_be_negative() -> None:
    x, n = np.arange(200, dtype=np.uint8), np.arange(200, dtype=np.uint8)[::-1].copy()
    found, wanted = lowered("power", ["uint8", "uint8"], x, n)
    np.testing.assert_array_equal(found, wanted)


def test_out_of_range_conversions_leave_other_lanes_alone() -> None:
    x = np.array([1.0, np.nan, -2.0, np.inf, 3.7, -1e300, 4.0, 1e19] * 8)
    for dtype in ("int8", "int32", "int64", "uint64"):
        found = run(lambda m, v, d=dtype: m.cast(v, np.dtype(d)), ["float64"], dtype, np.abs(x))
        fits = np.isfinite(x) & (np.abs(x) < 100)
        np.testing.assert_array_equal(found[fits], np.abs(x[fits]).astype(dtype))


def test_reductions_may_be_reassociated() -> None:
    m = Arithmetic(Module())
    x = m.constant(1.0, np.dtype(float))
    m.multiply(m.add(x, x, reassociate=True), x, reassociate=True)
    m.add(x, x)
    assert [" reassoc contract " in line for line in m.lines] == [True, True, False]


def test_metadata_stands_on_loads_and_stores() -> None:
    m = Arithmetic(Module())
    m.store(m.load("%p", np.dtype(complex), ", !tbaa !0"), "%q", ", !tbaa !0")
    assert sum(line.endswith("align 8, !tbaa !0") for line in m.lines) == 4


def test_numbers_as_llvm_writes_them() -> None:
    assert literal_text(255, np.dtype("u1")) == "-1"
    assert literal_text(-128, np.dtype("i1")) == "-128"
    assert literal_text(True, np.dtype(bool)) == "true"
    assert literal_text(1, np.dtype("f4")) == "0x3FF0000000000000"
    assert literal_text(0.1, np.dtype("f4")) == "0x3FB99999A0000000"
    assert memory_type(np.dtype("c8")) == "[2 x float]"
    for value, dtype in ((256, "u1"), (-1, "u8"), (128, "i1"), (2**63, "i8")):
        with pytest.raises(NotLowered):
            literal_text(value, np.dtype(dtype))


def test_names_of_vector_functions() -> None:
    everything = {"has": lambda symbol: True}
    assert variants("sin", 8, "e", **everything) == [("_ZGVeN8v_sin", 8), ("_ZGVdN4v_sin", 4), ("_ZGVbN2v_sin", 2)]
    assert variants("pow", 4, "b", **everything) == [("_ZGVbN4vv_powf", 4)]
    assert variants("sin", 8, None, **everything) == []
    assert variants("fmod", 8, "d", **everything) == []
    assert variants("sin", 8, "d", lambda symbol: False) == []


@pytest.mark.skipif(not AVX2, reason="needs libmvec and AVX2")
@pytest.mark.parametrize(
    ("name", "dtype", "symbol"), [("sin", "float64", "_ZGVdN4v_sin"), ("tanh", "float32", "_ZGVdN8v_tanhf")]
)
def test_loops_call_vector_functions(name: str, dtype: str, symbol: str) -> None:
    loops = Loops("d")
    loops.add(lambda m, x: m.math(name, x), [np.dtype(dtype)], np.dtype(dtype))
    assert f"call <{4 if dtype == 'float64' else 8} x" in loops.ir()
    assert f"@{symbol}(" in loops.ir().replace("declare", "")
    scalar = Loops(None)
    scalar.add(lambda m, x: m.math(name, x), [np.dtype(dtype)], np.dtype(dtype))
    assert symbol not in scalar.ir()


@pytest.mark.skipif(not AVX2, reason="needs libmvec and AVX2")
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_in_place_become_vector_code_and_hold_at_the_edges(name: str) -> None:
    loops = Loops("d")
    loops.add(lambda m, x: m.math(name, x), [np.dtype(float)], np.dtype(float))
    assert "call <4 x double> @llvm.fma.v4f64" in loops.ir()
    assert f"@{name}(" not in loops.ir()
    loops.load()
    rng = np.random.default_rng(5)
    edges = [(-746, -707), (707, 711), (-40, 40), (-1, 1), (-0.35, 0.35), (-1e-15, 1e-15), (-1e-307, 1e-307)]
    x = np.concatenate([rng.uniform(low, high, 5000) for low, high in edges] + [specials(np.dtype(float))])
    with np.errstate(all="ignore"):
        wanted = registry[name].evaluate(x)
        assert_close(loops(0, x), wanted, wanted, 3)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_error_functions(name: str, isa: str | None) -> None:
    rng = np.random.default_rng(0)
    for dtype in REALS:
        x = np.concatenate([specials(dtype), random(rng, dtype), np.linspace(-6, 28, 5000)]).astype(dtype)
        if dtype == np.float32:
            x = x[(x < 9.9) | (x > 11)]  # between them the smallest subnormal number meets 0
        found = run(lambda m, v: m.math(name, v), [dtype], dtype, x, isa=isa)
        exact = np.array([getattr(math, name)(v) for v in x.tolist()])
        with np.errstate(all="ignore"):
            assert_close(found, exact.astype(dtype), exact, 4)
