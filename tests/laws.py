"""The laws that every primitive obeys: each a function of a primitive and an example, which raises where it fails.

``test_laws.py`` runs them over the registry.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, combinations, product
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.primitive import Example, Primitive
from wengert.core.program import Program, check
from wengert.core.types import SCALARS, type_of
from wengert.eager.tape import Node

Arrays = Sequence[Any]

INEXACT = ("float64", "float32", "complex128")
DTYPES = (*INEXACT, "int64", "bool")
SINGLE = ("float32", "complex64")
TOLERANCE = {"float64": 1e-11, "complex128": 1e-11, "float32": 3e-5, "complex64": 3e-5, "float16": 1e-3}
# How NumPy says that it does not take a dtype. What it refuses, a primitive refuses too: see `evaluation`.
REFUSAL = (TypeError, np.exceptions.ComplexWarning)

# A float that is constant on purpose: the derivative is 0, and finite differences say otherwise.
CUT = ("stop_gradient",)
# Where a complex step is no use: a factorisation rounds real and imaginary part relative to the larger of the two.
FACTORED = ("cofactor", "cofactor_derivative", "matrix_function", "pinv", "lstsq", "sylvester")
# SciPy's algorithms of these drop an imaginary part that is tiny.
FACTORED += ("jv", "yv", "expi", "sici", "shichi", "riemann_zeta_derivative")
# In which order the others are, NumPy leaves open, and it is not that of the real numbers for complex ones.
UNORDERED = ("partition",)


# ---------------------------------------------------------------------------------------------------------------------
# A primitive on an example
# ---------------------------------------------------------------------------------------------------------------------


class Trial:
    """A primitive with the inputs of an example, drawn for one dtype."""

    def __init__(self, primitive: Primitive, example: Example, dtype: str, seed: int = 0) -> None:
        self.primitive, self.example, self.dtype = primitive, example, dtype
        self.random = np.random.default_rng((zlib.crc32(primitive.name.encode()), seed))
        self.inputs = [self._input(x, np.dtype(dtype)) for x in example.inputs]
        self.free = [i for i, x in enumerate(self.inputs) if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
        """The inputs that can be differentiated."""

    def _input(self, given: Any, dtype: np.dtype[Any]) -> Any:
        """A tuple is a shape; a list is an array of what it holds; the rest stands for itself."""
        if isinstance(given, list):
            array = np.asarray(given)
            return array.astype(dtype) if array.dtype.kind == "f" and dtype.kind in "fc" else array
        if not isinstance(given, tuple):
            return given
        low, high = self.example.domain
        if dtype.kind == "b":
            return np.asarray(self.random.integers(0, 2, given), bool)
        if dtype.kind == "i":
            return np.asarray(self.random.integers(np.ceil(low), max(np.ceil(low), np.floor(high)) + 1, given))
        x = self.random.uniform(low, high, given)
        if dtype.kind == "c":
            x = x + 1j * self.random.uniform(-0.8, 0.8, given)  # off the branch cuts beyond the domain's ends
        return np.asarray(x, dtype)

    def filled(self, places: Sequence[int], values: Arrays) -> list[Any]:
        """The inputs, with these values in some places."""
        full = list(self.inputs)
        for place, value in zip(places, values, strict=True):
            full[place] = value
        return full

    def prepared(self, inputs: Arrays | None = None) -> list[Any]:
        """What the primitive is applied to."""
        inputs = self.inputs if inputs is None else inputs
        return list(inputs) if self.example.prepare is None else list(self.example.prepare(*inputs))

    def __call__(self, inputs: Arrays | None = None) -> tuple[Any, ...]:
        """The outputs for inputs of any level."""
        result = outputs(self.primitive(*self.prepared(inputs), **self.example.params))
        return result if self.example.invariant is None else self.example.invariant(*result)

    def at(self, places: Sequence[int]) -> list[Any]:
        """The inputs in some places."""
        return [self.inputs[i] for i in places]

    def function(self, places: Sequence[int] | None = None, inputs: Arrays | None = None) -> Callable[..., list[Any]]:
        """The outputs that have derivatives, as a function of the inputs in these places; of the free ones."""
        places = self.free if places is None else places
        base = self.inputs if inputs is None else inputs

        def function(*values: Any) -> list[Any]:
            full = list(base)
            for place, value in zip(places, values, strict=True):
                full[place] = value
            return [y for y in self(full) if y.dtype.kind in "fc"]

        return function

    def forward(self, tangents: Arrays, inputs: Arrays | None = None) -> list[Any]:
        """The outputs' tangents for those of the free inputs."""
        base = self.inputs if inputs is None else inputs
        return wg.jvp(self.function(inputs=inputs), [base[i] for i in self.free], list(tangents))[1]

    def reverse(self, cotangents: Arrays, inputs: Arrays | None = None) -> tuple[Any, ...]:
        """The cotangents of the free inputs for those of the outputs."""
        base = self.inputs if inputs is None else inputs
        return wg.vjp(self.function(inputs=inputs), *[base[i] for i in self.free])[1](list(cotangents))

    def like(self, values: Arrays) -> list[Any]:
        """Random tangents or cotangents of these values."""
        return [self.one_like(np.asarray(x)) for x in values]

    def one_like(self, x: Any) -> Any:
        t = self.random.uniform(-1, 1, x.shape)
        if x.dtype.kind == "c":
            t = t + 1j * self.random.uniform(-1, 1, x.shape)
        return np.asarray(t, x.dtype)


def outputs(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def trials(primitive: Primitive, example: Example, dtypes: Sequence[str] = INEXACT, seed: int = 0) -> Iterator[Trial]:
    """Trials in the dtypes that the primitive takes. What an example fixes altogether needs one."""
    seen = set()
    for dtype in dtypes:
        trial = Trial(primitive, example, dtype, seed)
        kinds = str([x.dtype if isinstance(x, np.ndarray) else x for x in trial.inputs])
        if kinds in seen:
            continue
        seen.add(kinds)
        with about(dtype), np.errstate(all="ignore"):
            try:
                trial()
            except REFUSAL:
                assert dtype not in ("float64", "float32"), f"{primitive} does not take {dtype}"
                continue
        with about(dtype):
            yield trial


def smooth(primitive: Primitive, example: Example, dtypes: Sequence[str] = INEXACT, seed: int = 0) -> Iterator[Trial]:
    """Trials in which there is something to differentiate."""
    for trial in trials(primitive, example, dtypes, seed):
        if trial.free and any(y.dtype.kind in "fc" for y in trial()):
            yield trial


@contextmanager
def about(what: Any) -> Iterator[None]:
    """Says in a failure what it is about."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"with {what}")
        raise


def close(found: Any, expected: Any, tolerance: float | None = None) -> None:
    """The same numbers up to rounding, shapes and dtypes, in corresponding containers."""
    if isinstance(expected, (tuple, list)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            close(one, other, tolerance)
        return
    found, expected = np.asarray(found), np.asarray(expected)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype), f"{type_of(found)}, not {type_of(expected)}"
    if not expected.size:
        return
    if expected.dtype.kind not in "fc":
        np.testing.assert_array_equal(found, expected)
        return
    tolerance = TOLERANCE[str(expected.dtype)] if tolerance is None else tolerance
    finite = np.abs(expected[np.isfinite(expected)])
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * max(1.0, np.max(finite, initial=0)))


def inner(xs: Any, ys: Any) -> float:
    """The real inner product Re Σ conj(x) y."""
    return float(sum(np.sum(np.conj(np.asarray(x)) * np.asarray(y)).real for x, y in zip(xs, ys, strict=True)))


# ---------------------------------------------------------------------------------------------------------------------
# The laws
# ---------------------------------------------------------------------------------------------------------------------


def evaluation(primitive: Primitive, example: Example, reference: Callable[..., Any]) -> None:
    """The value is NumPy's or SciPy's, in dtype and shape too; what they do not take is a TypeError."""
    for dtype in DTYPES:
        trial = Trial(primitive, example, dtype)
        with about(dtype), np.errstate(all="ignore"):
            try:
                prepared = trial.prepared()
            except TypeError:
                assert dtype not in INEXACT
                continue
            try:
                expected = outputs(reference(*prepared, **example.params))
            except REFUSAL:
                with pytest.raises(REFUSAL):
                    primitive.evaluate(*prepared, **example.params)
                continue
            close(outputs(primitive.evaluate(*prepared, **example.params)), expected)
            boxes = [wg.array(x) if isinstance(x, np.ndarray) else x for x in prepared]
            close(outputs(primitive(*boxes, **example.params)), expected)


def types(primitive: Primitive, example: Example) -> None:
    """The type rule gives the result's type."""
    for trial in trials(primitive, example, DTYPES):
        _same_type(primitive, trial.prepared(), example.params)


def mixed_types(primitive: Primitive, example: Example) -> None:
    """It does for every combination of dtypes; where an operation broadcasts, Python's numbers among them."""
    trial = Trial(primitive, example, "bool")
    drawn = [i for i, x in enumerate(trial.inputs) if isinstance(x, np.ndarray) and x.dtype.kind != "i"]
    if len(drawn) < 2 or len(drawn) < len(trial.inputs):
        return
    kinds: list[Any] = ["bool", "int64", "float32", "float64", "complex64", "complex128"]
    if primitive.family == "elementwise":
        kinds += SCALARS
    for combination in product(kinds, repeat=len(drawn)):
        if all(isinstance(kind, type) for kind in combination):
            continue  # numbers alone make no equation
        inputs = [
            kind(1) if isinstance(kind, type) else np.ones(x.shape, kind)
            for x, kind in zip(trial.inputs, combination, strict=True)
        ]
        with about(combination):
            _same_type(primitive, inputs, example.params)


def _same_type(primitive: Primitive, inputs: Arrays, params: dict[str, Any]) -> None:
    with np.errstate(all="ignore"):
        try:
            result = outputs(primitive.evaluate(*inputs, **params))
        except (*REFUSAL, np.linalg.LinAlgError):
            return
    found = outputs(primitive.result_type(*[type_of(x) for x in inputs], **params))
    expected = tuple(type_of(x) for x in result)
    assert found == expected, f"{[*map(str, found)]}, not {[*map(str, expected)]}"


def adjoint(primitive: Primitive, example: Example, seed: int = 0) -> None:
    """⟨J v, w⟩ = ⟨v, Jᵀ w⟩; and no derivative depends on which others are asked for."""
    for trial in smooth(primitive, example, seed=seed):
        point = trial.at(trial.free)
        values = trial.function()(*point)
        tangents, cotangents = trial.like(point), trial.like(values)
        moved, pulled = trial.forward(tangents), trial.reverse(cotangents)
        assert [type_of(x) for x in moved] == [type_of(y) for y in values]
        assert [type_of(x) for x in pulled] == [type_of(x) for x in point]
        one, other = inner(cotangents, moved), inner(pulled, tangents)
        size = sum(float(np.abs(np.asarray(m) * c).sum()) for m, c in zip(moved, cotangents, strict=True))
        tolerance = max(TOLERANCE[str(x.dtype)] for x in (*point, *values))
        assert abs(one - other) <= tolerance * max(1.0, size), f"⟨J v, w⟩ = {one}, ⟨v, Jᵀ w⟩ = {other}"
        for i, x, expected in zip(trial.free, point, pulled, strict=True):
            close(wg.vjp(trial.function([i]), x)[1](cotangents), (expected,))


def finite_differences(primitive: Primitive, example: Example, seed: int = 0, order: int = 3) -> None:
    """The derivatives are those that finite differences give, to third order, in all combinations of modes.

    The third order is where a cotangent that is zero at the point, but not next to it, first matters.
    """
    for trial in smooth(primitive, example, ("float64", "complex128"), seed):
        point = trial.at(trial.free)
        if any(y.dtype in SINGLE for y in trial()):
            continue  # the differences would be too coarse
        if primitive.name in CUT:
            assert not any(np.any(x) for x in trial.forward(trial.like(point)))
        else:
            wg.testing.check_grads(trial.function(), point, order=order, seed=seed)


def complex_step(primitive: Primitive, example: Example) -> None:
    """The derivative is Im f(x + ihv) / h to the last digits, where f is holomorphic and real on the reals."""
    for trial in smooth(primitive, example, ("complex128",)):
        tangents = trial.like(trial.at(trial.free))
        moved, turned = trial.forward(tangents), trial.forward([1j * t for t in tangents])
        if primitive.name in (*CUT, *FACTORED, *UNORDERED) or not all(
            map(np.allclose, turned, [1j * t for t in moved])
        ):
            continue
        real, h = Trial(primitive, example, "float64"), 1e-150
        point = real.at(real.free)
        tangents = real.like(point)
        stepped = real.function()(*[x + 1j * h * t for x, t in zip(point, tangents, strict=True)])
        if all(y.dtype.kind == "c" for y in stepped) and all(y.dtype == "float64" for y in real()):
            close(real.forward(tangents), [np.asarray(y).imag / h for y in stepped])


def precision(primitive: Primitive, example: Example, seed: int = 0) -> None:
    """In single precision, rules compute in single precision, and to what double precision gives."""
    for trial in smooth(primitive, example, SINGLE, seed):
        point = trial.at(trial.free)
        values = trial.function()(*point)
        if not all(y.dtype in SINGLE for y in values):
            continue  # the primitive itself converts
        tangents, cotangents = trial.like(point), trial.like(values)
        found = [*trial.forward(tangents), *trial.reverse(cotangents)]
        wide = trial.filled(trial.free, [_widened(x) for x in point])
        expected = [*trial.forward(map(_widened, tangents), wide), *trial.reverse(map(_widened, cotangents), wide)]
        close([_widened(x) for x in found], [_widened(x) for x in expected], 2e-4)
        _raw_rules(trial)


def _widened(x: Any) -> Any:
    return np.asarray(x, "complex128" if x.dtype.kind == "c" else "float64")


def _raw_rules(trial: Trial) -> None:
    """What the rules give before the interpreters make it fit: broadcast at most, and never in double precision."""
    primitive, params, inputs = trial.primitive, trial.example.params, trial.prepared()
    if primitive.jvp is None or primitive.vjp is None:
        return
    out = primitive.evaluate(*inputs, **params)
    free = [i for i in trial.free if isinstance(inputs[i], (np.ndarray, np.generic))]
    directions = [trial.one_like(x) if i in free else None for i, x in enumerate(inputs)]
    cotangents = tuple(trial.one_like(y) for y in outputs(out))
    with np.errstate(all="ignore"):
        moved = outputs(primitive.jvp(directions, (*inputs, out), params))
        ct = cotangents if primitive.multiple else cotangents[0]
        pulled = primitive.vjp(ct, (*inputs, out), params, sum(1 << i for i in free))
    for t, of in chain(zip(moved, outputs(out), strict=True), zip(pulled, inputs, strict=False)):
        if t is not None:
            assert t.dtype in SINGLE, f"a rule gives {t.dtype}"
            assert np.broadcast_shapes(t.shape, of.shape) in (t.shape, of.shape)


def batching(
    primitive: Primitive, example: Example, seed: int = 0, dtypes: Sequence[str] = ("float64",), all_axes: bool = False
) -> None:
    """``vmap`` is a loop: over every subset of the inputs, along any axis, nested, around derivatives and inside."""
    for trial in trials(primitive, example, dtypes, seed):
        batches = _batches(trial)
        for chosen in _subsets(len(batches)):
            everything = len(chosen) == len(batches)
            for axis in (0, -1) if all_axes or everything else (0,):
                with about(f"inputs {chosen} batched along axis {axis}"):
                    _around_derivatives(trial, chosen, [batches[i] for i in chosen], axis)
        _inside_derivatives(trial, batches)
        _twice(trial, batches)


def _batches(trial: Trial) -> list[Any]:
    """Three entries for each input: drawn anew, or, of what the example fixes, its elements in another order."""
    others = [Trial(trial.primitive, trial.example, trial.dtype, 100 + k).inputs for k in range(2)]
    batches = []
    for i, (given, x) in enumerate(zip(trial.example.inputs, trial.inputs, strict=True)):
        if isinstance(given, tuple):
            batches.append(np.stack([x, *[other[i] for other in others]]))
        elif isinstance(x, np.ndarray):
            batches.append(np.stack([x, np.roll(x, 1, axis=-1), x[..., ::-1]]))
        else:
            batches.append(np.stack([x, x if isinstance(x, float) else type(x)(0), x]))
    return batches


def _subsets(count: int) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(range(count), n) for n in range(1, count + 1))


def _like_a_loop(function: Callable[..., Any], stacks: Arrays, axis: int = 0) -> None:
    """vmap and a loop give the same tuple of arrays."""
    results = [[np.asarray(y) for y in function(*entry)] for entry in zip(*stacks, strict=True)]
    found = wg.vmap(function, in_axes=axis)(*[np.moveaxis(s, 0, axis) for s in stacks])
    close(found, [np.stack(ys) for ys in zip(*results, strict=True)])


def _around_derivatives(trial: Trial, chosen: Sequence[int], stacks: Arrays, axis: int) -> None:
    n, values = len(stacks), trial.function()(*trial.at(trial.free))
    _like_a_loop(lambda *xs: trial(trial.filled(chosen, xs)), stacks, axis)
    if trial.free and values:
        tangents, cotangents = _stacked(trial, trial.at(trial.free)), _stacked(trial, values)
        forward = lambda *xs: tuple(trial.forward(xs[n:], trial.filled(chosen, xs[:n])))  # noqa: E731
        reverse = lambda *xs: tuple(trial.reverse(xs[n:], trial.filled(chosen, xs[:n])))  # noqa: E731
        _like_a_loop(forward, [*stacks, *tangents], axis)
        _like_a_loop(reverse, [*stacks, *cotangents], axis)


def _stacked(trial: Trial, values: Arrays) -> list[Any]:
    """Three tangents or cotangents for each value."""
    return [np.stack(ts) for ts in zip(*[trial.like(values) for _ in range(3)], strict=True)]


def _inside_derivatives(trial: Trial, batches: Arrays) -> None:
    values = trial.function()(*trial.at(trial.free))
    if not trial.free or not values:
        return
    tangents, cotangents = _stacked(trial, trial.at(trial.free)), _stacked(trial, values)

    def mapped(*free: Any) -> Any:
        stacks = list(batches)
        for i, x in zip(trial.free, free, strict=True):
            stacks[i] = x
        return wg.vmap(lambda *xs: [y for y in trial(xs) if y.dtype.kind in "fc"])(*stacks)

    point = [batches[i] for i in trial.free]
    entries = [[b[k] for b in batches] for k in range(3)]
    moved = [trial.forward([t[k] for t in tangents], entries[k]) for k in range(3)]
    pulled = [trial.reverse([c[k] for c in cotangents], entries[k]) for k in range(3)]
    close(wg.jvp(mapped, point, tangents)[1], [np.stack([*map(np.asarray, ts)]) for ts in zip(*moved, strict=True)])
    close(wg.vjp(mapped, *point)[1](cotangents), [np.stack([*map(np.asarray, ts)]) for ts in zip(*pulled, strict=True)])


def _twice(trial: Trial, batches: Arrays) -> None:
    """One vmap within another: in step, and for all pairs of an entry of the first input with one of the others."""
    once = lambda *xs: wg.vmap(lambda *ys: trial(ys))(*xs)  # noqa: E731
    _like_a_loop(once, [np.stack([b, b[::-1]]) for b in batches])
    first, *rest = batches
    if rest:
        _like_a_loop(lambda x: wg.vmap(lambda *ys: trial([x, *ys]))(*rest), [first])


def tracing(primitive: Primitive, example: Example, seed: int = 0) -> None:
    """A trace type-checks and computes the same; so do traces of derivatives and batches, and a trace's derivatives."""
    for trial in trials(primitive, example, ("float64", "complex128"), seed):
        arrays = [i for i, x in enumerate(trial.inputs) if isinstance(x, np.ndarray)]
        if arrays:
            _traces(trial, arrays)


def _traces(trial: Trial, arrays: Sequence[int]) -> None:
    given, free, n = trial.at(arrays), trial.at(trial.free), len(arrays)

    def whole(*xs: Any) -> tuple[Any, ...]:
        return trial(trial.filled(arrays, xs))

    program = _traced(whole, given)
    _traced(wg.vmap(whole), [np.stack([x, x]) for x in given])
    values = trial.function()(*free)
    if not free or not values:
        return
    tangents, cotangents = trial.like(free), trial.like(values)
    forward = _traced(lambda *xs: trial.forward(xs[n:], trial.filled(arrays, xs[:n])), [*given, *tangents])
    reverse = _traced(lambda *xs: trial.reverse(xs[n:], trial.filled(arrays, xs[:n])), [*given, *cotangents])

    def of_program(*xs: Any) -> list[Any]:
        full = trial.filled(trial.free, xs)
        return [y for y in program(*[full[i] for i in arrays]) if y.dtype.kind in "fc"]

    close(wg.jvp(of_program, free, tangents)[1], forward(*given, *tangents))
    close(wg.vjp(of_program, *free)[1](cotangents), reverse(*given, *cotangents))


def _traced(function: Callable[..., Any], args: Arrays) -> Program:
    program: Program = wg.trace(function)(*args)
    check(program)
    check(program.pruned())
    assert str(program)
    close(program(*args), function(*args))
    return program


def taping(primitive: Primitive, example: Example) -> None:
    """What a tape keeps suffices, whichever inputs are recorded, and is what the VJP is said to read."""
    for trial, boxes, recorded, node in _recordings(primitive, (example,)):
        arrays = outputs(primitive(*boxes, **example.params))
        unread = primitive.unread(node.wanted, len(boxes))
        for i in unread:
            kept = node.saved[i] if i < len(node.saved) else None
            assert not any(isinstance(x, np.ndarray) for x in outputs(kept)), f"input {i} is kept, but not read"
        cotangents = trial.like([y.detach() for y in arrays])
        sum(wg.sum(wg.real(y * c.conj())) for y, c in zip(arrays, cotangents, strict=True)).backward()
        full = [x.detach() if isinstance(x, wg.Array) else x for x in boxes]

        def function(*values: Any, full: Arrays = full, recorded: Sequence[int] = recorded) -> tuple[Any, ...]:
            given = dict(zip(recorded, values, strict=True))
            return outputs(primitive(*[given.get(i, x) for i, x in enumerate(full)], **example.params))

        expected = wg.vjp(function, *[full[i] for i in recorded])[1](tuple(cotangents))
        close([boxes[i].grad for i in recorded], expected)


def minimality(primitive: Primitive, examples: Sequence[Example]) -> None:
    """Each value that a tape keeps is read in one of the examples, beyond its shape and dtype."""
    read: dict[tuple[int, int], bool] = {}
    for trial, boxes, _, node in _recordings(primitive, examples):
        cotangents = tuple(trial.like([y.detach() for y in outputs(primitive(*boxes, **trial.example.params))]))
        for i, kept in enumerate(node.saved):
            if i in primitive.unread(node.wanted, len(boxes)) or not isinstance(kept, np.ndarray) or not kept.size:
                continue
            poisoned = [*node.saved[:i], _Poison(kept), *node.saved[i + 1 :]]
            try:
                primitive.vjp(cotangents if primitive.multiple else cotangents[0], poisoned, node.params, node.wanted)
                seen = False
            except (_Read, TypeError):
                seen = True
            key = (node.wanted, i)
            read[key] = read.get(key, False) or seen
    for (wanted, i), seen in read.items():
        assert seen, f"input {i} is kept for the inputs in the bit set {wanted}, but never read"


def _recordings(
    primitive: Primitive, examples: Sequence[Example]
) -> Iterator[tuple[Trial, list[Any], tuple[int, ...], Node]]:
    """Applications in which one input is recorded, or all are: the inputs, which are recorded, and the node."""
    for example in examples:
        for trial in smooth(primitive, example, ("float64", "complex128")):
            inputs = trial.prepared()
            places = [i for i, x in enumerate(inputs) if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
            for recorded in dict.fromkeys([*((i,) for i in places), tuple(places)]):
                boxes = [
                    wg.array(x, requires_grad=i in recorded) if isinstance(x, np.ndarray) else x
                    for i, x in enumerate(inputs)
                ]
                first = outputs(primitive(*boxes, **example.params))[0]
                assert first.requires_grad == (primitive.vjp is not None)
                if primitive.vjp is not None:
                    with about(f"inputs {recorded} recorded"):
                        node = first._note
                        yield trial, boxes, recorded, node.inputs[0] if primitive.multiple else node


class _Read(Exception):
    """Somebody read a value."""


class _Poison:
    """In place of a value: shows its type, and raises when it is read."""

    def __init__(self, value: Any) -> None:
        self.shape, self.dtype = value.shape, value.dtype

    def _raise(self, *_: Any, **__: Any) -> Any:
        raise _Read

    __array__ = __array_ufunc__ = __array_function__ = __getitem__ = __getattr__ = __eq__ = __lt__ = __ge__ = _raise
    __hash__ = None  # type: ignore[assignment]
