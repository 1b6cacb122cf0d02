"""Random programs over the registry: each equation is one that the variables at hand allow.

Values are known while a program grows: an equation is left out where its result would blow up, or where it decides
something (which of two numbers is larger, where to round) so close that rounding errors could turn it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from wengert.core.lowering import Elementwise, Reduction
from wengert.core.primitive import Primitive, registry
from wengert.core.program import Equation, Program, Variable, check
from wengert.core.types import ArrayType, type_of

SHAPES = [(), (0,), (1,), (3,), (2, 3), (3, 1), (17,), (5, 20), (300,)]
DTYPES = ["float64", "float64", "float64", "float32", "int64", "bool", "complex128"]
LARGE = 20.0
MARGIN = 1e-3

ELEMENTWISE = [p for p in registry.values() if isinstance(p.lowering, Elementwise)]
REDUCTIONS = [p for p in registry.values() if isinstance(p.lowering, Reduction)]
OTHERS = [
    "reshape", "transpose", "broadcast_to", "flip", "getitem", "place", "index_set", "concatenate", "pad", "gather",
    "scatter_add", "scatter_set", "matmul", "einsum", "cumsum", "cumprod", "linear_recurrence", "norm", "logsumexp",
    "argmax", "argsort", "barrier", "astype",
]  # fmt: skip
SMOOTH_EVERYWHERE = ["sin", "tanh", "add", "multiply", "subtract", "cos", "exp", "square", "where"]

# How far from deciding otherwise an operation on inexact numbers is: what must not be near zero.
DECIDES: dict[str, Callable[..., Any]] = {}


def _decides(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(distance: Callable[..., Any]) -> Callable[..., Any]:
        DECIDES.update(dict.fromkeys(names, distance))
        return distance

    return enter


@_decides("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "maximum", "minimum")
def _difference(x: Any, y: Any) -> Any:
    return np.subtract(x, y)


@_decides("max", "min", "argmax", "argmin", "argsort")
def _gaps(x: Any) -> Any:
    return np.diff(np.sort(np.ravel(x))) if x.dtype.kind == "f" else np.ones(())


@_decides("logical_and", "logical_or", "logical_xor")
def _nonzero(*xs: Any) -> Any:
    return np.concatenate([np.ravel(np.asarray(x, complex)) for x in xs])


@_decides("remainder", "floor_divide")
def _fraction(x: Any, y: Any) -> Any:
    quotient = np.divide(x, y)
    return _nonzero(quotient - np.rint(quotient), y)


@_decides("clip")
def _bounds(x: Any, low: Any, high: Any) -> Any:
    return _nonzero(np.subtract(x, low), np.subtract(x, high), np.subtract(low, high))


_decides("floor", "ceil", "trunc")(lambda x: x - np.rint(x))
_decides("rint")(lambda x: np.asarray(x) - np.floor(x) - 0.5)
_decides("logical_not", "absolute", "sign", "sqrt", "cbrt", "log", "log2", "log10", "reciprocal")(lambda x: x)
_decides("norm", "astype", "any", "all")(lambda x: x)
_decides("signbit", "angle", "isnan", "isinf", "isfinite")(np.real)
_decides("arcsin", "arccos", "arctanh")(lambda x: 1 - np.abs(x))
_decides("arccosh")(lambda x: np.asarray(x) - 1)
_decides("log1p")(lambda x: np.asarray(x) + 1)
_decides("divide", "xlogy")(lambda x, y: y)
_decides("power")(lambda x, y: x)
_decides("hypot", "arctan2")(np.hypot)


class Growing:
    """A program that grows, with the values of its variables."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.draw = draw
        self.random = np.random.default_rng(draw(st.integers(0, 1 << 30)))
        self.values: dict[Variable, Any] = {}
        self.inputs: list[Variable] = []
        self.constants: dict[Variable, Any] = {}
        self.equations: list[Equation] = []

    # -- Drawing ------------------------------------------------------------------------------------------------------

    def one_of(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def array(self, shape: Any, dtype: str) -> Any:
        if dtype == "bool":
            return np.asarray(self.random.integers(0, 2, shape), bool)
        if dtype == "int64":
            return np.asarray(self.random.integers(-3, 4, shape))
        x = self.random.uniform(-2, 2, shape)
        return np.asarray(x + 1j * self.random.uniform(-1, 1, shape) if dtype == "complex128" else x, dtype)

    def input(self) -> None:
        value = self.array(self.one_of(SHAPES), self.one_of(DTYPES))
        variable = Variable(type_of(value))
        self.values[variable] = value
        if self.number(0, 5):
            self.inputs.append(variable)
        else:
            self.constants[variable] = value

    def variable(self, fits: Callable[[ArrayType], bool] = lambda t: True) -> Variable | None:
        """A variable, rather a late one than an early one."""
        fitting = [v for v in self.values if fits(v.type)]
        if not fitting:
            return None
        back = self.number(0, len(fitting) - 1)
        return fitting[-1 - back // 2 if self.number(0, 1) else back]

    # -- Equations ----------------------------------------------------------------------------------------------------

    def add(self, name: str, *atoms: Any, **params: Any) -> Variable | None:
        """An equation, unless it cannot be, or would leave the range in which results can be compared."""
        primitive = registry[name]
        values = [self.values[a] if isinstance(a, Variable) else a for a in atoms]
        with np.errstate(all="ignore"):
            try:
                types = [a.type if isinstance(a, Variable) else type_of(a) for a in atoms]
                given = primitive.result_type(*types, **params)
                out = primitive.evaluate(*values, **params)
            except (TypeError, ValueError, IndexError, OverflowError):
                return None
            if any(isinstance(t.dtype, type) for t in types) and all(isinstance(t.dtype, type) for t in types):
                return None
            results = out if primitive.multiple else (out,)
            expected = given if primitive.multiple else (given,)
            if any(t.dtype.itemsize < 4 and t.dtype.kind == "f" for t in expected):
                return None
            if not all(np.all(np.abs(y) <= LARGE) for y in results) or self._is_close(primitive, values):
                return None
        outputs = tuple(map(Variable, expected))
        self.equations.append(Equation(primitive, atoms, params, outputs))
        self.values.update(zip(outputs, map(np.asarray, results), strict=True))
        return outputs[0]

    def _is_close(self, primitive: Primitive, values: Sequence[Any]) -> bool:
        """Whether an equation decides something nearly otherwise."""
        if primitive.name not in DECIDES or all(np.asarray(x).dtype.kind not in "fc" for x in values):
            return False
        try:
            return bool(np.any(~(np.abs(DECIDES[primitive.name](*values)) > MARGIN)))
        except TypeError:
            return False

    def equation(self) -> None:
        """One more equation, if it is possible."""
        kind = self.number(0, 9)
        if kind < 3:
            self.elementwise(registry[self.one_of(SMOOTH_EVERYWHERE)])
        elif kind < 5:
            self.elementwise(self.one_of(ELEMENTWISE))
        elif kind < 6:
            self.reduction(self.one_of(REDUCTIONS).name)
        else:
            name = self.one_of(OTHERS)
            getattr(self, f"_{name}", lambda: self.reduction(name))()

    def elementwise(self, primitive: Primitive) -> None:
        if primitive.name in ("astype", "sinc_derivative"):
            return
        first = self.variable()
        assert first is not None
        atoms: list[Any] = [first]
        for _ in range((primitive.arity or 1) - 1):
            if not self.number(0, 5):
                atoms.append(self.one_of([2, 0.5, -1.5, 3, 1, 0, True]))
            else:
                atoms.append(self.variable(lambda t: _broadcast(t.shape, first.type.shape)))
        if primitive.name == "where":
            atoms[0] = self.variable(lambda t: t.dtype == bool and _broadcast(t.shape, first.type.shape))
        if None not in atoms:
            if len(atoms) == 2 and self.number(0, 1):
                atoms.reverse()
            self.add(primitive.name, *atoms)

    def reduction(self, name: str) -> None:
        x = self.variable()
        assert x is not None
        rank = len(x.type.shape)
        axes = tuple(a for a in range(rank) if self.number(0, 1))
        if name == "argmax":
            if rank:
                self.add(name, x, axis=self.number(0, rank - 1), keepdims=bool(self.number(0, 1)))
        else:
            self.add(name, x, axes=axes, keepdims=bool(self.number(0, 1)))

    def _along_an_axis(self, name: str) -> None:
        x = self.variable(lambda t: len(t.shape) > 0)
        if x is not None:
            self.add(name, x, axis=self.number(0, len(x.type.shape) - 1))

    def _cumsum(self) -> None:
        self._along_an_axis("cumsum")

    def _cumprod(self) -> None:
        self._along_an_axis("cumprod")

    def _argsort(self) -> None:
        self._along_an_axis("argsort")

    def _linear_recurrence(self) -> None:
        a = self.variable(lambda t: len(t.shape) > 0 and t.dtype.kind in "fc")
        b = None if a is None else self.variable(lambda t: t == a.type)
        if a is not None and b is not None:
            self.add("linear_recurrence", a, b, axis=self.number(0, len(a.type.shape) - 1))

    def _reshape(self) -> None:
        x = self.variable()
        assert x is not None
        size = int(np.prod(x.type.shape))
        shapes = [(size,), (1, size), (size, 1), (*x.type.shape, 1), (1, *x.type.shape)]
        shapes += [(n, size // n) for n in (2, 3, 4, 5) if size and size % n == 0]
        self.add("reshape", x, shape=self.one_of(shapes))

    def _transpose(self) -> None:
        x = self.variable(lambda t: len(t.shape) > 1)
        if x is not None:
            self.add("transpose", x, axes=tuple(self.draw(st.permutations(range(len(x.type.shape))))))

    def _flip(self) -> None:
        x = self.variable(lambda t: len(t.shape) > 0)
        if x is not None:
            self.add("flip", x, axes=tuple(a for a in range(len(x.type.shape)) if self.number(0, 1)))

    def _broadcast_to(self) -> None:
        x = self.variable(lambda t: np.prod(t.shape) <= 20)
        if x is not None:
            shape = x.type.shape
            wider = tuple(self.one_of([2, 4]) if n == 1 and self.number(0, 1) else n for n in shape)
            self.add("broadcast_to", x, shape=(3, *wider) if self.number(0, 1) else wider)

    def _index(self, shape: Any) -> tuple[Any, ...]:
        index: list[Any] = []
        for n in shape:
            kind = self.number(0, 4)
            if kind == 0 and n:
                index.append(self.number(-n, n - 1))
            elif kind == 1:
                index.append(slice(None, None, self.one_of([-1, 2, -3])))
            elif kind == 2:
                index.append(slice(self.number(0, n), self.number(0, n), None))
            else:
                index.append(slice(None, None, None))
            if not self.number(0, 8):
                index.append(None)
        return tuple(index)

    def _getitem(self) -> None:
        x = self.variable()
        assert x is not None
        self.add("getitem", x, index=self._index(x.type.shape))

    def _place(self) -> None:
        shape = self.one_of([(4,), (3, 4), (20,), (2, 30)])
        index = self._index(shape)
        region = np.empty(shape)[index].shape
        x = self.variable(lambda t: t.shape == region)
        if x is not None:
            self.add("place", x, index=index, shape=shape)

    def _index_set(self) -> None:
        x = self.variable()
        assert x is not None
        index = tuple(i for i in self._index(x.type.shape) if i is not None)
        region = np.empty(x.type.shape)[index].shape
        value = self.variable(lambda t: _broadcast(t.shape, region) and len(t.shape) <= len(region))
        if value is not None:
            self.add("index_set", x, value if self.number(0, 4) else 0.5, index=index)

    def _concatenate(self) -> None:
        x = self.variable(lambda t: len(t.shape) > 0)
        if x is None:
            return
        axis = self.number(0, len(x.type.shape) - 1)

        def without(shape: Any) -> Any:
            return (*shape[:axis], *shape[axis + 1 :])

        fits = [v for v in self.values if len(v.type.shape) > axis and without(v.type.shape) == without(x.type.shape)]
        parts = [x, *(self.one_of(fits) for _ in range(self.number(0, 2)))]
        if sum(p.type.shape[axis] for p in parts) < 500:
            self.add("concatenate", *parts, axis=axis, sizes=tuple(p.type.shape[axis] for p in parts))

    def _pad(self) -> None:
        x = self.variable(lambda t: len(t.shape) > 0)
        if x is not None:
            self.add("pad", x, widths=tuple((self.number(0, 2), self.number(0, 2)) for _ in x.type.shape))

    def _indices(self, n: int) -> Variable | None:
        """Integers that are indices of an axis."""
        found = [v for v, x in self.values.items() if x.dtype == "int64" and np.all((x >= -n) & (x < n)) and x.ndim < 3]
        return self.one_of(found) if found else None

    def _gather(self) -> None:
        x = self.variable(lambda t: len(t.shape) > 0)
        if x is not None:
            axis = self.number(0, len(x.type.shape) - 1)
            i = self._indices(x.type.shape[axis])
            if i is not None and np.prod(i.type.shape) < 30:
                self.add("gather", x, i, axes=(axis,), unique=False)

    def _scatter_add(self) -> None:
        shape = self.one_of([(4,), (3, 4), (40,), (5, 20)])
        axis = self.number(0, len(shape) - 1)
        i = self._indices(shape[axis])
        if i is not None:
            wanted = (*i.type.shape, *shape[:axis], *shape[axis + 1 :])
            value = self.variable(lambda t: t.shape == wanted)
            if value is not None:
                self.add("scatter_add", value, i, axes=(axis,), shape=shape, unique=False)

    def _scatter_set(self) -> None:
        x = self.variable(lambda t: len(t.shape) > 0)
        if x is not None:
            axis = self.number(0, len(x.type.shape) - 1)
            i = self._indices(x.type.shape[axis])
            if i is not None:
                wanted = (*i.type.shape, *x.type.shape[:axis], *x.type.shape[axis + 1 :])
                value = self.variable(lambda t: _broadcast(t.shape, wanted) and len(t.shape) <= len(wanted))
                if value is not None:
                    self.add("scatter_set", x, value, i, axes=(axis,), unique=False)

    def _matmul(self) -> None:
        x = self.variable(lambda t: len(t.shape) > 0)
        if x is not None:
            y = self.variable(lambda t: bool(t.shape) and t.shape[-2 if len(t.shape) > 1 else 0] == x.type.shape[-1])
            if y is not None:
                self.add("matmul", x, y)

    def _einsum(self) -> None:
        subscripts = self.one_of(["ij,jk->ik", "ij,ij->", "ij->j", "ij->ji", "i,j->ij", "ij,j->i", "i,i->", ",i->i"])
        operands = [self.variable(lambda t, s=s: len(t.shape) == len(s)) for s in subscripts.split("->")[0].split(",")]
        if None not in operands and sum(int(np.prod(o.type.shape)) for o in operands) < 400:  # type: ignore[union-attr]
            self.add("einsum", *operands, subscripts=subscripts)

    def _barrier(self) -> None:
        variables = [self.variable(), self.variable()]
        self.add("barrier", *variables, count=self.number(1, 2))

    def _astype(self) -> None:
        x = self.variable()
        assert x is not None
        dtypes = ["complex128"] if x.type.dtype.kind == "c" else ["float64", "float32", "int64", "bool", "complex128"]
        self.add("astype", x, dtype=np.dtype(self.one_of(dtypes)))

    # -- The whole ----------------------------------------------------------------------------------------------------

    def program(self) -> Program:
        made = [v for equation in self.equations for v in equation.outputs]
        read = {a for equation in self.equations for a in equation.inputs}
        ends = [v for v in made if v not in read]
        outputs: list[Any] = [v for v in ends if self.number(0, 7)] or ends[:1] or list(self.inputs[:1])
        outputs += [self.variable() for _ in range(self.number(0, 2))]
        if not self.number(0, 7):
            outputs.append(1.5)
        program = Program(tuple(self.inputs), tuple(self.equations), tuple(outputs), self.constants)
        check(program)
        return program


def _broadcast(a: Any, b: Any) -> bool:
    """Whether two shapes broadcast together, to something not much larger."""
    try:
        return int(np.prod(np.broadcast_shapes(a, b))) <= 2000
    except ValueError:
        return False


@st.composite
def programs(draw: Callable[..., Any], equations: int = 40) -> tuple[Program, list[Any]]:
    """A program of at most so many equations, and inputs for it."""
    growing = Growing(draw)
    for _ in range(draw(st.integers(1, 5))):
        growing.input()
    for _ in range(draw(st.integers(1, equations))):
        growing.equation()
    program = growing.program()
    return program, [growing.values[v] for v in program.inputs]
