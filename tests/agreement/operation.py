"""An operation in Wengert and in PyTorch, and how far apart the two are."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np
import torch

import wengert as wg

from .inputs import Array, Input, Inputs, Random

TOLERANCE = 1e-9
"""Of values and gradients, relative to the largest entry of each."""

COMPARED = ("value", "gradient", "tangent", "second derivative")
MORE_EVERY = 10
"""Of every tenth draw tangents and second derivatives are compared, too, and of all draws that hold many inputs."""


@dataclass(frozen=True)
class Operation:
    """A public function of Wengert's, the same in PyTorch, and where to compare them.

    Both are called with the arguments of an input and its options by name, and return an array or several.
    """

    name: str
    torch: Callable[..., Any]
    inputs: Sequence[Inputs]
    wengert: Callable[..., Any]

    def drawn(self) -> Iterator[Input]:
        random = np.random.default_rng(zlib.crc32(self.name.encode()))
        for inputs in self.inputs:
            yield from inputs(random)


def operation(name: str, torch: Callable[..., Any], *inputs: Inputs, wengert: Any = None) -> Operation:
    """A line of a table; ``wengert`` is the public function of the name, unless it has to be called in another way."""

    def public(*args: Any, **options: Any) -> Any:
        return attrgetter(name)(wg)(*args, **options)

    return Operation(name, torch, inputs, wengert or public)


@dataclass
class Agreement:
    """How many inputs were compared, and the largest relative differences."""

    inputs: int = 0
    largest: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COMPARED, 0.0))


class Disagreement(AssertionError):
    """Values or derivatives further apart than rounding explains."""


def compare(operation: Operation) -> Agreement:
    """Compare values and derivatives on all inputs of an operation."""
    agreement = Agreement()
    random = np.random.default_rng(1)
    for i, given in enumerate(operation.drawn()):
        agreement.inputs += len(given.args[0]) if given.separate else 1
        for what, found, expected, differences in _compared(
            operation, given, random, more=given.separate or i % MORE_EVERY == 0
        ):
            largest = np.max(differences, initial=0.0)
            agreement.largest[what] = max(agreement.largest[what], float(largest))
            if not largest <= TOLERANCE:
                row = int(np.argmax(differences))
                args, *results = ([x[row] for x in s] if given.separate else s for s in (given.args, found, expected))
                raise Disagreement(
                    f"{operation.name}: the {what} differs by {largest:.1e} on {args}, {given.options}\n"
                    f"Wengert: {results[0]}\nPyTorch: {results[1]}"
                )
    return agreement


def _compared(
    operation: Operation, given: Input, random: Random, more: bool
) -> Iterator[tuple[str, list[Array], list[Array], Array]]:
    """What is compared, in Wengert and in PyTorch, with the relative difference in each of the inputs."""

    def function(*args: Any) -> list[Any]:
        return _listed(operation.wengert(*args, **given.options))

    leaves = [torch.tensor(x, requires_grad=True) for x in given.args]
    outputs = _listed(operation.torch(*leaves, **_as_tensors(given.options)))
    values, pull = wg.vjp(function, *given.args)
    found, expected = [np.asarray(y) for y in values], [as_array(y) for y in outputs]
    yield "value", found, expected, _distances(found, expected, given.separate)

    cotangents = [_like(random, y) for y in expected]
    roots = [(y, torch.from_numpy(c)) for y, c in zip(outputs, cotangents, strict=True) if y.requires_grad]
    gradients = _gradients(roots, leaves, create_graph=more)
    found, expected = [np.asarray(g) for g in pull(cotangents)], [as_array(g) for g in gradients]
    yield "gradient", found, expected, _distances(found, expected, given.separate)
    if not more:
        return

    direction = [_like(random, x) for x in given.args]
    _, moved = wg.jvp(function, given.args, direction)
    found = [np.asarray(t) for t in moved]
    yield "tangent", found, expected, _duality(found, cotangents, expected, direction, given.separate)

    _, pull_again = wg.vjp(lambda *args: wg.vjp(function, *args)[1](cotangents), *given.args)
    roots = [(g, torch.from_numpy(d)) for g, d in zip(gradients, direction, strict=True) if g.requires_grad]
    found = [np.asarray(g) for g in pull_again(tuple(direction))]
    seconds = [as_array(g) for g in _gradients(roots, leaves)]
    yield "second derivative", found, seconds, _distances(found, seconds, given.separate, beside=expected)


def _gradients(roots: list[tuple[Any, Any]], leaves: list[Any], create_graph: bool = False) -> Sequence[Any]:
    """What PyTorch finds for roots with their cotangents."""
    if not roots:
        return [torch.zeros_like(x) for x in leaves]
    outputs, cotangents = zip(*roots, strict=True)
    return torch.autograd.grad(
        outputs, leaves, cotangents, create_graph=create_graph, allow_unused=True, materialize_grads=True
    )


def _distances(
    found: Sequence[Array], expected: Sequence[Array], separate: bool, beside: Sequence[Array] | None = None
) -> Array:
    """The largest difference relative to the largest entry of an array, for each of the inputs.

    Second derivatives may cancel to nothing, and are seen ``beside`` the first. The difference is infinite where
    dtypes or shapes differ, where only one of the two is not finite, and where only one is 0.
    """
    if [(x.shape, x.dtype) for x in found] != [(x.shape, x.dtype) for x in expected]:
        return np.array([np.inf])
    others = expected if beside is None else beside
    return np.max([_distance(x, y, z, separate) for x, y, z in zip(found, expected, others, strict=True)], axis=0)


def _distance(found: Array, expected: Array, beside: Array, separate: bool) -> Array:
    different = found != expected
    count = len(found) if separate else 1
    if not different.any():
        return np.zeros(count)
    different &= ~(np.isnan(found) & np.isnan(expected))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        difference = np.where(different, np.abs(found - expected), 0).reshape(count, -1).max(axis=1)
        size = np.maximum(np.abs(expected), np.abs(beside))
        largest = np.where(np.isfinite(size), size, 0).reshape(count, -1).max(axis=1)
        ratios = np.where(difference == 0, 0, difference / largest)
    return np.where(np.isnan(ratios), np.inf, ratios)


def _duality(
    tangents: list[Array], cotangents: list[Array], gradients: list[Array], direction: list[Array], separate: bool
) -> Array:
    """How far Σ ⟨cotangent, tangent⟩ is from Σ ⟨gradient, direction⟩, relative to the sizes of what is summed."""
    if [t.shape for t in tangents] != [c.shape for c in cotangents]:
        return np.array([np.inf])
    count = len(direction[0]) if separate else 1

    def products(left: list[Array], right: list[Array]) -> Array:
        parts = [(np.conj(a) * b).real.reshape(count, -1) for a, b in zip(left, right, strict=True) if a.size]
        return np.concatenate([np.zeros((count, 1)), *parts], axis=1)

    pushed, pulled = products(cotangents, tangents), products(gradients, direction)
    difference = np.abs(pushed.sum(axis=1) - pulled.sum(axis=1))
    size = np.abs(pushed).sum(axis=1) + np.abs(pulled).sum(axis=1)
    with np.errstate(invalid="ignore"):
        ratios = np.where(difference == 0, 0, difference / size)
    return np.where(np.isnan(ratios), np.inf, ratios)


def as_array(x: Any) -> Array:
    """The array of a tensor."""
    return np.asarray(x.numpy(force=True))


def _listed(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (tuple, list)) else [result]


def _as_tensors(options: dict[str, Any]) -> dict[str, Any]:
    return {name: torch.from_numpy(o) if isinstance(o, np.ndarray) else o for name, o in options.items()}


def _like(random: Random, x: Array) -> Array:
    """A random array of the shape and dtype of another."""
    drawn = random.normal(size=x.shape)
    return np.asarray(drawn + 1j * random.normal(size=x.shape) if x.dtype.kind == "c" else drawn)
