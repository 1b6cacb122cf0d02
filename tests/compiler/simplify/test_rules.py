"""Every rewrite rule, on programs made of its own pattern: it applies, and results are what they were."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from wengert.compiler.simplify.algebra import RULES, with_rules
from wengert.compiler.simplify.patterns import Family, Hole, Number, Op, Rest, Rule, Sample
from wengert.core.primitive import registry
from wengert.core.program import Equation, Program, Variable, check
from wengert.core.types import ArrayType, type_of

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 1e-310, -1e-310, 3e38, -3e38, 1e300, 0.1, -2.5]


def numbers(pattern: Any) -> list[Number]:
    if isinstance(pattern, Number):
        return [pattern]
    return [n for part in pattern.inputs for n in numbers(part)] if isinstance(pattern, Op) else []


class Written:
    """A program that is a rule's pattern."""

    def __init__(self, rule: Rule, sample: Sample, dtype: str, chosen: dict[str, Any]) -> None:
        self.inputs: dict[str, Variable] = {}
        self.equations: list[Equation] = []
        self.sample, self.dtype, self.chosen = sample, dtype, chosen
        out = self.write(rule.pattern)
        self.program = Program(tuple(self.inputs.values()), tuple(self.equations), (out,))

    def write(self, pattern: Any) -> Any:
        if isinstance(pattern, Number):
            return self.chosen[pattern.name]
        if isinstance(pattern, Hole):
            given = self.sample.holes[pattern.name]
            dtype, shape = (given[0], (int(given[1:]),)) if isinstance(given, str) else (self.dtype, given)
            return self.inputs.setdefault(pattern.name, Variable(ArrayType(shape, np.dtype(dtype))))
        if isinstance(pattern, Rest):
            shapes = self.sample.holes[pattern.name]
            types = (ArrayType(shape, np.dtype(self.dtype)) for shape in shapes)
            return [self.inputs.setdefault(f"{pattern.name}{i}", Variable(t)) for i, t in enumerate(types)]
        if not isinstance(pattern, Op):
            return pattern
        atoms = tuple(map(self.write, pattern.inputs))
        if pattern.inputs and isinstance(pattern.inputs[-1], Rest):
            atoms = (*atoms[:-1], *atoms[-1])
        params = {key: self.sample.params[name] for key, name in pattern.params.items()}
        types = [a.type if isinstance(a, Variable) else type_of(a) for a in atoms]
        primitive = registry[pattern.primitive]
        out = Variable(primitive.result_type(*types, **params))
        self.equations.append(Equation(primitive, atoms, params, (out,)))
        return out


def drawn(type: ArrayType, random: np.random.Generator) -> Any:
    kind, shape = type.dtype.kind, type.shape
    if kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if kind == "i":
        limits = np.iinfo(type.dtype)
        return random.choice(np.array([limits.min, limits.max, 0, 1, -1, 7, -3], type.dtype), shape)
    with np.errstate(over="ignore", under="ignore"):
        values = np.array([*SPECIAL, *random.normal(size=6)]).astype(type.dtype)
    if kind == "c":
        return random.normal(size=shape) + 1j * random.normal(size=shape)
    return random.choice(values, shape)


def same(found: Any, expected: Any, rule: Rule) -> None:
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    if found.dtype.kind not in "fc":
        np.testing.assert_array_equal(found, expected)
        return
    with np.errstate(all="ignore"):
        if rule.ulps and found.dtype.kind == "f":
            close = np.abs(found - expected) <= rule.ulps * np.spacing(np.abs(expected))
        else:
            close = found == expected
    assert np.all(close | (found == expected) | (np.isnan(found) & np.isnan(expected))), (found, expected)
    if rule.signed_zeros and found.dtype.kind == "f":
        signs = (np.signbit(found) == np.signbit(expected)) | np.isnan(expected)
        assert np.all(signs), (found, expected)


CASES = [(rule, sample) for rule in RULES for sample in rule.samples]


@pytest.mark.parametrize(("rule", "sample"), CASES, ids=[f"{r.name}-{r.samples.index(s)}" for r, s in CASES])
def test_a_rule_applies_and_keeps_the_result(rule: Rule, sample: Sample) -> None:
    applied = 0
    stage = with_rules([rule])
    random = np.random.default_rng(0)
    found = numbers(rule.pattern)
    for dtype, values in product(sample.dtypes, product(*[n.samples for n in found])):
        try:
            program = Written(rule, sample, dtype, {n.name: v for n, v in zip(found, values, strict=True)}).program
        except (TypeError, ValueError):
            continue  # NumPy has no such operation
        check(program)
        after = stage(program)
        if after is program:
            continue
        applied += 1
        check(after)
        assert after.outputs[0].type == program.outputs[0].type
        for _ in range(10):
            inputs = [drawn(v.type, random) for v in program.inputs]
            with np.errstate(all="ignore"):
                same(after.evaluate(*inputs)[0], program.evaluate(*inputs)[0], rule)
    assert applied


def test_every_rule_has_a_name_of_its_own_and_samples() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    alone = {rule.name for rule in RULES if not rule.samples and not isinstance(rule.pattern, Family)}
    # the first is tested with what is known of values; the second is not in every NumPy
    assert alone <= {"nothing to absorb", "power 0.5"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_names_primitives_that_exist(rule: Rule) -> None:
    def check_names(term: Any) -> None:
        if isinstance(term, Op):
            assert term.primitive in registry
            for part in term.inputs:
                check_names(part)

    check_names(rule.pattern)
    check_names(rule.replacement)
