"""What is computed in the comparison of compilers: functions in the names that all libraries share, and their inputs.

Everything is float64 unless a title says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from compiled_libraries import Array, Function, Library, Run
from contenders import chain, doubling


@dataclass(frozen=True)
class Target:
    """What the project set out to reach: this part of the time of a library, or of the best of all."""

    ratio: float
    of: str = "best"


@dataclass(frozen=True)
class Work:
    """A function with its inputs, of which the first are differentiated."""

    key: str
    title: str
    function: Callable[[Library], Function]
    inputs: Callable[[], list[np.ndarray]]
    count: int = 1
    rtol: float = 1e-9
    """How far results may be apart, in units of an array's largest element."""
    target: Target | None = None
    derivative: str = "gradient"
    needs_scan: bool = False
    follows_values: bool = False

    def omitted(self, library: Library | type[Library]) -> bool:
        """Whether a library cannot do it, or only in minutes."""
        if library.key == "jax-eager":
            return not self.follows_values
        return (self.needs_scan and library.unrolls) or (self.follows_values and not library.follows_values)

    def prepare(self, library: Library) -> Run:
        """Make the library's own arrays; nothing has been traced or compiled yet."""
        arrays = [library.array(x, i < self.count) for i, x in enumerate(self.inputs())]
        if self.derivative == "hessian":
            return library.hessian(self.function(library), arrays)
        return library.gradient(self.function(library), arrays, self.count)


def chained(steps: int = 200) -> Work:
    return Work(
        "chain",
        f"chain of {steps} steps, 4-vector",
        lambda lib: lambda x: chain(x, steps),
        lambda: [np.linspace(-1.0, 1.0, 4)],
        target=Target(0.4, "jax"),
    )


def dot() -> Work:
    return Work(
        "dot",
        "`2 * dot(x, x)`, 4-vector",
        lambda lib: lambda x: 2 * lib.xp.dot(x, x),
        lambda: [np.arange(4.0)],
        target=Target(0.4, "jax"),
    )


def elementwise(size: int, ratio: float) -> Work:
    def function(lib: Library) -> Function:
        xp = lib.xp
        return lambda x: xp.sum(xp.tanh(x) * xp.exp(-(x**2)) + xp.sin(x))

    exponent = len(str(size)) - 1
    return Work(
        f"elementwise-1e{exponent}",
        f"sum(tanh(x) exp(-x²) + sin(x)), {size:,} elements",
        function,
        lambda: [np.random.default_rng(0).normal(size=size)],
        target=Target(ratio),
    )


def network(batch: int = 128, inputs: int = 784, hidden: int = 256, outputs: int = 10) -> Work:
    def function(lib: Library) -> Function:
        def loss(w1: Array, b1: Array, w2: Array, b2: Array, images: Array, labels: Array) -> Array:
            h = images @ w1 + b1
            return lib.cross_entropy(lib.xp.where(h > 0, h, 0) @ w2 + b2, labels)

        return loss

    def arrays() -> list[np.ndarray]:
        rng = np.random.default_rng(0)
        images = rng.random((batch, inputs))
        w1 = rng.normal(scale=inputs**-0.5, size=(inputs, hidden))
        w2 = rng.normal(scale=hidden**-0.5, size=(hidden, outputs))
        floats = [w1, np.zeros(hidden), w2, np.zeros(outputs), images]
        return [*(x.astype("float32") for x in floats), rng.integers(outputs, size=batch)]

    title = f"network step, {batch} × {inputs} × {hidden} × {outputs}, float32"
    return Work("network", title, function, arrays, count=4, rtol=1e-4, target=Target(0.8))


def lorenz(steps: int = 1000) -> Work:
    def function(lib: Library) -> Function:
        xp = lib.xp

        def final(parameters: Array, start: Array) -> Array:
            sigma, rho, beta = parameters[0], parameters[1], parameters[2]

            def slope(u: Array) -> Array:
                x, y, z = u[0], u[1], u[2]
                return xp.stack([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])

            def step(u: Array, _: Any) -> tuple[Array, None]:
                k1 = slope(u)
                k2 = slope(u + 0.005 * k1)
                k3 = slope(u + 0.005 * k2)
                k4 = slope(u + 0.01 * k3)
                return u + 0.01 / 6 * (k1 + 2 * k2 + 2 * k3 + k4), None

            end, _ = lib.scan(step, start, None, length=steps)
            return xp.sum(end**2)

        return final

    return Work(
        "lorenz",
        f"Lorenz system, {steps:,} Runge-Kutta steps, 3 parameters",
        function,
        lambda: [np.array([10.0, 28.0, 8 / 3]), np.ones(3)],
        rtol=1e-6,  # it is chaotic
        target=Target(0.05, "jax"),
        needs_scan=True,
    )


def while_function() -> Work:
    return Work(
        "while",
        "`while norm(b) < 1000` function",
        lambda lib: lambda a: doubling(a, lib.norm),
        lambda: [np.array([0.3, -0.1, 0.2, 0.4])],
        follows_values=True,
    )


def mixture(points: int = 10_000, dimensions: int = 10, components: int = 25) -> Work:
    def function(lib: Library) -> Function:
        xp = lib.xp

        def likelihood(logits: Array, means: Array, log_scales: Array, x: Array) -> Array:
            z = (x[:, None, :] - means) * xp.exp(-log_scales)
            densities = logits - lib.logsumexp(logits, 0) - xp.sum(log_scales, 1) - 0.5 * xp.sum(z**2, 2)
            return xp.sum(lib.logsumexp(densities, 1)) - 0.5 * points * dimensions * float(np.log(2 * np.pi))

        return likelihood

    def arrays() -> list[np.ndarray]:
        rng = np.random.default_rng(0)
        shape = (components, dimensions)
        return [
            rng.normal(size=components),
            rng.normal(size=shape),
            rng.normal(scale=0.1, size=shape),
            rng.normal(size=(points, dimensions)),
        ]

    title = f"Gaussian mixture, {points:,} points, {dimensions} dimensions, {components} components"
    return Work("mixture", title, function, arrays, count=3, rtol=1e-8)


def recurrent(length: int = 100, batch: int = 32, hidden: int = 128) -> Work:
    def arrays() -> list[np.ndarray]:
        rng = np.random.default_rng(0)
        w = [rng.normal(scale=hidden**-0.5, size=(hidden, 4 * hidden)) for _ in range(2)]
        return [x.astype("float32") for x in (*w, np.zeros(4 * hidden), rng.normal(size=(length, batch, hidden)))]

    return Work(
        "lstm",
        f"LSTM, sequence {length}, batch {batch}, hidden {hidden}, float32",
        lambda lib: lambda wi, wh, b, xs: lib.xp.mean(lib.lstm(wi, wh, b, xs) ** 2),
        arrays,
        count=3,
        rtol=1e-4,
        needs_scan=True,
    )


def rosenbrock(variables: int = 50) -> Work:
    def function(lib: Library) -> Function:
        return lambda x: lib.xp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return Work(
        "hessian",
        f"Hessian, Rosenbrock function of {variables} variables",
        function,
        lambda: [np.linspace(-1.0, 1.0, variables)],
        derivative="hessian",
    )


def gaussian_process(points: int = 500, dimensions: int = 4) -> Work:
    """Log marginal likelihood, in the logarithms of amplitude, noise, and a length for each dimension."""

    def function(lib: Library) -> Function:
        xp = lib.xp

        def likelihood(theta: Array, x: Array, y: Array) -> Array:
            z = x * xp.exp(-theta[2:])
            squares = xp.sum(z**2, 1)
            distances = squares[:, None] + squares - 2 * (z @ z.T)
            kernel = xp.exp(2 * theta[0] - 0.5 * distances) + xp.exp(2 * theta[1]) * xp.eye(points, dtype=xp.float64)
            lower = xp.linalg.cholesky(kernel)
            weights = lib.triangular_solve(lower, y)
            return -0.5 * xp.sum(weights**2) - xp.sum(xp.log(xp.diagonal(lower)))

        return likelihood

    def arrays() -> list[np.ndarray]:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(points, dimensions))
        y = np.sin(x.sum(1)) + rng.normal(scale=0.2, size=points)
        return [np.array([0.1, -1.5, *np.linspace(0.0, 0.5, dimensions)]), x, y]

    return Work("process", f"Gaussian process by Cholesky, n = {points}", function, arrays, rtol=1e-7)


WORKS = (
    chained(),
    dot(),
    elementwise(10**4, ratio=0.3),
    elementwise(10**6, ratio=0.5),
    network(),
    lorenz(),
    while_function(),
    mixture(),
    recurrent(),
    rosenbrock(),
    gaussian_process(),
)
