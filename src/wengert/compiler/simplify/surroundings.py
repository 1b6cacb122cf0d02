"""Constants of the surroundings as constants of loops and branches: a seed of ones, a step size that nobody changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...core.lowering import Special
from ...core.program import Atom, Equation, Program, Variable
from ...core.types import Value

__all__ = ["with_constants"]

Places = list[tuple[str, int]]
"""Where an input of an equation goes: inputs of its programs, by the parameter's name and their number."""


def _of_scan(equation: Equation) -> list[Places]:
    constants, _ = equation.params["counts"]
    return [[("body", i)] for i in range(constants)]


def _of_while(equation: Equation) -> list[Places]:
    first, second = equation.params["counts"]
    return [[("cond", i)] for i in range(first)] + [[("body", i)] for i in range(second)]


def _of_cond(equation: Equation) -> list[Places]:
    return [[], *([("true", i), ("false", i)] for i in range(len(equation.inputs) - 1))]


_PLACES: dict[Special, Callable[[Equation], list[Places]]] = {
    Special("scan"): _of_scan,
    Special("while_loop"): _of_while,
    Special("cond"): _of_cond,
}


def with_constants(
    equation: Equation, inputs: Sequence[Atom], value: Callable[[Variable], Value | None]
) -> tuple[Equation, tuple[Atom, ...]]:
    """A loop or branch whose programs have as constants what it is given of them.

    Parameters
    ----------
    equation, inputs
        The equation, and what stands for its inputs.
    value
        The value of a variable that is a constant worth knowing; None for others.

    Returns
    -------
    The equation with the rest of its inputs, and these; the same ones if there is nothing to be known.
    """
    lowering = equation.primitive.lowering
    if not isinstance(lowering, Special) or lowering not in _PLACES:
        return equation, tuple(inputs)
    params: dict[str, Any] = dict(equation.params)
    dropped: dict[int, Places] = {}
    for number, places in enumerate(_PLACES[lowering](equation)):
        atom = inputs[number]
        known = value(atom) if places and isinstance(atom, Variable) else None
        if known is not None:
            dropped[number] = places
            for name, i in places:
                own: Program = equation.params[name].inputs[i]
                params[name] = replace(params[name], constants={**params[name].constants, own: known})
    if not dropped:
        return equation, tuple(inputs)
    for name in {name for places in dropped.values() for name, _ in places}:
        gone = {i for places in dropped.values() for own, i in places if own == name}
        params[name] = replace(
            params[name], inputs=tuple(v for i, v in enumerate(equation.params[name].inputs) if i not in gone)
        )
    if lowering == Special("scan"):
        params["counts"] = (params["counts"][0] - len(dropped), params["counts"][1])
    elif lowering == Special("while_loop"):
        fewer = [sum(places[0][0] == name for places in dropped.values()) for name in ("cond", "body")]
        params["counts"] = tuple(n - less for n, less in zip(params["counts"], fewer, strict=True))
    rest = tuple(a for i, a in enumerate(inputs) if i not in dropped)
    return Equation(equation.primitive, rest, params, equation.outputs), rest
