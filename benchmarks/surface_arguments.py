"""With what arguments surface.py calls each public function, on arrays of about a given number of elements.

A function that is not named here is called with as many arrays of numbers in (0.1, 0.9) as it requires arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import isqrt
from typing import Any

import numpy as np


class Samples:
    """Arrays of about ``size`` elements."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.side = isqrt(size)
        """Of a square array."""
        self._rng = np.random.default_rng(0)

    def numbers(self, *shape: int) -> np.ndarray:
        return self._rng.uniform(0.1, 0.9, shape or self.size)

    def integers(self, bound: int, *shape: int) -> np.ndarray:
        return self._rng.integers(bound, size=shape or self.size)

    @cached_property
    def x(self) -> np.ndarray:
        return self.numbers()

    @cached_property
    def y(self) -> np.ndarray:
        return self.numbers()

    @cached_property
    def z(self) -> np.ndarray:
        return self.x + 1j * self.y

    @cached_property
    def ascending(self) -> np.ndarray:
        return np.sort(self.numbers())

    @cached_property
    def mask(self) -> np.ndarray:
        return self.x < 0.5

    @cached_property
    def places(self) -> np.ndarray:
        return self.integers(self.size)

    @cached_property
    def few(self) -> np.ndarray:
        """Whole numbers from 1 to 60."""
        return self.integers(60) + 1

    @cached_property
    def line(self) -> np.ndarray:
        return self.numbers(self.side)

    @cached_property
    def rows(self) -> np.ndarray:
        return self.numbers(self.side, self.side)

    @cached_property
    def complex_rows(self) -> np.ndarray:
        return self.numbers(self.side, self.side) + 1j * self.rows

    @cached_property
    def triples(self) -> np.ndarray:
        return self.numbers(self.size // 3, 3)

    @cached_property
    def matrix(self) -> np.ndarray:
        """One whose eigenvalues lie between 0.1 and 2, about, so that its powers and determinants are numbers."""
        return np.eye(self.side) + (self.rows - 0.5) / np.sqrt(self.side)

    @cached_property
    def positive(self) -> np.ndarray:
        """A symmetric positive definite matrix."""
        return self.matrix @ self.matrix.T / 4 + np.eye(self.side) / 4


@dataclass(frozen=True)
class Call:
    """Positional and named arguments of one call, each a value of NumPy's or Python's."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)


def call(*args: Any, **kwargs: Any) -> Call:
    return Call(args, kwargs)


NOT_OF_ARRAYS = {
    "broadcast_shapes",
    "can_cast",
    "common_type",
    "einsum_path",
    "finfo",
    "iinfo",
    "isdtype",
    "min_scalar_type",
    "promote_types",
    "result_type",
}
"""What computes with types and shapes."""

UNEQUAL = {"cho_factor", "empty", "empty_like", "unique_values"}
"""Functions of which two results need not be equal, or not in the same order."""

Maker = Callable[[Samples], Call]


def _alike(names: str, maker: Maker) -> dict[str, Maker]:
    return dict.fromkeys(names.split(), maker)


def _lu_factor(matrix: np.ndarray) -> Any:
    from scipy.linalg import lu_factor

    return lu_factor(matrix)


TOP: dict[str, Maker] = {
    # Elementwise, of other numbers than the default
    **_alike("acosh arccosh", lambda s: call(1 + s.x)),
    **_alike(
        "bitwise_and bitwise_or bitwise_xor gcd lcm bitwise_left_shift left_shift bitwise_right_shift right_shift",
        lambda s: call(s.few, s.few[::-1].copy()),
    ),
    **_alike("bitwise_invert bitwise_not invert bitwise_count", lambda s: call(s.few)),
    **_alike("allclose array_equal array_equiv isclose", lambda s: call(s.x, s.x.copy())),
    **_alike("angle conj conjugate imag iscomplex real sort_complex", lambda s: call(s.z)),
    "packbits": lambda s: call(s.few % 2),
    "unpackbits": lambda s: call(s.few.astype("uint8")),
    "ldexp": lambda s: call(s.x, s.few),
    "astype": lambda s: call(s.x, np.float32),
    "clip": lambda s: call(s.x, 0.3, 0.6),
    "where": lambda s: call(s.mask, s.x, s.y),
    "select": lambda s: call([s.x < 0.3, s.x < 0.6], [s.x, s.y], 0.0),
    "choose": lambda s: call(s.few % 2, [s.x, s.y]),
    "piecewise": lambda s: call(s.x, [s.x < 0.5, s.x >= 0.5], [np.sin, np.cos]),
    "polyval": lambda s: call([0.1, -0.2, 0.3, 1.0], s.x),
    **_alike("poly roots", lambda s: call(s.line[:100])),
    "polydiv": lambda s: call(s.line, [4.0, 0.3, 0.2]),
    "polymul": lambda s: call(s.x, s.numbers(8)),
    "polyfit": lambda s: call(s.x, s.y, 3),
    "interp": lambda s: call(s.x, np.linspace(0, 1, 50), np.cos(np.arange(50.0))),
    # Created
    **_alike("ones zeros empty", lambda s: call(s.size)),
    **_alike("eye identity tri", lambda s: call(s.side)),
    **_alike("blackman bartlett hamming hanning", lambda s: call(s.size)),
    "kaiser": lambda s: call(s.size, 5.0),
    "arange": lambda s: call(float(s.size)),
    "full": lambda s: call(s.size, 0.5),
    "full_like": lambda s: call(s.x, 0.5),
    **_alike("linspace logspace geomspace", lambda s: call(1.0, 2.0, s.size)),
    "meshgrid": lambda s: call(s.line, s.line),
    "ix_": lambda s: call(s.places, s.places),
    "indices": lambda s: call((s.side, s.side)),
    "fromfunction": lambda s: call(np.add, (s.side, s.side)),
    "frombuffer": lambda s: call(s.x.tobytes()),
    "fromiter": lambda s: call(s.x.tolist(), float),
    "vander": lambda s: call(s.line),
    **_alike("diag diagflat", lambda s: call(s.line)),
    **_alike("diag_indices tril_indices triu_indices", lambda s: call(s.side)),
    **_alike("diag_indices_from tril_indices_from triu_indices_from tril triu", lambda s: call(s.rows)),
    "mask_indices": lambda s: call(s.side, np.triu),
    # Joined, split, moved
    **_alike("append", lambda s: call(s.x, s.y)),
    **_alike("concat concatenate stack hstack vstack dstack column_stack", lambda s: call([s.x, s.y])),
    "block": lambda s: call([[s.rows, s.rows], [s.rows, s.rows]]),
    **_alike("split array_split", lambda s: call(s.x, [s.size // 3, s.size // 2])),
    **_alike("hsplit vsplit", lambda s: call(s.rows, [s.side // 3, s.side // 2])),
    "dsplit": lambda s: call(s.triples[None], [1, 2]),
    "unstack": lambda s: call(s.triples.T.copy()),
    **_alike("atleast_1d atleast_2d atleast_3d", lambda s: call(s.x)),
    "broadcast_to": lambda s: call(s.line, (s.side, s.side)),
    "broadcast_arrays": lambda s: call(s.line, s.rows),
    "expand_dims": lambda s: call(s.x, 0),
    "squeeze": lambda s: call(s.x[None]),
    "reshape": lambda s: call(s.rows, (-1,)),
    "resize": lambda s: call(s.line, (s.side, s.side)),
    **_alike("ravel transpose matrix_transpose flip fliplr flipud rot90", lambda s: call(s.rows)),
    **_alike("moveaxis swapaxes", lambda s: call(s.rows, 0, 1)),
    "rollaxis": lambda s: call(s.rows, 1),
    "permute_dims": lambda s: call(s.rows, (1, 0)),
    "pad": lambda s: call(s.rows, 10),
    "roll": lambda s: call(s.x, 7),
    "repeat": lambda s: call(s.x, 2),
    "tile": lambda s: call(s.x, 2),
    "delete": lambda s: call(s.x, s.places[:100]),
    "insert": lambda s: call(s.x, s.places[:100], 0.5),
    "trim_zeros": lambda s: call(np.where(np.abs(np.arange(s.size) - s.size / 2) < s.size / 4, s.x, 0)),
    "sliding_window_view": lambda s: call(s.x, 8),
    "apply_along_axis": lambda s: call(np.sum, 0, s.rows),
    "apply_over_axes": lambda s: call(np.sum, s.rows, [0, 1]),
    # Indexed and written
    "take": lambda s: call(s.x, s.places),
    "take_along_axis": lambda s: call(s.rows, s.integers(s.side, s.side, s.side), 1),
    "compress": lambda s: call(s.mask, s.x),
    "extract": lambda s: call(s.mask, s.x),
    **_alike("argwhere flatnonzero nonzero count_nonzero", lambda s: call(np.where(s.mask, s.x, 0))),
    "copyto": lambda s: call(s.x.copy(), s.y),
    "fill_diagonal": lambda s: call(s.rows.copy(), 0.5),
    **_alike("place putmask", lambda s: call(s.x.copy(), s.mask, s.y)),
    "put": lambda s: call(s.x.copy(), s.places, s.y),
    "put_along_axis": lambda s: call(s.rows.copy(), s.integers(s.side, s.side, s.side), s.rows.copy(), 1),
    "ravel_multi_index": lambda s: call((s.few, s.few), (64, 64)),
    "unravel_index": lambda s: call(s.places, (s.side + 1, s.side + 1)),
    # Sorted, searched, counted
    **_alike("partition argpartition", lambda s: call(s.x, s.size // 2)),
    "searchsorted": lambda s: call(s.ascending, s.x),
    "digitize": lambda s: call(s.x, np.linspace(0, 1, 32)),
    "lexsort": lambda s: call((s.x, s.few)),
    **_alike("intersect1d setdiff1d setxor1d union1d", lambda s: call(s.few, s.few[::-1] + 7)),
    **_alike("in1d isin", lambda s: call(s.few, [1, 2, 3, 5, 7, 60])),
    **_alike("unique unique_all unique_counts unique_inverse unique_values bincount", lambda s: call(s.few)),
    **_alike("histogram2d", lambda s: call(s.x, s.y)),
    "histogramdd": lambda s: call(s.triples),
    # Statistics
    **_alike("percentile nanpercentile", lambda s: call(s.x, 30.0)),
    **_alike("quantile nanquantile", lambda s: call(s.x, 0.3)),
    **_alike("corrcoef cov", lambda s: call(s.rows)),
    "gradient": lambda s: call(s.x),
    **_alike("convolve correlate", lambda s: call(s.x, s.numbers(32))),
    "cross": lambda s: call(s.triples, s.triples[::-1].copy()),
    # Images
    **_alike("conv conv_transpose", lambda s: call(s.x[: s.size // 4 * 4].reshape(1, 4, -1), s.numbers(4, 4, 3))),
    **_alike("avg_pool max_pool", lambda s: call(s.x[None, None], 2)),
    # Products
    **_alike("dot inner matmul", lambda s: call(s.rows, s.rows)),
    "einsum": lambda s: call("ij,j->i", s.rows, s.line),
    "matvec": lambda s: call(s.rows, s.line),
    "vecmat": lambda s: call(s.line, s.rows),
    "kron": lambda s: call(s.line[: isqrt(s.side)], s.x[: s.size // isqrt(s.side)]),
    "outer": lambda s: call(s.line, s.line),
    "tensordot": lambda s: call(s.rows, s.rows, axes=1),
    **_alike("trace diagonal", lambda s: call(s.rows)),
}

LINALG: dict[str, Maker] = {
    **{name: TOP[name] for name in ("cross", "diagonal", "matmul", "outer", "tensordot", "trace")},
    **_alike("norm vector_norm", lambda s: call(s.x)),
    "vecdot": lambda s: call(s.rows, s.rows),
    **_alike("matrix_norm matrix_transpose", lambda s: call(s.rows)),
    **_alike("cholesky eigh eigvalsh cho_factor logm sqrtm", lambda s: call(s.positive)),
    **_alike(
        "cond det eig eigvals expm inv lu lu_factor matrix_rank pinv polar qr slogdet svd svdvals",
        lambda s: call(s.matrix),
    ),
    **_alike("cosm sinm tanm coshm sinhm tanhm", lambda s: call(s.matrix)),
    "matrix_power": lambda s: call(s.matrix, 3),
    "multi_dot": lambda s: call([s.matrix, s.matrix, s.line]),
    **_alike("lstsq solve", lambda s: call(s.matrix, s.line)),
    "solve_triangular": lambda s: call(np.tril(s.matrix), s.line, lower=True),
    "cho_solve": lambda s: call((np.tril(s.positive), True), s.line),
    "lu_solve": lambda s: call(_lu_factor(s.matrix), s.line),
    "tensorsolve": lambda s: call(s.matrix, s.line),
    "tensorinv": lambda s: call(s.matrix[:, :, None], ind=1),
    "block_diag": lambda s: call(s.rows[: s.side // 2], s.rows[s.side // 2 :]),
    "toeplitz": lambda s: call(s.line),
    "solve_sylvester": lambda s: call(s.positive, s.positive, s.rows),
}

FFT: dict[str, Maker] = {
    **_alike("fftfreq rfftfreq", lambda s: call(s.size)),
    **_alike("irfft hfft", lambda s: call(s.z)),
    **_alike("fft2 ifft2 fftn ifftn rfft2 rfftn fftshift ifftshift", lambda s: call(s.rows)),
    **_alike("irfft2 irfftn", lambda s: call(s.complex_rows)),
}

SPECIAL: dict[str, Maker] = {
    "zeta": lambda s: call(1.5 + s.x),
    "polygamma": lambda s: call(1, s.x),
    "multigammaln": lambda s: call(2 + s.x, 2),
    "huber": lambda s: call(0.5, s.x),
    "pseudo_huber": lambda s: call(0.5, s.x),
    "softmax": lambda s: call(s.rows, axis=-1),
    "log_softmax": lambda s: call(s.rows, axis=-1),
    **_alike("comb binom perm", lambda s: call(60.0 + s.x, s.few.astype(float))),
    **_alike("factorial factorial2", lambda s: call(s.few)),
    **_alike("jn kn yn", lambda s: call(2, s.x)),
    **_alike(
        "eval_chebyt eval_chebyu eval_hermite eval_hermitenorm eval_laguerre eval_legendre",
        lambda s: call(5, s.x),
    ),
}

ARGUMENTS = {"": TOP, "linalg": LINALG, "fft": FFT, "special": SPECIAL}


def arguments(namespace: str, name: str, function: Callable[..., Any], samples: Samples) -> Call:
    """What the function of this name is called with."""
    maker = ARGUMENTS.get(namespace, {}).get(name)
    if maker is not None:
        return maker(samples)
    required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    plain = [p for p in required if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(plain) != len(required) or not plain:
        raise LookupError(f"{name} has no arguments in benchmarks/surface_arguments.py, and takes no arrays by default")
    return call(*[samples.x, samples.y, *[samples.numbers() for _ in plain]][: len(plain)])  # type: ignore[call-overload]
