"""Random numbers are NumPy's, parameters are differentiated, and programs draw anew."""

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.simplify import simplified
from wengert.core.program import check
from wengert.transforms.trace import Stager, Tracer

CALLS = {
    "random": [((), {}), (((2, 3),), {}), ((4,), {"dtype": "float32"}), ((), {"dtype": np.float32})],
    "uniform": [((), {}), ((-1.0, 2.0, 5), {}), (([0.0, 1.0], 3.0), {}), ((np.zeros(2), np.ones((3, 2)), (3, 2)), {})],
    "normal": [((), {}), ((1.0, 2.0, (2, 3)), {}), (([0.0, 5.0], [1.0, 2.0]), {}), ((0, np.ones(2)), {"size": (3, 2)})],
    "standard_normal": [((), {}), ((3,), {}), (((2, 0), np.float32), {}), ((), {"dtype": "float32"})],
    "exponential": [((), {}), ((2.0, 3), {}), ((np.array([1.0, 3.0]),), {"size": (4, 2)})],
    "standard_exponential": [((), {}), ((3,), {"dtype": "float32"})],
    "integers": [
        ((5,), {}),
        ((2, 9, (2, 3)), {"endpoint": True}),
        ((256, None, 4), {"dtype": np.uint8}),
        ((2, None, 7, bool), {}),
        (([1, 2, 3], [[4], [5]]), {}),
    ],
    "permutation": [
        ((6,), {}),
        ((np.int64(4),), {}),
        ((np.linspace(0, 1, 5),), {}),
        ((np.ones((2, 4)).cumsum(1), 1), {}),
    ],
    "choice": [
        ((5,), {}),
        ((5, (2, 2)), {}),
        ((5, 3, False), {}),
        ((6, 4), {"replace": False, "shuffle": False}),
        ((3, 8), {"p": [0.2, 0.5, 0.3]}),
        ((np.linspace(0, 1, 5), 3), {}),
        ((np.arange(12.0).reshape(3, 4), 2), {"axis": 1, "replace": False}),
    ],
}


@pytest.mark.parametrize(("method", "args", "kwargs"), [(m, a, k) for m, calls in CALLS.items() for a, k in calls])
def test_draws_are_numpys(method, args, kwargs):
    ours, theirs = wg.random.default_rng(7), np.random.default_rng(7)
    for _ in range(2):
        found, expected = getattr(ours, method)(*args, **kwargs), getattr(theirs, method)(*args, **kwargs)
        assert isinstance(found, wg.Array)
        assert found.shape == np.shape(expected)
        asked = kwargs.get("dtype")
        assert found.dtype == (asked if asked is not None else np.asarray(expected).dtype)
        np.testing.assert_allclose(found.numpy(), expected, rtol=3e-16)  # moved and scaled in one rounding or two


def test_what_a_generator_is_made_from():
    for seed in (3, [1, 2], np.random.SeedSequence(5), np.random.PCG64(4)):
        first = wg.random.default_rng(seed)
        assert repr(first) == "Generator(PCG64)"
        assert wg.random.default_rng(first) is first
    theirs = np.random.default_rng(1)
    ours = wg.random.default_rng(theirs)
    assert ours.bit_generator is theirs.bit_generator
    ours.random()
    assert theirs.random() == np.random.default_rng(1).random(2)[1]
    assert wg.random.default_rng().random() != wg.random.default_rng().random()
    assert repr(wg.random.Generator(np.random.Philox(1))) == "Generator(Philox)"


# Derivatives


def seeded(draw):
    return lambda *parameters: draw(wg.random.default_rng(5), *parameters)


@pytest.mark.parametrize(
    ("draw", "parameters"),
    [
        (lambda rng, low, high: rng.uniform(low, high, (3, 2)), (np.array([0.0, 1.0]), 4.0)),
        (lambda rng, loc, scale: rng.normal(loc, scale), (np.array([0.0, 1.0]), np.array([[0.5], [2.0]]))),
        (lambda rng, scale: rng.exponential(scale, size=4), (1.5,)),
        (lambda rng, x: rng.permutation(x), (np.array([1.0, 2.0, 3.0]),)),
        (lambda rng, x: rng.choice(x, 4, p=[0.5, 0.25, 0.25]), (np.array([1.0, 2.0, 3.0]),)),
    ],
)
def test_parameters_are_differentiated(draw, parameters):
    wg.testing.check_grads(seeded(draw), parameters, order=2)


def test_draws_are_constants():
    x = wg.random.default_rng(0).normal(size=3)
    assert not x.requires_grad
    assert x.requires_grad_().requires_grad
    gradient = wg.grad(lambda s: wg.sum(s * wg.random.default_rng(0).normal(size=3)))(1.0)
    np.testing.assert_allclose(gradient.numpy(), np.random.default_rng(0).normal(size=3).sum())


def test_vmap_shares_a_draw():
    rng = wg.random.default_rng(0)
    found = wg.vmap(lambda loc: rng.normal(loc, 1.0, size=2))(wg.array([0.0, 10.0])).numpy()
    z = np.random.default_rng(0).normal(size=2)
    np.testing.assert_allclose(found, [z, 10 + z])


# Programs


def test_a_program_draws_anew():
    program = wg.trace(lambda x: x + wg.random.default_rng(3).normal(size=2))(wg.zeros(2))
    assert "draw(generator=Generator(PCG64), kind='normal', arguments=(0.0, 1.0, (2,)), shape=(2,)" in str(program)
    theirs = np.random.default_rng(3)
    theirs.normal(size=2)  # on tracing
    for _ in range(3):
        np.testing.assert_array_equal(program(wg.zeros(2)).numpy(), theirs.normal(size=2))


def test_a_draw_that_nobody_reads_is_performed():
    rng = wg.random.default_rng(3)

    def f(x):
        rng.random()
        return x * rng.random()

    program = wg.trace(f)(1.0).pruned()
    assert len(program.equations) == 3
    np.testing.assert_array_equal(program(1.0).numpy(), np.random.default_rng(3).random(4)[3])


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: f,
        wg.trace,
        wg.grad,
        wg.jacfwd,
        wg.checkpoint,
        lambda f: lambda x: wg.sum(wg.vmap(f)(x[None])),
    ],
)
def test_draws_in_a_transform_in_a_traced_function(transform):
    rng = wg.random.default_rng(3)

    def inner(x):
        return wg.sum(x * rng.random())

    def f(x):
        out = transform(inner)(x)
        return out(x) if isinstance(out, wg.Program) else out

    program = wg.trace(f)(wg.ones(1))
    first, second = program(wg.ones(1)), program(wg.ones(1))
    assert first.item() != second.item()
    assert program.equations[0].primitive.name in ("draw", "reshape", "checkpoint[inner]", "getitem", "expand_dims")


def test_a_program_with_draws_called_in_a_traced_function():
    rng = wg.random.default_rng(3)
    inner = wg.trace(lambda x: x + rng.random())(0.0)
    outer = wg.trace(lambda x: inner(x) + inner(x))(0.0)
    assert sum(e.primitive.name == "draw" for e in outer.equations) == 2
    assert outer(0.0).item() != outer(0.0).item()


def test_tracing_from_types_draws_nothing():
    rng = wg.random.default_rng(3)
    with Tracer() as level:
        out = level.input(np.zeros(2)) + rng.normal(0.0, 2.0, 2)
    program = level.program([out], None, None)
    check(program)
    assert rng.random() == np.random.default_rng(3).random()


def test_levels_each_write_the_draw_down():
    rng = wg.random.default_rng(3)
    with Stager() as outer, Tracer() as inner:
        x = rng.random(2)
    assert x._level is inner
    assert (len(outer.equations), len(inner.equations)) == (0, 1)
    with Stager() as outer, Stager() as inner:
        x = rng.random(2)
    assert (len(outer.equations), len(inner.equations)) == (1, 1)
    assert x._level is inner
    assert x._value._level is outer


def test_a_linearized_function_keeps_its_draws():
    rng = wg.random.default_rng(3)
    y, derivative = wg.linearize(lambda x: x * rng.random(), 1.0)
    assert derivative(1.0).item() == derivative(1.0).item() == y.item()
    program = wg.trace(lambda x: wg.linearize(lambda x: x * rng.random(), x)[1](1.0))(1.0)
    assert program(1.0).item() != program(1.0).item()


# Running again


def test_checkpoint_draws_once():
    rng = wg.random.default_rng(3)
    block = wg.checkpoint(lambda x: wg.sum(wg.sin(x * rng.normal(size=3))))
    z = np.random.default_rng(3).normal(size=(2, 3))
    value, gradient = wg.value_and_grad(block)(2.0)
    np.testing.assert_allclose(value.numpy(), np.sin(2 * z[0]).sum())
    np.testing.assert_allclose(gradient.numpy(), (np.cos(2 * z[0]) * z[0]).sum())
    second = wg.hessian(block)(2.0)
    np.testing.assert_allclose(second.numpy(), (-np.sin(2 * z[1]) * z[1] ** 2).sum())


def test_checkpoint_in_checkpoint_draws_once():
    rng = wg.random.default_rng(3)
    inner = wg.checkpoint(lambda x: wg.sin(x * rng.random()) * rng.random())
    outer = wg.checkpoint(lambda x: inner(inner(x * rng.random())))
    value, gradient = wg.value_and_grad(outer)(0.7)
    assert rng.random() == np.random.default_rng(3).random(6)[5]
    a, b, c, d, e = np.random.default_rng(3).random(5)
    u = np.sin(0.7 * a * b) * c
    np.testing.assert_allclose(value.numpy(), np.sin(u * d) * e)
    np.testing.assert_allclose(gradient.numpy(), np.cos(u * d) * d * e * np.cos(0.7 * a * b) * a * b * c)


def test_a_traced_gradient_of_a_checkpoint_draws_once():
    rng = wg.random.default_rng(3)
    program = wg.trace(wg.value_and_grad(wg.checkpoint(lambda x: x * rng.random())))(1.0)
    for _ in range(2):
        value, gradient = program(1.0)
        assert value.item() == gradient.item()
    twice = wg.value_and_grad(wg.trace(wg.checkpoint(lambda x: x * rng.random()))(1.0))
    value, gradient = twice(1.0)
    assert value.item() == gradient.item()


# Bad input


def test_bad_parameters():
    rng = wg.random.default_rng(0)
    with pytest.raises(ValueError, match="scale"):
        rng.normal(0.0, -1.0)
    with pytest.raises(ValueError, match="scale .* must not be negative"):
        rng.normal(0.0, wg.array([1.0, -1.0]))
    with pytest.raises(ValueError, match="high - low .* must not be negative"):
        rng.uniform(wg.ones(2), 0.0)
    with pytest.raises(wg.ShapeError, match="do not broadcast"):
        rng.normal(wg.zeros(3), size=2)
    with pytest.raises(wg.ShapeError, match="do not broadcast to size"):
        rng.normal(wg.zeros((2, 3)), size=3)
    with pytest.raises(wg.DTypeError, match="a shape must be"):
        rng.normal(size=2.5)
    with pytest.raises(TypeError, match="dtype"):
        rng.random(2, dtype=int)
    with pytest.raises(wg.ConversionError, match="probability"):
        wg.vmap(lambda p: rng.choice(2, p=p))(wg.full((3, 2), 0.5))


def test_simplifying_keeps_every_draw():
    rng = wg.random.default_rng(3)

    def f(x):
        rng.random()
        return x + (rng.random() - rng.random())

    program = simplified(wg.trace(f)(0.0))
    assert sum(e.primitive.name == "draw" for e in program.equations) == 3
    a = np.random.default_rng(3).random(6)
    np.testing.assert_array_equal(program(0.0).numpy(), a[4] - a[5])
