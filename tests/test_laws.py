"""Every primitive obeys the laws of ``laws.py`` on each of its examples: it is tested the moment it is registered."""

from dataclasses import replace

import numpy as np
import pytest

import wengert as wg
from wengert.core.primitive import Example, registry

PRIMITIVES = [pytest.param(p, id=p.name) for p in registry.values()]
EXAMPLES = [pytest.param(p, e, id=f"{p.name}-{i}") for p in registry.values() for i, e in enumerate(p.examples)]

for_all_primitives = pytest.mark.parametrize("primitive", PRIMITIVES)
for_all_examples = pytest.mark.parametrize(("primitive", "example"), EXAMPLES)


@for_all_primitives
def test_has_examples(primitive, laws):
    assert primitive.examples, f"{primitive} needs examples: inputs on which the laws are tried"
    if primitive.jvp is not None:
        smooth = [t for e in primitive.examples for t in laws.smooth(primitive, e) if any(y.size for y in t())]
        assert smooth, f"no example of {primitive} has something to differentiate"


@for_all_primitives
def test_type_of_mixed_inputs(primitive, laws):
    laws.mixed_types(primitive, primitive.examples[0])


@for_all_primitives
def test_keeps_nothing_in_vain(primitive, laws):
    laws.minimality(primitive, primitive.examples)


@for_all_primitives
def test_compiled(primitive, laws, compiling):
    compiling.compiled(laws, primitive)


@for_all_examples
def test_evaluation(primitive, example, references, laws):
    laws.evaluation(primitive, example, references.of(primitive.name))


@for_all_examples
def test_type(primitive, example, laws):
    laws.types(primitive, example)


@for_all_examples
def test_adjoint(primitive, example, laws):
    laws.adjoint(primitive, example)


@for_all_examples
def test_finite_differences(primitive, example, laws):
    laws.finite_differences(primitive, example)


@for_all_examples
def test_complex_step(primitive, example, laws):
    laws.complex_step(primitive, example)


@for_all_examples
def test_precision(primitive, example, laws):
    laws.precision(primitive, example)


@for_all_examples
def test_batching(primitive, example, laws):
    laws.batching(primitive, example)


@for_all_examples
def test_tracing(primitive, example, laws):
    laws.tracing(primitive, example)


@for_all_examples
def test_taping(primitive, example, laws):
    laws.taping(primitive, example)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@for_all_examples
def test_other_values(primitive, example, seed, laws):
    laws.adjoint(primitive, example, seed)
    laws.finite_differences(primitive, example, seed)
    laws.precision(primitive, example, seed)
    laws.tracing(primitive, example, seed)
    laws.batching(primitive, example, seed, ("float64", "complex128"), all_axes=True)


@pytest.mark.slow
@for_all_primitives
def test_compiled_in_all_dtypes(primitive, laws, compiling):
    compiling.compiled(laws, primitive, compiling.MIXED, 60)


# Each law can fail: primitives that are wrong in one thing -----------------------------------------------------------

SIN, MULTIPLY = registry["sin"], registry["multiply"]
VECTOR, BROADCAST, SCALARS = Example(((3,),)), Example(((2, 3), (3,))), Example(((), ()))


def sine(partial, conjugated=True):
    """The sine with this for its derivative."""

    def push(tangents, values, params):
        return tangents[0] * partial(values[0])

    def pull(ct, values, params, wanted):
        return (ct * (wg.conj(partial(values[0])) if conjugated else partial(values[0])),)

    return replace(SIN, jvp=push, vjp=pull, pulls=None)


def only_together(ct, values, params, wanted):
    """The VJP of multiply, but wrong where only the second input is recorded."""
    parts = MULTIPLY.vjp(ct, values, params, wanted)
    return [None, 2 * parts[1]] if wanted == 2 else parts


def unaligned(size, inputs, batched, params):
    return MULTIPLY(*inputs)


def cut(size, inputs, batched, params):
    return SIN(registry["stop_gradient"](inputs[0]))


WRONG = {
    "a value": (replace(SIN, evaluate=np.cos), lambda laws, p: laws.evaluation(p, VECTOR, np.sin)),
    "a dtype": (
        replace(SIN, evaluate=lambda x: np.sin(x).astype("float64")),
        lambda laws, p: laws.evaluation(p, VECTOR, np.sin),
    ),
    "a type": (
        replace(SIN, type_rule=lambda x: replace(x, dtype=np.dtype("float64"))),
        lambda laws, p: laws.types(p, VECTOR),
    ),
    "a mixed type": (replace(MULTIPLY, type_rule=lambda x, y: x), lambda laws, p: laws.mixed_types(p, SCALARS)),
    "a VJP": (replace(SIN, vjp=registry["cos"].vjp, pulls=None), lambda laws, p: laws.adjoint(p, VECTOR)),
    "a conjugate": (sine(wg.cos, conjugated=False), lambda laws, p: laws.adjoint(p, VECTOR)),
    "a VJP of one input alone": (
        replace(MULTIPLY, vjp=only_together, pulls=None),
        lambda laws, p: laws.adjoint(p, BROADCAST),
    ),
    "both rules": (sine(lambda x: 1.001 * wg.cos(x)), lambda laws, p: laws.finite_differences(p, VECTOR)),
    "the second order": (
        sine(lambda x: wg.cos(registry["stop_gradient"](x))),
        lambda laws, p: laws.finite_differences(p, VECTOR),
    ),
    "the tenth digit": (sine(lambda x: (1 + 1e-10) * wg.cos(x)), lambda laws, p: laws.complex_step(p, VECTOR)),
    "the precision": (sine(lambda x: wg.astype(wg.cos(x), "float64")), lambda laws, p: laws.precision(p, VECTOR)),
    "a batch": (replace(MULTIPLY, batch=unaligned), lambda laws, p: laws.batching(p, BROADCAST)),
    "the derivative of a batch": (replace(SIN, batch=cut), lambda laws, p: laws.batching(p, VECTOR)),
    "a traced type": (
        replace(SIN, type_rule=lambda x: replace(x, shape=())),
        lambda laws, p: laws.tracing(p, VECTOR),
    ),
    "too little on the tape": (
        replace(MULTIPLY, needs=lambda wanted, arity: (0, 1, 2)),
        lambda laws, p: laws.taping(p, BROADCAST),
    ),
    "too much on the tape": (
        replace(MULTIPLY, needs=lambda wanted, arity: ()),
        lambda laws, p: laws.minimality(p, (BROADCAST,)),
    ),
    "no examples": (replace(SIN, examples=()), lambda laws, p: test_has_examples(p, laws)),
    "nothing to differentiate": (
        replace(SIN, examples=(Example(((0,),)),)),
        lambda laws, p: test_has_examples(p, laws),
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_suite_notices(what, laws):
    primitive, law = WRONG[what]
    with pytest.raises((AssertionError, TypeError, ValueError, LookupError)):
        law(laws, primitive)


def test_the_suite_notices_a_wrong_lowering(laws, compiling):
    with pytest.raises(AssertionError, match="example 0 in float64: .*, not .* at"):
        compiling.compiled(laws, replace(SIN, lowering=registry["cos"].lowering))


def test_the_suite_accepts_what_is_right(laws):
    right = sine(wg.cos)
    for law in (laws.types, laws.adjoint, laws.finite_differences, laws.complex_step, laws.precision):
        law(right, VECTOR)
    for law in (laws.batching, laws.tracing, laws.taping):
        law(right, VECTOR)
    laws.evaluation(right, VECTOR, np.sin)
    laws.minimality(right, (VECTOR,))
