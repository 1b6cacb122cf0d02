"""Which mapped values take memory: those read at another place, and those that cost too much to compute anew."""

from __future__ import annotations

from ...core.lowering import Assembly
from ...core.program import Equation, Program, Variable
from .kinds import Kind, element_cost, is_view, size_of

__all__ = ["Storage"]


class Storage:
    """Which mapped values must take memory, and which may have to."""

    def __init__(self, program: Program, kinds: dict[Equation, str], definition: dict[Variable, Equation]) -> None:
        self.kinds, self.definition = kinds, definition
        self.required: set[Variable] = set()
        self.candidates: set[Variable] = set()
        self._uses: dict[Variable, int] = {}
        self._elsewhere: dict[Variable, float] = {}
        """How much more often than its size a value is read away from its own index."""
        for out in program.outputs:
            if isinstance(out, Variable) and self._is_map(out):
                self.required.add(out)
        for equation in reversed(program.equations):
            self._read(equation)
        cost: dict[Variable, float] = {}
        for equation in program.equations:
            if kinds[equation] == Kind.MAP:
                self._decide(equation, cost)

    def _is_map(self, variable: Variable) -> bool:
        equation = self.definition.get(variable)
        return equation is not None and self.kinds[equation] == Kind.MAP

    def _read(self, equation: Equation) -> None:
        """Note how an equation reads its inputs; those that read it are known."""
        kind = self.kinds[equation]
        atoms = list(dict.fromkeys(a for a in equation.inputs if isinstance(a, Variable)))
        for v in atoms:
            if not self._is_map(v):
                continue
            self._uses[v] = self._uses.get(v, 0) + 1
            if kind == Kind.STEP:
                self._need_memory(v, equation)
            elif kind == Kind.MAP and equation.outputs[0].type.shape != v.type.shape:
                factor = size_of(equation.outputs[0]) / max(1, size_of(v))
                self._elsewhere[v] = self._elsewhere.get(v, 0.0) + factor
            elif kind == Kind.MAP and is_view(equation):
                self._elsewhere[v] = self._elsewhere.get(v, 0.0) + 1.0

    def _need_memory(self, variable: Variable, reader: Equation) -> None:
        """A step reads memory; a view of memory will do, or what the step computes as it goes along."""
        if isinstance(reader.primitive.lowering, Assembly) and not (
            reader.primitive.lowering.onto_first and variable is reader.inputs[0]
        ):
            self._elsewhere[variable] = self._elsewhere.get(variable, 0.0) + 1.0
            return
        equation = self.definition[variable]
        x = equation.inputs[0]
        if (
            not is_view(equation)
            or equation.primitive.name == "broadcast_to"
            or not isinstance(x, Variable)
            or self._is_in_registers(x)
            or variable in self.required
        ):
            self.required.add(variable)
        elif self._is_map(x):
            self._need_memory(x, reader)

    def _is_in_registers(self, variable: Variable) -> bool:
        equation = self.definition.get(variable)
        return equation is not None and self.kinds[equation] == Kind.REGISTER

    def _decide(self, equation: Equation, cost: dict[Variable, float]) -> None:
        """Whether a value is computed by each loop that reads it, or in one."""
        (v,) = equation.outputs
        inputs = {a for a in equation.inputs if isinstance(a, Variable)}
        total = element_cost(equation) + sum(cost.get(a, 0.0) for a in inputs)
        elsewhere, uses = self._elsewhere.get(v, 0.0), self._uses.get(v, 0)
        if v in self.required:
            total = 0.0
        elif (elsewhere > 1.5 and total >= 3.0) or (elsewhere and uses > 1 and total >= 4.0):
            self.required.add(v)
            total = 0.0
        elif uses > 1 and total >= 1.0:
            self.candidates.add(v)
            total = 0.0
        cost[v] = total
