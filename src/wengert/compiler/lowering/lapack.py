"""Systems of equations, factors and determinants, by the LAPACK and BLAS that SciPy exports.

LAPACK has its matrices in columns, and an array in rows is the transpose of one in columns. Factors are kept as LAPACK
has them. Right-hand sides stay in rows: a solution x of a x = b is found as that of xᵀ aᵀ = bᵀ, where it is to be.

A matrix is factored once in a program, for all that is solved with it or its transpose; what is known to be triangular
not at all. Where a factorisation fails, the eager evaluation says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...core.program import Equation, Variable
from ..native import symbols
from ..native.convention import dtype_of
from ..scalars.ir import Scalar, part_dtype, supported
from .blas import LETTERS, call, character, integer, number
from .factors import INTEGER, LONG, Factors, check_regular, column_step, factored, fill, leave_if, over_stack
from .function import Place
from .indices import AnyIndex, Index
from .kernels import KernelScope
from .scope import in_shape
from .structure import Origin, origin
from .writes import emit_loop, emit_zeros

if TYPE_CHECKING:
    from .region import Region

__all__ = ["emit_cholesky", "emit_det", "emit_inv", "emit_slogdet", "emit_solve", "emit_triangular_matmul"]

# ---------------------------------------------------------------------------------------------------------------------
# Equations
# ---------------------------------------------------------------------------------------------------------------------


def emit_cholesky(region: Region, equation: Equation) -> bool:
    """Write the lower Cholesky factors of a stack of matrices."""
    (a,) = equation.inputs
    target = _target(region, equation, "lapack.{}potrf")
    if target is None:
        return False
    *stack, n, _ = target.shape
    if target.size == 0:
        return True
    fill(region, a, target)
    info = region.scratch(tuple(stack), INTEGER)
    name, order = f"lapack.{LETTERS[target.dtype.char]}potrf", (character(region.function, "U"),)

    def factor(index: list[AnyIndex]) -> None:  # the upper triangle in columns is the lower one in rows
        f = region.function
        matrix, status = f.address(target, [*index, 0, 0]), f.address(info, index)
        call(f, name, *order, integer(f, n), f"ptr {matrix}", integer(f, n), f"ptr {status}")

    over_stack(region, tuple(stack), factor)

    def tidy(scope: KernelScope, index: list[AnyIndex]) -> None:
        f, local, i = scope.function, scope.local(target), index[-1]
        zero = f.m.constant(0.0, target.dtype)
        f.loop(f.index(i + 1), str(n), lambda j: f.store(zero, local, [*index, Index(0, {j: 1})]))

    emit_loop(region, (*stack, n), tidy)

    def fails(scope: KernelScope, index: list[AnyIndex]) -> Scalar:
        f, m = scope.function, scope.m
        diagonal = m.isnan(f.load(scope.local(target), [*index, index[-1]]))
        status = f.load(scope.local(info), index[:-1])
        scalar: Scalar = m.logical("or", diagonal, m.compare("!=", status, m.constant(0, INTEGER)))
        return scalar

    leave_if(region, (*stack, n), fails)
    return True


def emit_solve(region: Region, equation: Equation) -> bool:
    """Write the solution of a x = b for stacks of matrices."""
    a, b = equation.inputs
    target = _target(region, equation, "lapack.{}getrf")
    if target is None or not isinstance(a, Variable):
        return False
    if target.size == 0:
        return True
    factors, how = factored(region, a, target.dtype)
    check_regular(region, factors)
    fill(region, b, target)
    _solve(region, factors.over(a.type.shape[:-2]), how, target)
    return True


def emit_inv(region: Region, equation: Equation) -> bool:
    """Write inverse matrices: solutions for the unit matrix."""
    (a,) = equation.inputs
    target = _target(region, equation, "lapack.{}getrf")
    if target is None or not isinstance(a, Variable):
        return False
    if target.size == 0:
        return True
    factors, how = factored(region, a, target.dtype)
    check_regular(region, factors)
    emit_zeros(region, target)

    def unit(scope: KernelScope, index: list[AnyIndex]) -> None:
        one = scope.m.constant(1.0, target.dtype)
        scope.function.store(one, scope.local(target), [*index, index[-1]])

    emit_loop(region, target.shape[:-1], unit)
    _solve(region, factors.over(a.type.shape[:-2]), how, target)
    return True


def emit_det(region: Region, equation: Equation) -> bool:
    """Write determinants: the sign times the exponential of the logarithm, as NumPy has them."""
    (out,) = equation.outputs

    def put(scope: KernelScope, index: list[AnyIndex], sign: Scalar, logarithm: Scalar) -> None:
        m, target = scope.m, region.places[out]
        size = m.cast(m.math("exp", logarithm), target.dtype)
        scope.function.store(m.multiply(sign, size), scope.local(target), index)

    return _determinants(region, equation, put)


def emit_slogdet(region: Region, equation: Equation) -> bool:
    """Write signs (or phases) and logarithms of the absolute values of determinants."""
    out, logarithms = equation.outputs

    def put(scope: KernelScope, index: list[AnyIndex], sign: Scalar, logarithm: Scalar) -> None:
        scope.function.store(sign, scope.local(region.places[out]), index)
        scope.function.store(logarithm, scope.local(region.places[logarithms]), index)

    return _determinants(region, equation, put)


def emit_triangular_matmul(region: Region, equation: Equation) -> bool:
    """Write the product of two matrices of which one is known to be triangular; False where none is."""
    a, b = equation.inputs
    for x, y, left in ((a, b, True), (b, a, False)):
        if not isinstance(x, Variable) or not isinstance(y, Variable):
            return False
        if len(x.type.shape) != 2 or len(y.type.shape) != 2:
            return False
        if min(*x.type.shape, *y.type.shape) < _WORTH_A_TRIANGLE or origin(region, x)[2] is None:
            continue
        target = _target(region, equation, "blas.{}trmm")
        if target is None or x.type.dtype != target.dtype:
            return False
        factors, how = factored(region, x, target.dtype)
        fill(region, y, target)
        _conjugated(region, how, target)
        n, other = factors.size, target.shape[1 if left else 0]
        f = region.function
        # In columns there is the transpose of the product, and the factors are on the other side.
        order = (
            character(f, "R" if left else "L"),
            character(f, "L" if factors.triangle == "lower" else "U"),
            character(f, "N" if how.transposed else "T"),
            character(f, "N"),
        )
        sizes = (integer(f, other), integer(f, n)) if left else (integer(f, n), integer(f, other))
        matrix, lead = f"ptr {f.base(factors.columns)}", integer(f, column_step(factors.columns))
        ends = (f"ptr {f.base(target)}", integer(f, target.shape[1]))
        name = f"blas.{LETTERS[target.dtype.char]}trmm"
        call(f, name, *order, *sizes, number(f, 1.0, target.dtype), matrix, lead, *ends)
        _conjugated(region, how, target)
        return True
    return False


_WORTH_A_TRIANGLE = 64
"""Rows and columns from which on a triangular product is quicker than an ordinary one with a copy less."""


def _target(region: Region, equation: Equation, function: str) -> Place | None:
    """The place of the first output, if there is a library for its dtype.

    Single precision is called out: NumPy factorises it in double precision, and loses nothing that we would.
    """
    target = region.places.get(equation.outputs[0])
    if target is None or target.dtype.char not in "dD" or not region.unit.options.blas:
        return None
    if not all(supported(dtype_of(a.type)) for a in equation.inputs if isinstance(a, Variable)):
        return None
    letter = LETTERS[target.dtype.char]
    wanted = (function.format(letter), f"blas.{letter}trsm", f"blas.{letter}trsv")
    return target if all(symbols.address(name) is not None for name in wanted) else None


# ---------------------------------------------------------------------------------------------------------------------
# Solving
# ---------------------------------------------------------------------------------------------------------------------


def _solve(region: Region, factors: Factors, how: Origin, target: Place) -> None:
    """Replace right-hand sides by solutions, for the matrices that are made so from those with these factors."""
    _conjugated(region, how, target)
    if factors.triangle is not None:
        _triangular(region, factors, factors.triangle, how.transposed, False, target)
    elif how.transposed:
        _triangular(region, factors, "upper", True, False, target)
        _triangular(region, factors, "lower", True, True, target)
        _permute(region, factors, target, backwards=True)
    else:
        _permute(region, factors, target, backwards=False)
        _triangular(region, factors, "lower", False, True, target)
        _triangular(region, factors, "upper", False, False, target)
    _conjugated(region, how, target)


def _conjugated(region: Region, how: Origin, target: Place) -> None:
    """Conjugate where the matrix is conjugated: conj(a) x = b is a conj(x) = conj(b)."""
    if not how.conjugated or target.dtype.kind != "c":
        return

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        f, local = scope.function, scope.local(target)
        f.store(scope.m.conj(f.load(local, index)), local, index)

    emit_loop(region, target.shape, body)


def _triangular(region: Region, factors: Factors, triangle: str, transposed: bool, unit: bool, target: Place) -> None:
    """Solve with triangular matrices, or their transposes."""
    n, k = target.shape[-2:]
    letter = LETTERS[target.dtype.char]
    f = region.function
    lead = integer(f, column_step(factors.columns))
    ends = character(f, "U" if unit else "N"), integer(f, n)

    def solve(index: list[AnyIndex]) -> None:
        columns = f.address(factors.columns, [*in_shape(index, target.shape[:-2], factors.stack), 0, 0])
        matrix, place = f"ptr {columns}", f"ptr {f.address(target, [*index, 0, 0])}"
        which = character(f, "L" if triangle == "lower" else "U")
        if k == 1:
            how = character(f, "T" if transposed else "N")
            call(f, f"blas.{letter}trsv", which, how, *ends, matrix, lead, place, integer(f, 1))
        else:
            side, how = character(f, "R"), character(f, "N" if transposed else "T")
            sizes, one = (integer(f, k), ends[1]), number(f, 1.0, target.dtype)
            call(f, f"blas.{letter}trsm", side, which, how, ends[0], *sizes, one, matrix, lead, place, integer(f, k))

    over_stack(region, target.shape[:-2], solve)


def _permute(region: Region, factors: Factors, target: Place, backwards: bool) -> None:
    """Exchange rows as in the factorisation, or back."""
    n, k = target.shape[-2:]
    stack, pivots = target.shape[:-2], factors.pivots
    assert pivots is not None

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        f, m, local, order = scope.function, scope.m, scope.local(target), scope.local(pivots)
        mine = in_shape(index, stack, factors.stack)

        def exchange(name: str) -> None:
            i = Index(n - 1, {name: -1}) if backwards else Index(0, {name: 1})
            pivot = m.cast(f.load(order, [*mine, i]), LONG)
            p = Index(-1, {pivot.parts[0]: 1})

            def element(name: str) -> None:
                j = Index(0, {name: 1})
                first, second = f.load(local, [*index, i, j]), f.load(local, [*index, p, j])
                f.store(second, local, [*index, i, j])
                f.store(first, local, [*index, p, j])

            f.loop("0", str(k), element, certain=True)

        f.loop("0", str(n), exchange, certain=True)

    emit_loop(region, stack, body)


# ---------------------------------------------------------------------------------------------------------------------
# Determinants
# ---------------------------------------------------------------------------------------------------------------------


def _determinants(
    region: Region,
    equation: Equation,
    put: Callable[[KernelScope, list[AnyIndex], Scalar, Scalar], None],
) -> bool:
    (a,) = equation.inputs
    target = _target(region, equation, "lapack.{}getrf")
    if target is None or not isinstance(a, Variable):
        return False
    if target.size == 0:
        return True
    factors, how = factored(region, a, target.dtype)
    factors = factors.over(target.shape)
    columns, pivots, n, dtype = factors.columns, factors.pivots, factors.size, target.dtype
    real = part_dtype(dtype)

    def body(scope: KernelScope, index: list[AnyIndex]) -> None:
        f, m = scope.function, scope.m
        sign, total = f.buffer((), dtype), f.buffer((), real)
        f.store(m.constant(1.0, dtype), sign, ())
        f.store(m.constant(0.0, real), total, ())

        def multiply(name: str) -> None:
            i = Index(0, {name: 1})
            element = f.load(scope.local(columns), [*index, i, i])
            size = m.absolute(element)
            phase = (
                m.cast(m.complex_sign(element), dtype)
                if dtype.kind == "c"
                else m.copysign(m.constant(1.0, dtype), element)
            )
            absent = m.compare("==", size, m.constant(0.0, real))
            phase = m.select(absent, m.constant(0.0, dtype), phase)
            if pivots is not None:
                pivot = m.cast(f.load(scope.local(pivots), [*index, i]), LONG)
                moved = m.compare("!=", pivot, Scalar(LONG, (f.index(i + 1),)))
                phase = m.select(moved, m.negative(phase), phase)
            f.store(m.multiply(f.load(sign, ()), phase), sign, ())
            f.store(m.add(f.load(total, ()), m.math("log", size)), total, ())

        f.loop("0", str(n), multiply)
        found = f.load(sign, ())
        put(scope, index, m.conj(found) if how.conjugated and dtype.kind == "c" else found, f.load(total, ()))

    emit_loop(region, target.shape, body)
    return True
