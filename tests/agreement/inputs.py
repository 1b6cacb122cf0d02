"""Random inputs: where an operation is defined, and of which shapes and with which options it is tried."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import numpy as np

Random = np.random.Generator
Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Domain = Callable[[Random, Shape], Array]
Options = dict[str, Any]

MANY = 200
"""How many inputs are drawn of a kind."""


@dataclass(frozen=True)
class Input:
    """Arguments to differentiate with respect to, and options that are given by name."""

    args: tuple[Array, ...]
    options: Options = field(default_factory=dict)
    separate: bool = False
    """Whether every index of the first axis, which all arguments and results share, is an input of its own."""


Inputs = Callable[[Random], Iterator[Input]]


# Domains: from a generator and a shape to an array --------------------------------------------------------------------


def normal(random: Random, shape: Shape) -> Array:
    """Numbers of both signs around 0."""
    return np.asarray(random.normal(size=shape))


def plane(random: Random, shape: Shape) -> Array:
    """Complex numbers around 0."""
    return np.asarray(random.normal(size=shape) + 1j * random.normal(size=shape))


def numbers(random: Random, shape: Shape) -> Array:
    """Real numbers, or complex ones."""
    return (normal if random.random() < 0.6 else plane)(random, shape)


def between(low: float, high: float) -> Domain:
    """The numbers of an interval."""
    return lambda random, shape: np.asarray(random.uniform(low, high, shape))


def magnitudes(low: float, high: float) -> Domain:
    """Positive numbers of any magnitude between two."""
    return lambda random, shape: np.asarray(np.exp(random.uniform(np.log(low), np.log(high), shape)))


def signed(domain: Domain) -> Domain:
    """The numbers of a domain and their negatives."""
    return lambda random, shape: domain(random, shape) * random.choice([-1.0, 1.0], shape)


def integers(low: int, high: int) -> Domain:
    """Whole numbers as floating-point ones, which tie often."""
    return lambda random, shape: np.asarray(random.integers(low, high + 1, shape), float)


def distinct(random: Random, shape: Shape) -> Array:
    """Numbers of which no two are near each other."""
    count = int(np.prod(shape))
    return np.asarray((random.permutation(count) + random.uniform(-0.3, 0.3, count)) / 3 - count / 6).reshape(shape)


def unit_disc(random: Random, shape: Shape) -> Array:
    """Complex numbers of modulus up to 0.95."""
    z = plane(random, shape)
    return np.asarray(z / np.abs(z) * random.uniform(0.05, 0.95, shape))


# Shapes ---------------------------------------------------------------------------------------------------------------


def shape(random: Random, least: int = 0, most: int = 3, smallest: int = 1, largest: int = 4) -> Shape:
    """Numbers of dimensions and lengths from these ranges."""
    return tuple(int(n) for n in random.integers(smallest, largest + 1, random.integers(least, most + 1)))


def fitting(random: Random, whole: Shape) -> Shape:
    """A shape that broadcasts to another."""
    kept = whole[random.integers(0, len(whole) + 1) :]
    return tuple(n if random.random() < 0.7 else 1 for n in kept)


def together(random: Random, count: int, smallest: int = 1) -> list[Shape]:
    """Shapes that broadcast with one another."""
    whole = shape(random, smallest=smallest)
    return [fitting(random, whole) for _ in range(count)]


def axes(random: Random, ndim: int, several: bool = True) -> int | tuple[int, ...] | None:
    """None, an axis, or, where there may be several, some of them; from either end."""
    kind = random.integers(0, 3 if several else 2)
    if ndim == 0 or kind == 0:
        return None
    if kind == 1:
        return int(random.integers(-ndim, ndim))
    chosen = random.permutation(ndim)[: random.integers(1, ndim + 1)]
    return tuple(int(a) - ndim * int(random.integers(0, 2)) for a in chosen)


def axis_of(random: Random, ndim: int) -> int:
    """One axis, from either end."""
    return int(random.integers(-ndim, ndim))


# Inputs ---------------------------------------------------------------------------------------------------------------


def pointwise(*domains: Domain, **options: Sequence[Any]) -> Inputs:
    """Many points, each a result of its own; then arrays that broadcast, without dimensions or elements among them.

    Of an option every value given is tried.
    """

    def inputs(random: Random) -> Iterator[Input]:
        choices = [dict(zip(options, values, strict=True)) for values in zip(*options.values(), strict=True)] or [{}]
        for chosen in choices:
            yield Input(tuple(d(random, (MANY,)) for d in domains), chosen, separate=True)
        for i, chosen in enumerate(islice(cycle(choices), 24)):
            shapes = [()] * len(domains) if i < 2 else together(random, len(domains), smallest=0 if i < 6 else 1)
            yield Input(tuple(d(random, s) for d, s in zip(domains, shapes, strict=True)), chosen)

    return inputs


def each(draw: Callable[[Random], tuple[Sequence[Array], Options]], count: int = MANY) -> Inputs:
    """Arguments and options drawn together."""

    def inputs(random: Random) -> Iterator[Input]:
        for _ in range(count):
            args, options = draw(random)
            yield Input(tuple(args), options)

    return inputs


def arrays(
    domain: Domain = normal, *, least: int = 0, most: int = 3, smallest: int = 1, largest: int = 4, **options: Any
) -> Inputs:
    """One array of any shape; options that are functions are drawn for it: ``axis=axis`` calls axis(random, shape)."""

    def draw(random: Random) -> tuple[Sequence[Array], Options]:
        size = shape(random, least, most, smallest, largest)
        drawn = {name: o(random, size) if callable(o) else o for name, o in options.items()}
        return [domain(random, size)], drawn

    return each(draw)


def reduced(domain: Domain = normal, *, several: bool = True, keepdims: bool = True, **options: Any) -> Inputs:
    """An array with the axes to reduce."""
    if keepdims:
        options["keepdims"] = lambda random, size: bool(random.integers(0, 2))
    return arrays(domain, axis=lambda random, size: axes(random, len(size), several), **options)


def stacks(*kinds: Domain, sizes: Sequence[int] = (1, 2, 3, 4, 5), each_size: int = 50, **options: Any) -> Inputs:
    """Stacks of matrices, each of which is an input: ``kinds`` make arrays of shape (count, n, n)."""

    def inputs(random: Random) -> Iterator[Input]:
        for n in sizes:
            yield Input(tuple(k(random, (each_size, n, n)) for k in kinds), options, separate=True)

    return inputs


# Matrices: domains for the last two axes ------------------------------------------------------------------------------


def regular(domain: Domain = normal) -> Domain:
    """Square matrices far from singular ones: their singular values lie between 0.5 and 2.5."""

    def draw(random: Random, shape: Shape) -> Array:
        u, s, vh = np.linalg.svd(domain(random, shape), full_matrices=False)
        spread = np.linspace(0.5, 2.5, s.shape[-1]) + random.uniform(-0.1, 0.1, s.shape) / max(s.shape[-1], 1)
        return np.asarray((u * spread[..., None, :]) @ vh)

    return draw


def diagonalizable(domain: Domain = normal) -> Domain:
    """Matrices whose eigenvalues lie apart; two of them are complex."""

    def draw(random: Random, shape: Shape) -> Array:
        v, n = regular(domain)(random, shape), shape[-1]
        blocks = np.diag(np.arange(n) - 4.0)
        blocks[:2, :2] = np.array([[2.0, -1.0], [1.0, 2.0]])[:n, :n]
        return np.asarray(v @ (blocks * random.uniform(0.9, 1.1, (*shape[:-2], 1, 1))) @ np.linalg.inv(v))

    return draw


def hermitian(domain: Domain = normal) -> Domain:
    """Hermitian matrices whose eigenvalues lie apart."""

    def draw(random: Random, shape: Shape) -> Array:
        u = np.linalg.svd(domain(random, shape))[0]
        n = shape[-1]
        values = np.arange(n) - n / 2 + 0.2 + random.uniform(-0.2, 0.2, shape[:-1])
        a = (u * values[..., None, :]) @ np.conj(np.swapaxes(u, -1, -2))
        return np.asarray((a + np.conj(np.swapaxes(a, -1, -2))) / 2)

    return draw


def definite(domain: Domain = normal) -> Domain:
    """Positive definite matrices."""

    def draw(random: Random, shape: Shape) -> Array:
        a = regular(domain)(random, shape)
        b = a @ np.conj(np.swapaxes(a, -1, -2))
        return np.asarray((b + np.conj(np.swapaxes(b, -1, -2))) / 2)

    return draw


def triangular(domain: Domain = normal, *, upper: bool = False) -> Domain:
    """Triangular matrices with a diagonal away from 0."""

    def draw(random: Random, shape: Shape) -> Array:
        a = domain(random, shape) * 0.5
        diagonal = np.eye(shape[-1]) * random.choice([-1, 1], (*shape[:-1], 1)) * random.uniform(1, 2, (*shape[:-1], 1))
        return np.asarray((np.triu(a, 1) if upper else np.tril(a, -1)) + diagonal)

    return draw
