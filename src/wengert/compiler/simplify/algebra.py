"""``algebra``: rewrite rules, applied until none applies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...backends import backend
from ...core.primitive import Primitive, registry
from ...core.program import Atom, Equation, Program, Variable
from ...core.types import ArrayType
from .arithmetic_rules import ARITHMETIC
from .movement_rules import MOVEMENT
from .patterns import CAPTURED, Family, Hole, Match, Number, Op, Rule, kind_of_number, match_inputs, may_match
from .reduction_rules import REDUCTION
from .rewriter import Rewriter, effectful, type_of_atom

__all__ = ["RULES", "Algebra", "algebra", "with_rules"]

RULES: tuple[Rule, ...] = (*ARITHMETIC, *MOVEMENT, *REDUCTION)
"""Every rewrite rule. Of those with the same root, an earlier one is tried first."""

_LIMIT = 64
"""New equations that rules may make of one: no set of rules that leads in a circle can hold up a compilation."""


def algebra(program: Program) -> Program:
    """Apply the rewrite rules, in one pass: what a rule makes is rewritten when it is made."""
    return _all(program)


def with_rules(rules: Iterable[Rule]) -> Callable[[Program], Program]:
    """A stage that applies these rules."""
    index: dict[str, list[Rule]] = {}
    families: dict[str, list[Rule]] = {}
    for rule in rules:
        if isinstance(rule.pattern, Family):
            families.setdefault(rule.pattern.family, []).append(rule)
        else:
            index.setdefault(rule.pattern.primitive, []).append(rule)
    by_primitive: dict[Primitive, list[Rule]] = {}
    for primitive in registry.values():
        found = [*index.get(primitive.name, ()), *families.get(primitive.family, ())]
        if found:
            by_primitive[primitive] = found

    def stage(program: Program) -> Program:
        return Algebra(program, by_primitive).run()

    return stage


class Algebra(Rewriter):
    """A program being written, to each equation of which the rules are applied as it is made."""

    def __init__(self, program: Program, rules: dict[Primitive, list[Rule]]) -> None:
        super().__init__(program)
        self._rules = rules
        self._fuel = 0
        self._numbers: dict[Any, Variable] = {}
        self._candidates: dict[tuple[Primitive, tuple[str, ...]], list[Rule]] = {}
        """Rules worth trying, by the primitive and what its inputs are."""

    def run(self) -> Program:
        """The new program."""
        for equation in self.source.equations:
            inputs = self.inputs(equation)
            if equation.primitive in self._rules and len(equation.outputs) == 1 and not effectful(equation):
                (output,) = equation.outputs
                self._fuel = _LIMIT
                atom = self._rewritten(equation.primitive, inputs, dict(equation.params), output.type)
                if atom is not None:
                    self.replace(output, atom)
                    continue
            self.keep(equation, inputs)
        return self.program()

    def apply(self, primitive: Primitive, *inputs: Atom, **params: Any) -> Atom:
        """The result of a new equation, rewritten."""
        if primitive in self._rules and self._fuel > 0:
            self._fuel -= 1
            type = self.result_type(primitive, inputs, params)
            atom = self._rewritten(primitive, inputs, params, type)
            if atom is not None:
                return atom
            output = Variable(type)
            self.write(Equation(primitive, inputs, params, (output,)))
            self.changed = True
            return output
        return super().apply(primitive, *inputs, **params)

    def _rewritten(
        self, primitive: Primitive, inputs: tuple[Atom, ...], params: dict[str, Any], type: ArrayType
    ) -> Atom | None:
        """What the first rule that applies gives; None if none does."""
        kinds = tuple(map(self._kind, inputs))
        candidates = self._candidates.get((primitive, kinds))
        if candidates is None:
            candidates = [rule for rule in self._rules[primitive] if may_match(rule.pattern, kinds)]
            self._candidates[primitive, kinds] = candidates
        for rule in candidates:
            found = Match(self, primitive, inputs, params, type)
            if isinstance(rule.pattern, Op) and not match_inputs(rule.pattern, inputs, params, found):
                continue
            if rule.condition is not None and not rule.condition(found):
                continue
            mark = self.mark()
            atom = self._built(rule.replacement, found)
            if atom is not None and type_of_atom(atom) == type:
                return atom
            self.back_to(mark)
        return None

    def _kind(self, atom: Atom) -> str:
        """What an atom is, as far as a pattern's root asks: the name of its primitive, or where else it comes from."""
        if not isinstance(atom, Variable):
            return kind_of_number(atom)
        equation = self.definitions.get(atom)
        return equation.primitive.name if equation is not None else CAPTURED if atom in self.constants else ""

    def _built(self, term: Any, found: Match) -> Atom | None:
        """The atom that a replacement describes."""
        if isinstance(term, Op):
            atoms = [self._built(part, found) for part in term.inputs]
            params = {name: value(found) if callable(value) else value for name, value in term.params.items()}
            return self.make(term.primitive, *atoms, **params)
        if isinstance(term, (Hole, Number)):
            return found[term.name]
        return term(found) if callable(term) else term

    def full(self, number: Any, type: ArrayType) -> Atom:
        """An array of this type, of one number."""
        if not hasattr(type.dtype, "kind"):
            return type.dtype(number)
        value = backend.asarray(number, type.dtype)
        key = (value.dtype, value.tobytes())
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = Variable(ArrayType((), type.dtype))
            self.constants[found] = backend.frozen_copy(value)
        return found if type.shape == () else self.make("broadcast_to", found, shape=type.shape)

    def back_to(self, mark: tuple[int, bool]) -> None:
        """Strike out the equations written since."""
        for equation in self.equations[mark[0] :]:
            for variable in equation.outputs:
                self.definitions.pop(variable, None)
        super().back_to(mark)


_all = with_rules(RULES)
