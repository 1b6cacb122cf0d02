"""The libraries that are measured, each used as its own users would use it.

A contender makes, of a function or of a network's training step, a function without arguments that does the work once
and returns the value with the derivatives (of a training step: the loss with the new parameters), so that the results
of all can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import numpy as np

Array = Any
Run = Callable[[], tuple[Array, Sequence[Array]]]
RATE = 0.01


def chain(y: Array, steps: int, factor: float = 1.01) -> Array:
    """Chained operations, the same source for every library."""
    for _ in range(steps):
        y = y * factor + 0.1
    return y.sum()


def doubling(a: Array, norm: Callable[[Array], Array]) -> Array:
    """Python's own loop and branch, which depend on the values."""
    b = a * 2
    while norm(b) < 1000:
        b = b * 2
    return (b if b.sum() > 0 else 100 * b).sum()


class Contender:
    name: str
    module: str
    follows_values = True
    """Whether a loop or branch of Python's can depend on values."""

    def __init__(self, threads: int = 1) -> None:
        try:
            self.version = version(self.module)
        except PackageNotFoundError:  # imported from its source folder
            self.version = "(source tree)"

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec(cls.module) is not None

    def norm(self, x: Array) -> Array:
        return x.norm()

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        raise NotImplementedError

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        raise NotImplementedError


class NumPy(Contender):
    """The values alone, without derivatives: what recording and sweeping are added to."""

    name = "NumPy, values only"
    module = "numpy"

    def norm(self, x: Array) -> Array:
        return np.linalg.norm(x)

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        return lambda: (f(start), [])

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        rows = np.arange(len(labels))
        w1, b1, w2, b2 = parameters

        def run() -> tuple[Array, Sequence[Array]]:
            z = np.maximum(images @ w1 + b1, 0) @ w2 + b2
            peak = z.max(axis=1)
            logsumexp = np.log(np.exp(z - peak[:, None]).sum(axis=1)) + peak
            return np.mean(logsumexp - z[rows, labels]), []

        return run


class Wengert(Contender):
    """The ``backward`` form."""

    name = "Wengert"
    module = "wengert"

    def __init__(self, threads: int = 1) -> None:
        import wengert

        super().__init__(threads)
        self.wg = wengert

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        x = self.wg.array(start, requires_grad=True)

        def run() -> tuple[Array, Sequence[Array]]:
            x.grad = None
            value = f(x)
            value.backward()
            return value.detach(), [x.grad]

        return run

    def loss(self, parameters: list[Array], images: Array, labels: np.ndarray) -> Array:
        wg = self.wg
        w1, b1, w2, b2 = parameters
        z = wg.maximum(images @ w1 + b1, 0) @ w2 + b2
        return wg.mean(wg.logsumexp(z, axis=1) - z[np.arange(len(labels)), labels])

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        x = self.wg.array(images)
        ps = [self.wg.array(p, requires_grad=True) for p in parameters]

        def run() -> tuple[Array, Sequence[Array]]:
            loss = self.loss(ps, x, labels)
            loss.backward()
            with self.wg.no_grad():
                for p in ps:
                    p -= RATE * p.grad
                    p.grad = None
            return loss.detach(), [p.detach() for p in ps]

        return run


class WengertTransform(Wengert):
    """The ``value_and_grad`` form."""

    name = "Wengert, value_and_grad"

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        both, x = self.wg.value_and_grad(f), self.wg.array(start)

        def run() -> tuple[Array, Sequence[Array]]:
            value, gradient = both(x)
            return value, [gradient]

        return run

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        x = self.wg.array(images)
        ps = [self.wg.array(p) for p in parameters]
        both = self.wg.value_and_grad(self.loss)

        def run() -> tuple[Array, Sequence[Array]]:
            nonlocal ps
            loss, gradient = both(ps, x, labels)
            ps = [p - RATE * g for p, g in zip(ps, gradient, strict=True)]
            return loss, ps

        return run


class PyTorch(Contender):
    name = "PyTorch"
    module = "torch"

    def __init__(self, threads: int = 1) -> None:
        import torch

        super().__init__(threads)
        torch.set_num_threads(threads)
        self.torch = torch

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        x = self.torch.tensor(start, requires_grad=True)

        def run() -> tuple[Array, Sequence[Array]]:
            x.grad = None
            value = f(x)
            value.backward()
            return value.detach(), [x.grad]

        return run

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        torch = self.torch
        x, y = torch.tensor(images), torch.tensor(labels)
        ps = [torch.tensor(p, requires_grad=True) for p in parameters]

        def run() -> tuple[Array, Sequence[Array]]:
            w1, b1, w2, b2 = ps
            z = torch.relu(x @ w1 + b1) @ w2 + b2
            loss = torch.nn.functional.cross_entropy(z, y)
            loss.backward()
            with torch.no_grad():
                for p in ps:
                    p -= RATE * p.grad
                    p.grad = None
            return loss.detach(), [p.detach() for p in ps]

        return run


class Autograd(Contender):
    name = "HIPS autograd"
    module = "autograd"

    def __init__(self, threads: int = 1) -> None:
        import autograd.numpy
        import autograd.scipy.special

        super().__init__(threads)
        self.value_and_grad = autograd.value_and_grad
        self.np = autograd.numpy
        self.logsumexp = autograd.scipy.special.logsumexp

    def norm(self, x: Array) -> Array:
        return self.np.linalg.norm(x)

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        both = self.value_and_grad(f)

        def run() -> tuple[Array, Sequence[Array]]:
            value, gradient = both(start)
            return value, [gradient]

        return run

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        rows, ps = np.arange(len(labels)), parameters

        def f(ps: list[Array]) -> Array:
            w1, b1, w2, b2 = ps
            z = self.np.dot(self.np.maximum(self.np.dot(images, w1) + b1, 0), w2) + b2
            return self.np.mean(self.logsumexp(z, axis=1) - z[rows, labels])

        both = self.value_and_grad(f)

        def run() -> tuple[Array, Sequence[Array]]:
            nonlocal ps
            loss, gradient = both(ps)
            ps = [p - RATE * g for p, g in zip(ps, gradient, strict=True)]
            return loss, ps

        return run


class MyGrad(Contender):
    name = "MyGrad"
    module = "mygrad"

    def __init__(self, threads: int = 1) -> None:
        import mygrad.nnet

        super().__init__(threads)
        self.mg = mygrad

    def norm(self, x: Array) -> Array:
        return self.mg.linalg.norm(x)

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        x = self.mg.tensor(start)

        def run() -> tuple[Array, Sequence[Array]]:
            value = f(x)
            value.backward()
            return value.data, [x.grad]

        return run

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        relu, cross_entropy = self.mg.nnet.activations.relu, self.mg.nnet.losses.softmax_crossentropy
        ps = [self.mg.tensor(p) for p in parameters]

        def run() -> tuple[Array, Sequence[Array]]:
            w1, b1, w2, b2 = ps
            loss = cross_entropy(relu(images @ w1 + b1) @ w2 + b2, labels)
            loss.backward()
            for p in ps:
                p.data -= RATE * p.grad
            return loss.data, [p.data for p in ps]

        return run


class JAX(Contender):
    """Operation by operation, as the others run."""

    name = "JAX, op by op"
    module = "jax"

    def __init__(self, threads: int = 1) -> None:
        import jax

        super().__init__(threads)
        jax.config.update("jax_platforms", "cpu")
        jax.config.update("jax_enable_x64", True)
        self.jax = jax

    def prepared(self, f: Callable[..., Any]) -> Callable[..., Any]:
        return f

    def norm(self, x: Array) -> Array:
        return self.jax.numpy.linalg.norm(x)

    def differentiated(self, f: Callable[[Array], Array], start: np.ndarray) -> Run:
        both, x = self.prepared(self.jax.value_and_grad(f)), self.jax.numpy.asarray(start)

        def run() -> tuple[Array, Sequence[Array]]:
            value, gradient = self.jax.block_until_ready(both(x))
            return value, [gradient]

        return run

    def training(self, images: np.ndarray, labels: np.ndarray, parameters: list[np.ndarray]) -> Run:
        jnp = self.jax.numpy
        x, y, rows = jnp.asarray(images), jnp.asarray(labels), jnp.arange(len(labels))
        ps = [jnp.asarray(p) for p in parameters]

        def f(ps: list[Array]) -> Array:
            w1, b1, w2, b2 = ps
            z = jnp.maximum(x @ w1 + b1, 0) @ w2 + b2
            return jnp.mean(self.jax.scipy.special.logsumexp(z, axis=1) - z[rows, y])

        def step(ps: list[Array]) -> tuple[Array, list[Array]]:
            loss, gradient = self.jax.value_and_grad(f)(ps)
            return loss, [p - RATE * g for p, g in zip(ps, gradient, strict=True)]

        step = self.prepared(step)

        def run() -> tuple[Array, Sequence[Array]]:
            nonlocal ps
            loss, ps = self.jax.block_until_ready(step(ps))
            return loss, ps

        return run


class JAXCompiled(JAX):
    """Compiled, before the clock starts."""

    name = "JAX, jit"
    follows_values = False

    def prepared(self, f: Callable[..., Any]) -> Callable[..., Any]:
        return self.jax.jit(f)


CONTENDERS: tuple[type[Contender], ...] = (
    Wengert,
    WengertTransform,
    NumPy,
    PyTorch,
    Autograd,
    MyGrad,
    JAX,
    JAXCompiled,
)
