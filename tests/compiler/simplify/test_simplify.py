"""Whole programs: simplified, they type-check and compute the same; and read as one would write them."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.simplify import STAGES, simplified
from wengert.core.primitive import Primitive, registry
from wengert.core.program import Equation, Program, Variable, check
from wengert.core.types import ArrayType

from .programs import NETWORK, PROGRAMS, block, clipped_square, draw, network, traced, wave

FLOAT = np.dtype(float)
VECTOR = ArrayType((3,), FLOAT)


def primitives(program: Program) -> list[str]:
    return [equation.primitive.name for equation in program.equations]


def types(atoms: Any) -> list[Any]:
    return [a.type if isinstance(a, Variable) else a for a in atoms]


def agree(after: Program, before: Program, arguments: Any) -> None:
    check(after)
    assert types(after.inputs) == types(before.inputs)
    assert types(after.outputs) == types(before.outputs)
    assert after.out_tree == before.out_tree
    with np.errstate(all="ignore"):
        found, expected = after.evaluate(*arguments), before.evaluate(*arguments)
    for a, b in zip(found, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        tolerance = 1e-5 if b.dtype == "float32" else 1e-13
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.fixture(params=PROGRAMS)
def case(request: pytest.FixtureRequest) -> tuple[Program, Any]:
    function, arguments = PROGRAMS[request.param]
    return traced(function, *arguments), arguments


def test_a_simplified_program_computes_the_same(case: tuple[Program, Any]) -> None:
    program, arguments = case
    after = simplified(program)
    agree(after, program, arguments)
    assert len(after.equations) <= len(program.equations) + 12


def test_each_stage_computes_the_same(case: tuple[Program, Any]) -> None:
    program, arguments = case
    for stage in (*STAGES.values(), *STAGES.values()):
        before, program = program, stage(program)
        agree(program, before, arguments)


@pytest.mark.parametrize("off", STAGES)
def test_each_stage_can_be_left_out(case: tuple[Program, Any], off: str) -> None:
    program, arguments = case
    agree(simplified(program, off={off}), program, arguments)


@pytest.mark.parametrize("only", STAGES)
def test_each_stage_works_alone(case: tuple[Program, Any], only: str) -> None:
    program, arguments = case
    agree(simplified(program, off=set(STAGES) - {only}), program, arguments)


def test_a_simplified_program_stays_as_it_is(case: tuple[Program, Any]) -> None:
    once = simplified(case[0])
    assert simplified(once) is once


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-310, 1e200])
def test_special_values_keep_their_meaning(special: float) -> None:
    for name in ("wave", "masked root", "norm", "network", "polynomial"):
        function, arguments = PROGRAMS[name]
        program = traced(function, *arguments)
        arguments = [np.array(x) for x in arguments]
        for x in arguments:
            x.flat[1] = special
        after = simplified(program)
        with np.errstate(all="ignore"):
            for a, b in zip(after.evaluate(*arguments), program.evaluate(*arguments), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-300, err_msg=name)


def test_a_stage_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no stage is called fuse; there are inline, constants"):
        simplified(traced(wg.exp, 1.0), off=["fuse"])


# ---------------------------------------------------------------------------------------------------------------------
# Stages
# ---------------------------------------------------------------------------------------------------------------------


def test_inline_leaves_no_call_and_no_stop_gradient() -> None:
    program = traced(lambda x: block(x) + clipped_square(x), np.ones(3))
    assert any(e.primitive.call for e in program.equations)
    after = STAGES["inline"](program)
    assert not any(e.primitive.call for e in after.equations)
    agree(after, program, draw((3,)))
    stopped = traced(lambda x: wg.stop_gradient(x) * 2, np.ones(3))
    assert primitives(STAGES["inline"](stopped)) == ["multiply"]


def test_a_call_may_be_inlined_twice() -> None:
    inner = traced(lambda x: x * np.arange(3.0), np.ones(3))
    call = next(
        e.primitive for e in traced(wg.checkpoint(wg.sin), np.ones(3)).equations if e.primitive.family == "call"
    )
    x, y, z = Variable(VECTOR), Variable(VECTOR), Variable(VECTOR)
    params = {"program": inner}
    program = Program((x,), (Equation(call, (x,), params, (y,)), Equation(call, (y,), params, (z,))), (z,))
    after = STAGES["inline"](program)
    check(after)
    np.testing.assert_array_equal(after.evaluate(np.ones(3))[0], [0.0, 1.0, 4.0])
    assert len(STAGES["common"](STAGES["constants"](after)).constants) == 1


def test_constants_become_numbers() -> None:
    program = traced(lambda x: x * np.full(3, 2.5) + np.zeros(3), np.ones(3))
    after = STAGES["constants"](program)
    assert not after.constants
    assert [e.inputs[1] for e in after.equations] == [2.5, 0.0]


def test_a_number_does_not_change_the_dtype_in_which_a_comparison_is_made() -> None:
    program = traced(lambda x: x == np.full(3, 0.1), np.ones(3, "float32"))
    after = simplified(program)
    assert after.evaluate(np.full(3, 0.1, "float32"))[0].tolist() == [False] * 3


def test_what_gives_the_result_its_shape_stays() -> None:
    program = traced(lambda x: x * np.full((2, 3), 2.0), np.ones(3))
    assert primitives(simplified(program)) == ["multiply", "broadcast_to"]


def test_signs_of_zeros_and_nans_are_told_apart() -> None:
    for array in (np.array([0.0, -0.0]), np.array([np.nan, 0.0])):
        program = traced(lambda x, array=array: x * array, np.ones(2))
        assert len(simplified(program).constants) == 1


def test_small_constants_are_computed_now() -> None:
    program = traced(lambda x: x + wg.exp(wg.cumsum(wg.array(np.arange(3.0)))) * 2, np.ones(3))
    assert primitives(simplified(program)) == ["add"]


def test_what_cannot_be_computed_now_is_left_to_fail_then() -> None:
    bad = wg.array(-np.eye(2) + np.ones((2, 2)))
    x, out = Variable(ArrayType((2, 2), FLOAT)), Variable(ArrayType((2, 2), FLOAT))
    program = Program((), (Equation(registry["cholesky"], (x,), {}, (out,)),), (out,), {x: bad.numpy()})
    assert primitives(simplified(program)) == ["cholesky"]


def test_common_knows_order_numbers_and_slices() -> None:
    def function(x: Any, y: Any) -> Any:
        return x * y + y * x, x[1:] - x[1:], (x + 0.0) * (x + -0.0) * (x + 1)

    program = traced(function, *draw((3,), (3,)))
    assert primitives(STAGES["common"](program)).count("getitem") == 1
    assert primitives(STAGES["common"](program)).count("add") == 4
    assert len(STAGES["dead"](STAGES["common"](program)).equations) == len(program.equations) - 2


def effect(name: str, outputs: int, call: Callable[..., Any] | None = None, family: str = "effect") -> Primitive:
    """A primitive that does something: it is not to be registered."""
    sine = registry["sin"]

    def type_rule(*inputs: ArrayType, **params: Any) -> tuple[ArrayType, ...]:
        return (VECTOR,) * outputs

    def unused(*_: Any) -> Any:
        raise AssertionError

    return Primitive(
        name, family, lambda *xs, **p: (np.ones(3),) * outputs, type_rule, None, None, sine.batch, unused, (),
        multiple=True, call=call,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("primitive", "outputs"),
    [
        (effect("guard", 0, family="control"), 0),
        (effect("barrier", 1), 1),
        (effect("draw", 1, call=lambda *_: None, family="call"), 1),
    ],
    ids=lambda p: getattr(p, "name", str(p)),
)
def test_effects_stay_and_stay_apart(primitive: Primitive, outputs: int) -> None:
    x = Variable(VECTOR)
    equations = tuple(Equation(primitive, (x,), {}, tuple(Variable(VECTOR) for _ in range(outputs))) for _ in range(3))
    program = Program((x,), equations, (x,))
    assert simplified(program) is program
    captured = Program((), equations, (), {x: np.ones(3)})
    assert len(simplified(captured).equations) >= 3


def test_bodies_are_simplified_too() -> None:
    body = traced(lambda x: x * 1 + wg.stop_gradient(x) * np.ones(3), np.ones(3))
    loop = effect("loop", 1, family="control")
    x, y = Variable(VECTOR), Variable(VECTOR)
    program = Program((x,), (Equation(loop, (x,), {"body": body, "branches": (body, body)}, (y,)),), (y,))
    (equation,) = simplified(program).equations
    for inner in (equation.params["body"], *equation.params["branches"]):
        assert str(inner) == "program(a: float64[3]) -> float64[3]:\n  b: float64[3] = multiply(2, a)\n  return b"
    assert simplified(simplified(program)) is not program


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128", "int64"])
def test_expansions_agree_with_evaluation(dtype: str) -> None:
    random = np.random.default_rng(0)
    x = (random.normal(size=(4, 3)) * 3).astype(dtype)
    cases: list[Callable[[Any], Any]] = [
        lambda x: wg.linalg.norm(x, axis=0),
        lambda x: wg.special.logsumexp(x, axis=1),
        lambda x: wg.special.logsumexp(x, axis=1, keepdims=True),
        lambda x: wg.special.logsumexp(x),
        lambda x: wg.square(x),
        lambda x: wg.einsum("ij,kj->ik", x, x),
    ]
    if dtype != "complex128":
        cases.append(lambda x: wg.clip(x, -1, 2))
    for case in cases:
        program = traced(case, x)
        after = STAGES["expand"](program)
        assert not {"norm", "logsumexp", "square", "einsum", "clip"} & set(primitives(after))
        agree(after, program, [x])


def test_expansions_keep_infinities() -> None:
    rows = np.array([[np.inf, 1.0], [-np.inf, -np.inf], [np.nan, 1.0], [-np.inf, 1.0], [1e308, -1e308]])
    for function in (lambda x: wg.special.logsumexp(x, axis=1), lambda x: wg.clip(x, -1.0, np.nan)):
        program = traced(function, rows)
        with np.errstate(all="ignore"):
            np.testing.assert_array_equal(simplified(program).evaluate(rows)[0], program.evaluate(rows)[0])


SUBSCRIPTS = [
    *("ij,jk->ik", "ij,jk->ki", "ij,j->i", "i,ij->j", "i,i->", "ij,ij->", "ij,ij->j", "i,j->ij", "i,j->ji", ",i->i"),
    *("ij,ij->ij", "ij,ji->ij", "bij,bjk->bik", "bij,jk->bik", "ij,bjk->bik", "bij,bkj->bki", "bij,cij->bc", ",->"),
    *("bij,cij->cb", "ij->ji", "ij->j", "ij->", "i->i", "ij,kl->il", "ij,k->k", "ijk,kl->jil", "ib,ib->b", "ib,bi->b"),
    *("i,bij->bj", "i,j->", "bi,bj->bij", "ij,->j"),
]


@pytest.mark.parametrize("subscripts", SUBSCRIPTS)
def test_einsum_of_one_or_two_is_written_out(subscripts: str) -> None:
    sizes = dict(zip("abcijkl", range(2, 9), strict=True))
    terms = subscripts.split("->")[0].split(",")
    arguments = draw(*[tuple(sizes[c] for c in term) for term in terms])
    program = traced(lambda *xs: registry["einsum"](*xs, subscripts=subscripts), *arguments)
    after = STAGES["expand"](program)
    assert "einsum" not in primitives(after)
    agree(after, program, arguments)
    agree(simplified(program), program, arguments)


def test_nothing_is_absorbed_where_nothing_is_infinite() -> None:
    def function(x: Any, y: Any) -> Any:
        absorb = registry["absorbing_multiply"]
        return (
            absorb(wg.tanh(x), wg.exp(-x * x)),
            absorb(x, wg.cos(wg.tanh(x))),
            absorb(x, wg.exp(x)),  # infinite where x is large
            absorb(wg.tanh(y), wg.exp(-x * x)),  # 0 where y is, even where x is NaN
            absorb(x, wg.sin(x)),  # NaN where x is infinite
        )

    program = traced(function, *draw((3,), (3,)))
    after = simplified(program)
    assert primitives(after).count("absorbing_multiply") == 3
    with np.errstate(all="ignore"):
        for x in ([np.nan, np.inf, 1.0], [0.0, -np.inf, -0.0]):
            arguments = [np.array(x), np.zeros(3)]
            for a, b in zip(after.evaluate(*arguments), program.evaluate(*arguments), strict=True):
                np.testing.assert_array_equal(a, b)


# ---------------------------------------------------------------------------------------------------------------------
# Size
# ---------------------------------------------------------------------------------------------------------------------


def test_a_long_program_takes_seconds() -> None:
    x = Variable(VECTOR)
    atoms, equations = x, []
    for i in range(20_000):
        out = Variable(VECTOR)
        name = ("sin", "negative", "multiply", "add")[i % 4]
        inputs = (atoms, x) if i % 4 > 1 else (atoms,)
        equations.append(Equation(registry[name], inputs, {}, (out,)))
        atoms = out
    program = Program((x,), tuple(equations), (atoms,))
    start = time.perf_counter()
    after = simplified(program)
    assert time.perf_counter() - start < 10
    check(after)
    assert 10_000 < len(after.equations) <= 20_000


# ---------------------------------------------------------------------------------------------------------------------
# As one would write it
# ---------------------------------------------------------------------------------------------------------------------


def test_the_gradient_of_a_wave() -> None:
    assert str(simplified(traced(wg.value_and_grad(wave), *draw((5,))))) == WAVE.strip()


def test_the_gradient_of_a_network() -> None:
    program = traced(wg.value_and_grad(network, argnums=(0, 1, 2)), *NETWORK)
    _, body = str(simplified(program)).split("\n", 1)
    assert body == NET.strip("\n")


def test_the_gradient_of_a_dot_product() -> None:
    program = traced(wg.value_and_grad(lambda x: 2 * wg.dot(x, x)), np.ones(4))
    assert primitives(simplified(program)) == ["matmul", "multiply", "multiply"]


WAVE = """
program(a: float64[5]) -> float64[], float64[5]:
  b: float64[5] = tanh(a)
  c: float64[5] = multiply(a, a)
  d: float64[5] = negative(c)
  e: float64[5] = exp(d)
  f: float64[5] = multiply(b, e)
  g: float64[5] = sin(a)
  h: float64[5] = add(f, g)
  i: float64[] = sum(h, axes=(0,), keepdims=False)
  j: float64[5] = cos(a)
  k: float64[5] = absorbing_multiply(f, a)
  l: float64[5] = subtract(j, k)
  m: float64[5] = subtract(l, k)
  n: float64[5] = multiply(b, b)
  o: float64[5] = subtract(1, n)
  p: float64[5] = multiply(e, o)
  q: float64[5] = add(m, p)
  return i, q
"""

NET = """
  f: float64[5, 3] = matmul(d, a)
  g: float64[5, 3] = add(f, b)
  h: float64[5, 3] = maximum(g, 0.0)
  i: float64[5, 2] = matmul(h, c)
  j: float64[5] = max(i, axes=(1,), keepdims=False)
  k: bool[5] = isfinite(j)
  l: float64[5] = where(k, j, 0.0)
  m: float64[5, 1] = reshape(l, shape=(5, 1))
  n: float64[5, 2] = subtract(i, m)
  o: float64[5, 2] = exp(n)
  p: float64[5] = sum(o, axes=(1,), keepdims=False)
  q: float64[5] = log(p)
  r: float64[5] = add(q, l)
  s: float64[5, 2] = multiply(i, e)
  t: float64[5] = sum(s, axes=(1,), keepdims=False)
  u: float64[5] = subtract(r, t)
  v: float64[] = sum(u, axes=(0,), keepdims=False)
  w: float64[] = divide(v, 5)
  x: float64[5, 2] = multiply(-0.2, e)
  y: bool[5] = equal(p, 0)
  z: float64[5] = where(y, inf, p)
  aa: bool[5] = equal(j, inf)
  ab: float64[5] = where(aa, nan, z)
  ac: float64[5, 1] = reshape(ab, shape=(5, 1))
  ad: float64[5, 2] = divide(o, ac)
  ae: float64[5, 2] = multiply(0.2, ad)
  af: float64[5, 2] = add(x, ae)
  ag: float64[2, 3] = transpose(c, axes=(1, 0))
  ah: float64[5, 3] = matmul(af, ag)
  ai: float64[3, 5] = transpose(h, axes=(1, 0))
  aj: float64[3, 2] = matmul(ai, af)
  ak: bool[5, 3] = greater(g, 0.0)
  al: float64[5, 3] = absorbing_multiply(ak, ah)
  am: float64[5, 3] = multiply(ah, 0.5)
  an: bool[5, 3] = equal(g, 0.0)
  ao: float64[5, 3] = absorbing_multiply(an, am)
  ap: float64[5, 3] = add(al, ao)
  aq: float64[3] = sum(ap, axes=(0,), keepdims=False)
  ar: float64[4, 5] = transpose(d, axes=(1, 0))
  as: float64[4, 3] = matmul(ar, ap)
  return w, as, aq, aj
"""
