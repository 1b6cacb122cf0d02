import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg
from wengert.core.tree import flatten

RNG = np.random.default_rng(0)
P, X0, XS = np.array(0.7), np.array([0.3, 0.5]), RNG.normal(size=(5, 2))


def body(p: Any) -> Callable[..., Any]:
    def step(c: Any, x: Any) -> Any:
        return {"a": wg.sin(c["a"]) * p + x, "n": c["n"] + 1}, wg.exp(-c["a"] * x) * p * (c["n"] + 1)

    return step


def looped(p: Any, x0: Any, xs: Any, **options: Any) -> Any:
    carry, ys = wg.scan(body(p), {"a": x0, "n": 0}, xs, **options)
    return wg.sum(carry["a"]) * 2 + wg.sum(ys**2) + carry["n"]


def by_hand(p: Any, x0: Any, xs: Any, reverse: bool = False) -> Any:
    carry: Any = {"a": x0, "n": 0}
    total: Any = 0.0
    for i in reversed(range(len(xs))) if reverse else range(len(xs)):
        carry, y = body(p)(carry, xs[i])
        total = total + wg.sum(y**2)
    return wg.sum(carry["a"]) * 2 + total + carry["n"]


OPTIONS = [
    {},
    {"reverse": True},
    {"unroll": 2},
    {"unroll": 3, "reverse": True},
    {"checkpoints": 2},
    {"checkpoints": 1, "reverse": True},
]
for_all_options = pytest.mark.parametrize("options", OPTIONS, ids=str)


def reference(options: dict[str, Any]) -> Callable[..., Any]:
    return lambda *args: by_hand(*args, reverse=options.get("reverse", False))


@for_all_options
def test_value_and_gradient(staged: Any, options: dict[str, Any]) -> None:
    f = lambda *args: looped(*args, **options)  # noqa: E731
    staged.close(staged.everywhere(f, P, X0, XS), reference(options)(P, wg.array(X0), wg.array(XS)))
    gradient = staged.everywhere(wg.grad(f, argnums=(0, 1, 2)), P, X0, XS)
    staged.close(gradient, wg.grad(reference(options), argnums=(0, 1, 2))(P, X0, XS))


@for_all_options
def test_forward_mode(staged: Any, options: dict[str, Any]) -> None:
    f, args = (lambda *args: looped(*args, **options)), (P, X0, XS)
    ts = tuple(np.cos(x) for x in args)
    expected = wg.jvp(reference(options), args, ts)
    staged.close(staged.everywhere(lambda *ts: wg.jvp(f, args, ts), *ts), expected)
    staged.close(staged.everywhere(lambda *args: wg.jvp(f, args, ts), *args), expected)
    _, derivative = wg.linearize(f, *args)
    staged.close(derivative(*ts), expected[1])


@pytest.mark.parametrize("options", OPTIONS[:3], ids=str)
def test_second_order(staged: Any, options: dict[str, Any]) -> None:
    f, g = (lambda *args: looped(*args, **options)), reference(options)
    staged.close(staged.everywhere(wg.hessian(f, argnums=1), P, X0, XS), wg.hessian(g, argnums=1)(P, X0, XS))

    def reversed_twice(f: Any) -> Any:
        return wg.grad(lambda *a: wg.sum(wg.grad(f, argnums=1)(*a) ** 2), argnums=(0, 1, 2))

    staged.close(staged.everywhere(reversed_twice(f), P, X0, XS), reversed_twice(g)(P, X0, XS), 1e-9)
    forward = lambda f: wg.grad(lambda *a: wg.jvp(lambda x: f(a[0], x, a[2]), (a[1],), (a[1],))[1], argnums=(0, 1))  # noqa: E731
    staged.close(staged.everywhere(forward(f), P, X0, XS), forward(g)(P, X0, XS), 1e-9)


@for_all_options
def test_batches(staged: Any, options: dict[str, Any]) -> None:
    f, g = (lambda *args: looped(*args, **options)), reference(options)
    many = np.stack([X0, 2 * X0, -X0])
    for axes, args in [((None, 0, None), (P, many, XS)), ((0, None, None), (many[:, 0], X0, XS))]:
        staged.close(staged.everywhere(wg.vmap(f, in_axes=axes), *args), wg.vmap(g, in_axes=axes)(*args))
        both = [wg.vmap(wg.grad(h, argnums=(0, 1, 2)), in_axes=axes) for h in (f, g)]
        staged.close(staged.everywhere(both[0], *args), both[1](*args))
    stack = np.stack([XS, XS + 1], axis=1)
    staged.close(
        staged.everywhere(wg.vmap(f, in_axes=(None, None, 1)), P, X0, stack),
        wg.vmap(g, in_axes=(None, None, 1))(P, X0, stack),
    )
    over = lambda h: wg.grad(lambda p, m: wg.sum(wg.vmap(lambda x: h(p, x, XS))(m)), argnums=(0, 1))  # noqa: E731
    staged.close(staged.everywhere(over(f), P, many), over(g)(P, many))


def test_a_batch_leaves_alone_what_all_entries_share(staged: Any) -> None:
    def f(x: Any) -> Any:
        return wg.scan(lambda c, _: ((c[0] + 1, c[1] * x), c[0]), (0, 1.0), length=3)

    program = wg.trace(wg.vmap(f))(np.ones(4))
    inner = staged.nested(program)[1]
    assert [v.type.shape for v in inner.inputs] == [(4,), (), ()] or [v.type.shape for v in inner.inputs][-1] == (4,)
    staged.close(program(np.ones(4)), wg.vmap(f)(np.ones(4)))


def test_the_program_shows_the_body() -> None:
    program = wg.trace(lambda xs: wg.scan(lambda c, x: (c + x, c * x), 0.0, xs))(np.ones(3))
    assert str(program) == (
        "program(a: float64[3]) -> float64[], float64[3]:\n"
        "  b: float64[] is captured\n"
        "  c: float64[], d: float64[3] = scan(b, a, length=3, reverse=False, counts=(0, 1), checkpoints=None)\n"
        "    where body is program(a: float64[], b: float64[]) -> float64[], float64[]:\n"
        "      c: float64[] = add(a, b)\n"
        "      d: float64[] = multiply(a, b)\n"
        "      return c, d\n"
        "  return c, d"
    )


def test_a_gradient_is_two_scans_and_the_forward_one_runs_once(staged: Any) -> None:
    w = RNG.normal(size=(2, 2))

    def f(w: Any, x: Any) -> Any:
        return wg.sum(wg.scan(lambda c, x: (wg.tanh(w @ c + x), None), x, XS)[0])

    program = wg.trace(wg.grad(f, argnums=(0, 1)))(w, X0)
    scans = [e for e in program.equations if e.primitive.name == "scan"]
    assert len(scans) == 2
    assert [s.params["reverse"] for s in scans] == [False, True]
    back = staged.primitives(scans[1].params["body"])
    assert "tanh" not in back
    assert "transpose" not in back  # of the matrix, once before the loop
    assert staged.primitives(scans[0].params["body"]).count("matmul") == 1


def test_a_checkpointed_body_keeps_the_carries_alone(staged: Any) -> None:
    def f(x: Any) -> Any:
        return wg.sum(wg.scan(wg.checkpoint(lambda c, x: (wg.sin(wg.exp(wg.sin(c)) * x), wg.cos(c))), x, XS)[0])

    program = wg.trace(wg.grad(f))(X0)
    first, second = [e for e in program.equations if e.primitive.name == "scan"]
    stacks = [v for v in first.outputs if v.type.shape[:1] == (5,)]
    assert len([v for v in stacks if v in second.inputs]) == 1
    assert {"barrier", "exp", "sin"} <= set(staged.primitives(second.params["body"]))
    g = lambda x: wg.sum(wg.scan(lambda c, x: (wg.sin(wg.exp(wg.sin(c)) * x), wg.cos(c)), x, XS)[0])  # noqa: E731
    staged.close(staged.everywhere(wg.grad(f), X0), wg.grad(g)(X0))
    staged.close(staged.everywhere(wg.hessian(f), X0), wg.hessian(g)(X0))
    twice = lambda f: wg.grad(lambda x: wg.sum(wg.grad(f)(x) ** 2))  # noqa: E731
    staged.close(staged.everywhere(twice(f), X0), twice(g)(X0))


def test_checkpoints_bound_the_memory() -> None:
    x = np.ones(10_000)

    def peak(**options: Any) -> float:
        f = lambda x: wg.sum(wg.scan(lambda c, _: (wg.sin(c), None), x, length=60, **options)[0])  # noqa: E731
        tracemalloc.start()
        wg.grad(f)(x)
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found / x.nbytes

    assert peak() > 60
    assert peak(checkpoints=5) < 20


def test_backward_and_create_graph(staged: Any) -> None:
    x = wg.array(X0, requires_grad=True)
    looped(P, x, XS).backward(create_graph=True)
    staged.close(x.grad.detach(), wg.grad(by_hand, argnums=1)(P, X0, XS))
    program = wg.trace(looped)(P, X0, XS)
    y = wg.array(X0, requires_grad=True)
    program(P, y, XS).backward(create_graph=True)
    staged.close(y.grad.detach(), x.grad.detach())
    total, expected = wg.sum(y.grad**2), wg.grad(lambda x: wg.sum(wg.grad(by_hand, argnums=1)(P, x, XS) ** 2))(X0)
    y.grad = None
    total.backward()
    staged.close(y.grad.detach(), expected)


def test_captured_arrays_are_differentiated(staged: Any) -> None:
    def f(w: Any) -> Any:
        v = wg.exp(w)
        return wg.scan(lambda c, x: (c * v + x * w, v * c), 1.0, XS[:, 0])

    expected = wg.jacfwd(lambda w: f(w)[0])(P)
    staged.close(staged.everywhere(wg.grad(lambda w: f(w)[0]), P), expected)
    staged.close(staged.everywhere(wg.grad(lambda w: wg.sum(f(w)[1])), P), wg.jacfwd(lambda w: wg.sum(f(w)[1]))(P))
    w = wg.array(0.7, requires_grad=True)
    wg.trace(lambda x: f(w)[0] * x)(2.0)(1.0).backward()
    staged.close(w.grad, expected)


def test_rules_of_ones_own_in_the_body(staged: Any) -> None:
    calls = []

    @wg.custom_vjp
    def halved(x: Any) -> Any:
        return x * 1.0

    halved.defvjp(lambda x: (x * 1.0, None), lambda _, ct: (calls.append(1) or ct * 0.5,))
    f = lambda x: wg.scan(lambda c, _: (halved(c) * x, None), x, length=3)[0]  # noqa: E731
    staged.close(staged.everywhere(wg.grad(f), P), wg.array(0.7**3 * (1 + 0.5 + 0.25 + 0.125)))
    assert calls


def test_nested_loops(staged: Any) -> None:
    def f(x: Any, xs: Any) -> Any:
        def outer(c: Any, x: Any) -> Any:
            inner, ys = wg.scan(lambda d, y: (d * wg.cos(y * c), d), c, xs[:, 0])
            return wg.cond(wg.sum(inner) > 0, lambda: inner + x[0], lambda: c * x[1]), ys

        c, ys = wg.scan(outer, x, xs)
        return c * 2 + wg.sum(ys)

    for g in (f, wg.grad(f, argnums=(0, 1)), wg.hessian(f)):
        staged.everywhere(g, P, XS)
    wg.testing.check_grads(lambda x: f(x, XS), (P,), order=2)
    staged.everywhere(wg.vmap(f, in_axes=(0, None)), np.array([0.7, -1.5]), XS)
    staged.everywhere(wg.vmap(wg.grad(f), in_axes=(0, None)), np.array([0.7, -1.5]), XS)


def test_on_a_tape(staged: Any) -> None:
    program, x = wg.trace(looped)(P, X0, XS), wg.array(X0, requires_grad=True)
    with wg.record() as tape, wg.detect_anomaly():
        y = program(P, x, XS)
    first = next(line for line in str(tape).splitlines() if " = " in line)
    assert " = scan(" in first
    tape.backward(y)
    staged.close(x.grad, wg.grad(by_hand, argnums=1)(P, X0, XS))
    assert "scan" in staged.primitives(wg.program_of(program(P, x, XS)))
    with wg.detect_anomaly():
        staged.close(wg.grad(program, argnums=1)(P, X0, XS), x.grad)
        bad = wg.trace(lambda x: wg.scan(lambda c, _: (wg.sqrt(c), None), x, length=2)[0])(1.0)
        with pytest.raises(wg.AnomalyError, match="scan"):
            wg.grad(bad)(0.0)


# -- Containers, dtypes, lengths ---------------------------------------------------------------------------------------


def test_no_steps(staged: Any) -> None:
    f = lambda c, xs: wg.scan(lambda c, x: (c * 2.0, {"y": c + x[0], "n": 1}), c, xs)  # noqa: E731
    carry, ys = staged.everywhere(f, X0, np.ones((0, 3)))
    staged.close(carry, wg.array(X0))
    staged.close(ys, {"y": wg.zeros((0, 2)), "n": wg.zeros(0, dtype=int)})
    staged.close(
        staged.everywhere(wg.grad(lambda c, xs: wg.sum(f(c, xs)[0]), argnums=(0, 1)), X0, np.ones((0, 3))),
        (wg.ones(2), wg.ones((0, 3))),
    )


def test_integers_and_complex_numbers_are_carried(staged: Any) -> None:
    def f(x: Any) -> Any:
        step = lambda c, k: ((c[0] + k, c[1] * (1j + x)), c[0] * 2)  # noqa: E731
        (n, z), ks = wg.scan(step, (0, 1 + 0j), np.arange(4))
        return wg.real(z * wg.conj(z)) + n + wg.sum(ks)

    staged.close(staged.everywhere(f, P), wg.array((1 + 0.49) ** 4 + 6 + 2 * (0 + 0 + 1 + 3)))
    staged.close(staged.everywhere(wg.grad(f), P), wg.array(4 * (1 + 0.49) ** 3 * 2 * 0.7))
    whole = np.array(0.7 + 0.2j)
    power = lambda z: wg.scan(lambda c, _: (c * z, None), z, length=3)[0]  # noqa: E731
    staged.close(
        staged.everywhere(wg.grad(lambda z: wg.real(power(z))), whole), wg.grad(lambda z: wg.real(z**4))(whole)
    )


def test_nothing_to_differentiate(staged: Any) -> None:
    f = lambda x: x * wg.scan(lambda c, k: (c + k, None), 0, np.arange(4))[0]  # noqa: E731
    staged.close(staged.everywhere(wg.grad(f), P), wg.array(6.0))
    g = lambda x: wg.scan(lambda c, _: (wg.stop_gradient(c) * x, None), x, length=2)[0]  # noqa: E731
    staged.close(staged.everywhere(wg.grad(g), P), wg.array(0.49))


def test_a_number_becomes_an_array_of_the_dtype_of_the_results(staged: Any) -> None:
    f = lambda xs: wg.scan(lambda c, x: (c + x, c), 0, xs)  # noqa: E731
    carry, ys = staged.everywhere(f, XS[:, 0])
    assert carry.dtype == ys.dtype == np.float64
    staged.close(staged.everywhere(f, np.arange(3))[0], wg.array(3))
    assert staged.everywhere(f, XS[:, 0] * 1j)[0].dtype == np.complex128
    assert (
        staged.everywhere(
            lambda x: wg.scan(lambda c, _: (c * x, None), wg.ones((), dtype="float32"), length=2)[0], np.float32(2)
        ).dtype
        == "float32"
    )


def test_no_arrays(staged: Any) -> None:
    assert wg.scan(lambda c, x: (c, x), None, None, 3) == (None, None)
    staged.close(wg.scan(lambda c, x: (c, x), (), wg.ones(3)), ((), wg.ones(3)))
    staged.close(wg.trace(lambda x: wg.scan(lambda c, _: (c, None), (), length=2) and x)(1.0)(2.0), wg.array(2.0))


def test_a_body_that_looks_at_values_is_run_in_python(staged: Any) -> None:
    def f(x: Any) -> Any:
        return wg.scan(lambda c, x: (c * 2 if c > 1 else c * x, c), x, XS[:, 0])[0]

    program = wg.trace(f)(P)
    assert "scan" not in staged.primitives(program)
    staged.close(program(P), f(P))
    with pytest.raises(wg.ConversionError, match=r"wg\.cond"):
        staged.lazily(f, P)
    with pytest.raises(wg.ConversionError, match=r"wg\.cond"):
        wg.scan(lambda c, x: (c * 2 if c > 1 else c * x, c), 1.0, wg.ones(0))


def test_without_recording(staged: Any) -> None:
    def f(x: Any) -> Any:
        with wg.no_grad():
            y = wg.scan(lambda c, _: (c * x, None), x, length=2)[0]
        return x * y

    staged.close(staged.everywhere(wg.grad(f), P), wg.array(0.7**3))

    def g(x: Any) -> Any:
        def step(c: Any, _: Any) -> Any:
            with wg.no_grad():
                d = c * 2
            return d * x, None

        return wg.scan(step, x, length=2)[0]

    staged.close(staged.everywhere(wg.grad(g), P), wg.array(8 * 0.49 / 2))


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from([None, 1, 2, 3]),
    st.integers(0, 2),
    st.lists(st.sampled_from(["sin", "p", "x", "where", "square", "n"]), min_size=1, max_size=5),
)
def test_random_bodies(
    staged: Any, length: int, reverse: bool, checkpoints: int | None, width: int, words: list[str]
) -> None:
    words_of = {
        "sin": lambda c, x, p, n: wg.sin(c),
        "p": lambda c, x, p, n: c * p,
        "x": lambda c, x, p, n: c + x,
        "where": lambda c, x, p, n: wg.where(c > 0.2, c * x, c),
        "square": lambda c, x, p, n: c * c / 2,
        "n": lambda c, x, p, n: c / (n + 1),
    }

    def step(p: Any) -> Any:
        def run(state: Any, x: Any) -> Any:
            c, n = state
            for word in words:
                c = words_of[word](c, x, p, n)
            return (c, n + 1), c * c

        return run

    def f(p: Any, c: Any, xs: Any) -> Any:
        (c, _), ys = wg.scan(step(p), (c, 0), xs, reverse=reverse, checkpoints=checkpoints)
        return wg.sum(c) + wg.sum(ys * ys)

    def g(p: Any, c: Any, xs: Any) -> Any:
        state, total = (c, 0), 0.0
        for i in reversed(range(length)) if reverse else range(length):
            state, y = step(p)(state, xs[i])
            total = total + wg.sum(y * y)
        return wg.sum(state[0]) + total

    args = (P, np.linspace(0.1, 0.9, width), np.linspace(-1, 1, length * width).reshape(length, width))
    every = (0, 1, 2)
    staged.close(staged.everywhere(f, *args), wg.asarray(g(*map(wg.array, args))) * 1.0)
    staged.close(staged.everywhere(wg.grad(f, every), *args), wg.grad(g, every)(*args))


# -- Bad input ---------------------------------------------------------------------------------------------------------


def in_python(f: Callable[[], Any]) -> Any:
    return f()


def in_a_program(f: Callable[[], Any]) -> Any:
    return wg.trace(lambda x: f())(1.0)


@pytest.mark.parametrize("run", [in_python, in_a_program])
def test_bad_input(run: Callable[..., Any]) -> None:
    xs = np.ones(3)
    with pytest.raises(wg.DTypeError, match="expected a function, not 3"):
        run(lambda: wg.scan(3, 0.0, xs))  # type: ignore[arg-type]
    with pytest.raises(wg.TreeError, match=r"must return a pair \(carry, y\), not Array"):
        run(lambda: wg.scan(lambda c, x: c, 0.0, xs))  # type: ignore[arg-type,return-value]
    with pytest.raises(wg.TreeError, match="a tuple of 3"):
        run(lambda: wg.scan(lambda c, x: (c, x, x), 0.0, xs))  # type: ignore[arg-type,return-value]
    with pytest.raises(wg.TreeError, match="carry of the structure"):
        run(lambda: wg.scan(lambda c, x: ((c, c), None), 0.0, xs))
    with pytest.raises(
        wg.ShapeError, match=r"type of carry\['a'\]\[1\] from float64\[\] to float64\[2\]; it must stay"
    ):
        run(lambda: wg.scan(lambda c, x: ({"a": (c["a"][0], wg.ones(2))}, None), {"a": (0.0, 1.0)}, xs))
    with pytest.raises(wg.DTypeError, match=r"type of carry from int64\[\] to float64\[\].*begin with float64"):
        run(lambda: wg.scan(lambda c, x: (c + x, None), wg.array(1), xs))
    with pytest.raises(wg.DTypeError, match=r"from float64\[\] to int64\[\]"):
        run(lambda: wg.scan(lambda c, x: (1, None), 0.0, xs))
    with pytest.raises(wg.ShapeError, match=r"one length, but xs\['a'\] has 3, xs\['b'\] has 2"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0, {"a": xs, "b": xs[:2]}))
    with pytest.raises(wg.ShapeError, match="length=2, but xs has 3 entries"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0, xs, length=2))
    with pytest.raises(wg.TreeError, match="number of steps"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0))
    with pytest.raises(wg.ShapeError, match="must not be negative"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0, length=-1))
    with pytest.raises(wg.DTypeError, match="length must be an integer, not 1.5"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0, length=1.5))  # type: ignore[arg-type]
    with pytest.raises(wg.ShapeError, match="xs has no axis"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0, 1.0))
    with pytest.raises(wg.DTypeError, match="an array to scan must be an array or a number, not 'text'"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0, "text"))
    with pytest.raises(wg.DTypeError, match="a result of scan must be an array"):
        run(lambda: wg.scan(lambda c, x: (c, "text"), 0.0, xs))
    with pytest.raises(ValueError, match="positive number of carries, not 0"):
        run(lambda: wg.scan(lambda c, x: (c, None), 0.0, xs, checkpoints=0))


def test_results_that_change() -> None:
    seen: list[int] = []

    def step(c: Any, x: Any) -> Any:
        seen.append(1)
        return c, wg.ones(len(seen))

    with pytest.raises(wg.ShapeError, match=r"results of scan must have one shape, not \(1,\), then \(2,\)"):
        wg.scan(step, 0.0, length=2)


# ---------------------------------------------------------------------------------------------------------------------
# Several steps at once
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("unroll", [1, 2, 3, 7, 20])
def test_unrolled_steps_give_the_same(unroll: int, reverse: bool) -> None:
    def f(w, x, **how):
        def step(carry, entry):
            total, count = carry
            a, (b,) = entry["a"], entry["b"]
            return (w * total + a * b, count + 1), {"total": total, "all": (a * total, count)}

        xs = {"a": x, "b": (wg.stack([x, x**2], axis=1),)}
        return wg.scan(step, (wg.zeros(2), 0), xs, reverse=reverse, **how)

    w, x = wg.array([0.5, -0.8]), wg.linspace(0.0, 1.0, 7)
    expected, unrolled = f(w, x), wg.compile(lambda w, x: f(w, x, unroll=unroll))(w, x)
    for a, b in zip(flatten(unrolled)[0], flatten(expected)[0], strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-14)

    def loss(w, x, **how):
        (total, _), ys = f(w, x, **how)
        return wg.sum(total**2) + wg.sum(ys["all"][0] ** 2)

    gradient = wg.compile(wg.grad(lambda w, x: loss(w, x, unroll=unroll), (0, 1)))(w, x)
    for a, b in zip(gradient, wg.grad(loss, (0, 1))(w, x), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-13)


def test_unrolling_without_arrays_and_with_checkpoints() -> None:
    def f(x, **how):
        return wg.scan(lambda c, _: (wg.sin(c) + x, None), x, length=10, **how)[0]

    x = wg.array([0.3, 0.7])
    for how in ({"unroll": 4}, {"unroll": 4, "checkpoints": 2}, {"unroll": 5}, {"unroll": 11}):
        derived = wg.compile(wg.jacobian(lambda x, how=how: f(x, **how)))(x)
        np.testing.assert_allclose(derived.numpy(), wg.jacobian(f)(x).numpy(), rtol=1e-13)


@pytest.mark.parametrize("unroll", [0, -1, 1.5, None])
def test_unroll_is_a_number_of_steps(unroll) -> None:
    with pytest.raises(ValueError, match="unroll must be a positive number of steps"):
        wg.scan(lambda c, x: (c, x), 0.0, wg.ones(3), unroll=unroll)


def test_results_of_unrolled_steps_must_fit_together() -> None:
    def f(x):
        shapes = iter([(2,), (3,)] * 10)
        return wg.scan(lambda c, e: (c, wg.zeros(next(shapes))), x, wg.ones(4), unroll=2)

    with pytest.raises(wg.ShapeError, match="must have one type"):
        wg.compile(f)(wg.array(0.0))


@pytest.mark.parametrize("number", [0, True])
def test_a_number_may_become_wider_while_unrolling(number) -> None:
    def f(x, **how):
        return wg.scan(lambda c, x: (c + 1.5, c), number, x, **how)

    x = wg.arange(7.0)
    for a, b in zip(wg.compile(lambda x: f(x, unroll=3))(x), f(x), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_mistakes_in_unrolled_steps_are_named() -> None:
    for body, error, message in (
        (lambda c, x: c, wg.TreeError, "must return a pair"),
        (lambda c, x: (c[:1], x), wg.ShapeError, "changes the type of"),
        (lambda c, x: ((c, c), x), wg.TreeError, "of the structure that it was given"),
    ):
        with pytest.raises(error, match=message):
            wg.compile(lambda x, body=body: wg.scan(body, x[:2], x, unroll=3))(wg.arange(7.0))
