"""Control flow and transforms: what they make of functions, beside PyTorch's own loops and derivatives."""

import torch

import wengert as wg

from .inputs import arrays, between, each, normal
from .operation import operation

moderate = between(-2.0, 2.0)


def _rotated(x, module):
    """A smooth function of vectors whose derivatives of all orders are full."""
    return module.sin(x) * module.sum(module.exp(0.3 * x), -1) + module.cos(x) ** 2


def _energy(x, module):
    return module.sum(module.sin(x) * module.roll(x, 1, -1) ** 2)


def _matrix_and_vectors(random):
    n, steps = (int(i) for i in random.integers(1, 5, 2))
    return [0.5 * normal(random, (n, n)), normal(random, (n,)), normal(random, (steps, n))], {}


def _recurrent(w, h, inputs):
    hidden = []
    for x in inputs:
        h = torch.tanh(w @ h + x)
        hidden.append(h)
    return h, torch.stack(hidden)


def _recurrent_scan(w, h, inputs):
    def step(h, x):
        h = wg.tanh(w @ h + x)
        return h, h

    last, hidden = wg.scan(step, h, inputs)
    return last, hidden


def _grown(x):
    while x.square().sum() < 100:
        x = 1.5 * x + 0.1 * torch.sin(x)
    return x


def _grown_in_loop(x):
    return wg.while_loop(lambda x: wg.sum(x**2) < 100, lambda x: 1.5 * x + 0.1 * wg.sin(x), x)


def _iterated(x):
    for i in range(5):
        x = x - 0.1 * i * torch.sin(x)
    return x


def _chosen(x):
    return torch.sin(x) if x.sum() > 0 else x**3


def _chosen_by_cond(x):
    return wg.cond(wg.sum(x) > 0, wg.sin, lambda x: x**3, x)


def _quadratic(x):
    return torch.stack([torch.outer(r, r) @ torch.cos(r) for r in x])


def _directed(random):
    n = int(random.integers(1, 5))
    return [normal(random, (n,)), normal(random, (n,))], {}


class _Doubled(torch.autograd.Function):
    """A sine whose derivative is said to be twice as large."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(context, cotangent):
        (x,) = context.saved_tensors
        return 2 * cotangent * torch.cos(x)


@wg.custom_vjp
def _doubled(x):
    return wg.sin(x)


_doubled.defvjp(lambda x: (wg.sin(x), x), lambda x, cotangent: (2 * cotangent * wg.cos(x),))


def _vectors_of(n):
    return each(lambda random: ([normal(random, (n,))], {}))


VECTORS = arrays(least=1, most=1)


def _second(x, v):
    _, product = torch.autograd.functional.hvp(lambda x: _energy(x, torch), x, v, create_graph=True)
    return product


OPERATIONS = [
    operation("cond", _chosen, arrays(moderate), wengert=_chosen_by_cond),
    operation("while_loop", _grown, arrays(between(0.5, 2.0)), wengert=_grown_in_loop),
    operation(
        "fori_loop",
        _iterated,
        arrays(),
        wengert=lambda x: wg.fori_loop(0, 5, lambda i, x: x - 0.1 * i * wg.sin(x), x),
    ),
    operation("scan", _recurrent, each(_matrix_and_vectors), wengert=_recurrent_scan),
    operation(
        "vmap",
        _quadratic,
        arrays(least=2, most=2),
        wengert=lambda x: wg.vmap(lambda r: wg.outer(r, r) @ wg.cos(r))(x),
    ),
    operation(
        "checkpoint",
        lambda x: _rotated(x, torch),
        VECTORS,
        wengert=lambda x: wg.checkpoint(lambda x: _rotated(x, wg))(x),
    ),
    operation(
        "grad",
        lambda x: torch.autograd.grad(_energy(x, torch), x, create_graph=True)[0],
        VECTORS,
        wengert=lambda x: wg.grad(lambda x: _energy(x, wg))(x),
    ),
    operation(
        "jacobian",
        lambda x: torch.autograd.functional.jacobian(lambda x: _rotated(x, torch), x, create_graph=True),
        VECTORS,
        wengert=lambda x: wg.jacobian(lambda x: _rotated(x, wg))(x),
    ),
    operation(
        "jacfwd",
        lambda x: torch.autograd.functional.jacobian(lambda x: _rotated(x, torch), x, create_graph=True),
        VECTORS,
        wengert=lambda x: wg.jacfwd(lambda x: _rotated(x, wg))(x),
    ),
    operation(
        "hessian",
        lambda x: torch.autograd.functional.hessian(lambda x: _energy(x, torch), x, create_graph=True),
        VECTORS,
        wengert=lambda x: wg.hessian(lambda x: _energy(x, wg))(x),
    ),
    operation(
        "jvp",
        lambda x, v: torch.autograd.functional.jvp(lambda x: _rotated(x, torch), x, v, create_graph=True),
        each(_directed),
        wengert=lambda x, v: wg.jvp(lambda x: _rotated(x, wg), (x,), (v,)),
    ),
    operation(
        "vjp",
        lambda x, v: torch.autograd.functional.vjp(lambda x: _rotated(x, torch), x, v, create_graph=True),
        each(_directed),
        wengert=lambda x, v: (_rotated(x, wg), wg.vjp(lambda x: _rotated(x, wg), x)[1](v)[0]),
    ),
    operation("hvp", _second, each(_directed), wengert=lambda x, v: wg.hvp(lambda x: _energy(x, wg), (x,), (v,))),
    operation(
        "jacrev",
        lambda x: torch.autograd.functional.jacobian(lambda x: _rotated(x, torch), x, create_graph=True),
        VECTORS,
        wengert=lambda x: wg.jacrev(lambda x: _rotated(x, wg))(x),
    ),
    operation(
        "value_and_grad",
        lambda x: (_energy(x, torch), torch.autograd.grad(_energy(x, torch), x, create_graph=True)[0]),
        VECTORS,
        wengert=lambda x: wg.value_and_grad(lambda x: _energy(x, wg))(x),
    ),
    operation("stop_gradient", lambda x: x.detach() * x**2, arrays(), wengert=lambda x: wg.stop_gradient(x) * x**2),
    operation("compile", lambda x: _energy(x, torch), _vectors_of(3), wengert=wg.compile(lambda x: _energy(x, wg))),
    operation("custom_vjp", _Doubled.apply, arrays(), wengert=_doubled),
]
