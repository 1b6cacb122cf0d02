"""The compilers that are measured, each used as its own users would use it.

A library turns a function of arrays into a *run*: a function without arguments that calls it once on arrays of the
library's own, warm or not, and gives the value with the derivatives when all of it has been computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

Array = Any
Function = Callable[..., Any]
Run = Callable[[], Any]


class Library:
    """What a workload may ask of a library beyond the array functions ``xp`` that all have by the same names."""

    key: str
    name: str
    module: str
    unrolls = False
    """Whether a loop is compiled step by step, so that long ones take minutes."""
    follows_values = True
    """Whether a loop or branch of Python's can depend on values."""
    xp: Any

    def __init__(self, threads: int) -> None:
        self.xp = import_module(self.module)
        try:
            self.version = version(self.module)
        except PackageNotFoundError:  # imported from its source folder
            self.version = "(source tree)"

    def array(self, x: np.ndarray, differentiated: bool) -> Array:
        raise NotImplementedError

    def gradient(self, function: Function, arrays: Sequence[Array], count: int) -> Run:
        """The value, and the gradients for the first arrays."""
        raise NotImplementedError

    def hessian(self, function: Function, arrays: Sequence[Array]) -> Run:
        raise NotImplementedError

    def scan(self, step: Function, start: Any, xs: Any, length: int | None = None) -> tuple[Any, Any]:
        """A loop of Python's, where there is nothing better."""
        outputs = []
        for i in range(len(xs) if length is None else length):
            start, y = step(start, None if xs is None else xs[i])
            outputs.append(y)
        return start, None if outputs[0] is None else self.xp.stack(outputs)

    def norm(self, x: Array) -> Array:
        return x.norm()

    def sigmoid(self, x: Array) -> Array:
        return 1 / (1 + self.xp.exp(-x))

    def logsumexp(self, x: Array, axis: int) -> Array:
        raise NotImplementedError

    def cross_entropy(self, z: Array, labels: Array) -> Array:
        return self.xp.mean(self.logsumexp(z, 1) - z[self.xp.arange(len(labels)), labels])

    def triangular_solve(self, lower: Array, y: Array) -> Array:
        raise NotImplementedError

    def lstm(self, wi: Array, wh: Array, b: Array, xs: Array) -> Array:
        """The outputs of an LSTM for a sequence, by ``scan``."""
        xp, hidden = self.xp, wh.shape[0]

        def step(carry: tuple[Array, Array], x: Array) -> tuple[tuple[Array, Array], Array]:
            h, c = carry
            gates = x @ wi + h @ wh + b
            i, f = self.sigmoid(gates[:, :hidden]), self.sigmoid(gates[:, hidden : 2 * hidden])
            g, o = xp.tanh(gates[:, 2 * hidden : 3 * hidden]), self.sigmoid(gates[:, 3 * hidden :])
            c = f * c + i * g
            h = o * xp.tanh(c)
            return (h, c), h

        zero = xp.zeros((xs.shape[1], hidden), dtype=xs.dtype)
        return self.scan(step, (zero, zero), xs)[1]


class Wengert(Library):
    key, name, module = "wengert", "Wengert", "wengert"

    def compiled(self, function: Function) -> Function:
        compiled: Function = self.xp.compile(function)
        return compiled

    def array(self, x: np.ndarray, differentiated: bool) -> Array:
        return self.xp.array(x)

    def gradient(self, function: Function, arrays: Sequence[Array], count: int) -> Run:
        both = self.compiled(self.xp.value_and_grad(function, argnums=tuple(range(count))))
        return lambda: both(*arrays)

    def hessian(self, function: Function, arrays: Sequence[Array]) -> Run:
        compiled = self.compiled(self.xp.hessian(function))
        return lambda: (0.0, [compiled(*arrays)])

    def scan(self, step: Function, start: Any, xs: Any, length: int | None = None) -> tuple[Any, Any]:
        outcome: tuple[Any, Any] = self.xp.scan(step, start, xs, length=length)
        return outcome

    def logsumexp(self, x: Array, axis: int) -> Array:
        return self.xp.special.logsumexp(x, axis=axis)

    def triangular_solve(self, lower: Array, y: Array) -> Array:
        return self.xp.linalg.solve(lower, y)  # it has no other


class WengertEager(Wengert):
    """Not compiled."""

    key, name = "eager", "Wengert, eager"

    def compiled(self, function: Function) -> Function:
        return function

    scan = Library.scan


class JAX(Library):
    key, name, module = "jax", "JAX, jit", "jax"
    follows_values = False

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.jax = self.xp
        self.jax.config.update("jax_platforms", "cpu")
        self.jax.config.update("jax_enable_x64", True)
        self.xp = self.jax.numpy
        self.linalg = import_module("jax.scipy.linalg")

    def array(self, x: np.ndarray, differentiated: bool) -> Array:
        return self.xp.asarray(x)

    def gradient(self, function: Function, arrays: Sequence[Array], count: int) -> Run:
        both = self.jax.jit(self.jax.value_and_grad(function, argnums=tuple(range(count))))
        return lambda: self.jax.block_until_ready(both(*arrays))

    def hessian(self, function: Function, arrays: Sequence[Array]) -> Run:
        compiled = self.jax.jit(self.jax.hessian(function))
        return lambda: (0.0, [self.jax.block_until_ready(compiled(*arrays))])

    def scan(self, step: Function, start: Any, xs: Any, length: int | None = None) -> tuple[Any, Any]:
        outcome: tuple[Any, Any] = self.jax.lax.scan(step, start, xs, length=length)
        return outcome

    def norm(self, x: Array) -> Array:
        return self.xp.linalg.norm(x)

    def sigmoid(self, x: Array) -> Array:
        return self.jax.nn.sigmoid(x)

    def logsumexp(self, x: Array, axis: int) -> Array:
        return self.jax.nn.logsumexp(x, axis=axis)

    def triangular_solve(self, lower: Array, y: Array) -> Array:
        return self.linalg.solve_triangular(lower, y, lower=True)


class JAXEager(JAX):
    """Operation by operation: only for what cannot be compiled, because its control flow depends on values."""

    key, name = "jax-eager", "JAX, op by op"
    follows_values = True

    def gradient(self, function: Function, arrays: Sequence[Array], count: int) -> Run:
        both = self.jax.value_and_grad(function, argnums=tuple(range(count)))
        return lambda: self.jax.block_until_ready(both(*arrays))


class PyTorch(Library):
    key, name, module = "torch", "PyTorch, eager", "torch"

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.xp.set_num_threads(threads)

    def compiled(self, function: Function) -> Function:
        return function

    def array(self, x: np.ndarray, differentiated: bool) -> Array:
        return self.xp.tensor(x, requires_grad=differentiated)

    def gradient(self, function: Function, arrays: Sequence[Array], count: int) -> Run:
        function, leaves = self.compiled(function), arrays[:count]

        def run() -> Any:
            for x in leaves:
                x.grad = None
            value = function(*arrays)
            value.backward()
            return value.detach(), [x.grad for x in leaves]

        return run

    def hessian(self, function: Function, arrays: Sequence[Array]) -> Run:
        plain = [x.detach() for x in arrays]
        compiled = self.compiled(self.xp.func.hessian(function))
        return lambda: (0.0, [compiled(*plain)])

    def sigmoid(self, x: Array) -> Array:
        return self.xp.sigmoid(x)

    def logsumexp(self, x: Array, axis: int) -> Array:
        return self.xp.logsumexp(x, dim=axis)

    def cross_entropy(self, z: Array, labels: Array) -> Array:
        return self.xp.nn.functional.cross_entropy(z, labels)

    def triangular_solve(self, lower: Array, y: Array) -> Array:
        return self.xp.linalg.solve_triangular(lower, y[:, None], upper=False)[:, 0]

    def lstm(self, wi: Array, wh: Array, b: Array, xs: Array) -> Array:
        zero = self.xp.zeros((1, xs.shape[1], wh.shape[0]), dtype=xs.dtype)
        weights = [wi.T, wh.T, b, self.xp.zeros_like(b)]
        return self.xp.lstm(xs, (zero, zero), weights, True, 1, 0.0, True, False, False)[0]


class PyTorchCompiled(PyTorch):
    key, name = "torch-compile", "torch.compile"
    unrolls = True

    def compiled(self, function: Function) -> Function:
        compiled: Function = self.xp.compile(function)
        return compiled


LIBRARIES: dict[str, type[Library]] = {
    library.key: library for library in (Wengert, WengertEager, JAX, JAXEager, PyTorch, PyTorchCompiled)
}
