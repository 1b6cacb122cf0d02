"""Programs to simplify: traced from functions, with arguments for them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import wengert as wg
from wengert.core.program import Program
from wengert.core.tree import flatten
from wengert.core.types import type_of
from wengert.transforms.trace import Tracer


def traced(function: Callable[..., Any], *arguments: Any) -> Program:
    """The program of a function, from the types of its arguments alone."""
    with Tracer() as level:
        boxes = [level.input(type_of(x)) for x in arguments]
        leaves, tree = flatten(function(*boxes))
    return level.program(leaves, None, tree)


def draw(*shapes: tuple[int, ...], dtype: str = "float64") -> list[Any]:
    random = np.random.default_rng(0)
    return [random.normal(size=shape).astype(dtype) for shape in shapes]


def wave(x: Any) -> Any:
    return wg.sum(wg.tanh(x) * wg.exp(-x * x) + wg.sin(x))


def network(w1: Any, b1: Any, w2: Any, x: Any, y: Any) -> Any:
    scores = wg.maximum(x @ w1 + b1, 0.0) @ w2
    return wg.mean(wg.special.logsumexp(scores, axis=1) - wg.sum(scores * y, axis=1))


@wg.custom_vjp
def clipped_square(x: Any) -> Any:
    return x * x


clipped_square.defvjp(lambda x: (x * x, x), lambda x, ct: (wg.clip(2 * x * ct, -1.0, 1.0),))


@wg.checkpoint
def block(x: Any) -> Any:
    return wg.sin(wg.sin(clipped_square(x)))


def recurrence(x: Any) -> Any:
    out = wg.zeros(4)
    for i in range(4):
        out[i] = x[i] * (out[i - 1] if i else 1.0)
    return wg.sum(out * out)


NETWORK = draw((4, 3), (3,), (3, 2), (5, 4), (5, 2))
MASK = np.array([[True, False, True], [False, True, True]])

PROGRAMS: dict[str, tuple[Callable[..., Any], Sequence[Any]]] = {
    "wave": (wg.value_and_grad(wave), draw((5,))),
    "wave in float32": (wg.value_and_grad(wave), draw((5,), dtype="float32")),
    "wave twice": (wg.hessian(wave), draw((5,))),
    "dot": (wg.value_and_grad(lambda x: 2 * wg.dot(x, x)), draw((4,))),
    "network": (wg.value_and_grad(network, argnums=(0, 1, 2)), NETWORK),
    "polynomial": (wg.hessian(lambda x: wg.sum(x**3 * x[::-1] - x**4 / 8)), draw((4,))),
    "masked root": (wg.vmap(wg.grad(lambda x: wg.sum(wg.where(x > 0, wg.sqrt(x), 0.0)))), draw((4, 3))),
    "norm": (wg.grad(lambda x: wg.linalg.norm(x) + wg.std(x) + wg.einsum("i,i", x, x)), draw((4,))),
    "custom rules": (wg.value_and_grad(lambda x: wg.sum(block(x) + clipped_square(x))), draw((3,))),
    "in place": (wg.value_and_grad(recurrence), draw((4,))),
    "variance": (wg.grad(lambda x: wg.sum(wg.var(x, axis=0) * wg.mean(x, axis=0))), draw((5, 3))),
    "einsum": (
        lambda a, b, c: (
            wg.einsum("ij,jk->ki", a, b),
            wg.einsum("ij->j", a),
            wg.einsum("ij,kl->i", a, b),
            wg.einsum("bij,bjk->ikb", c, c),
            wg.einsum("ij,ij->", a, a),
            wg.einsum("i,j->ji", a[0], b[0]),
            wg.einsum("ij,jk,kl->il", a, b, c[0]),
            wg.einsum("bii->b", c),
        ),
        draw((2, 3), (3, 4), (4, 4, 4)),
    ),
    "complex": (lambda x: (wg.linalg.norm(x * 1j), wg.special.logsumexp(x * 1j), wg.real(x) * 2), draw((3,))),
    "integers": (lambda x: (x**2 + 0, x // 2 * 1, wg.sum(x * x), wg.linalg.norm(x)), [np.arange(-3, 4)]),
    "booleans": (lambda m, x: (~(~m) & m, wg.where(m != 0, x, x), wg.sum(m, axis=1)), [MASK, *draw((2, 3))]),
    "moves": (
        lambda x: (x.T.T[::-1][::-1], wg.concatenate([x, 2 * x])[3], wg.pad(x, 1)[1:-1, 1:-1], x[:, None].reshape(6)),
        draw((2, 3)),
    ),
    "captured": (lambda x: x * np.full((2, 3), 2.0) + np.arange(3.0) * np.ones(3), draw((2, 3))),
    "constant": (lambda x: (np.ones(3), wg.zeros(2) + 1, x), draw((2,))),
    "stopped": (wg.grad(lambda x: wg.sum(x * wg.stop_gradient(wg.exp(x)))), draw((3,))),
    "nothing": (lambda x: x, draw((0, 2))),
    "empty": (lambda x: (wg.sum(x * 2, axis=0), wg.linalg.norm(x, axis=1), wg.exp(x)), draw((0, 2))),
    "products": (wg.value_and_grad(lambda x: wg.prod(x) + wg.sum(wg.cumprod(x))), draw((4,))),
    "choice": (wg.grad(lambda x: wg.max(x) + wg.sum(wg.sort(x)[:2]) + x[np.array([0, 2, 0])].sum()), draw((4,))),
}
