"""The problem lstm in plain NumPy: the sweep through the text, and the sweep back, written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

Input = Any
FORGET, IN, OUT, CHANGE = range(4)


@dataclass
class Sweep:
    """What the sweep back needs: of each step t and layer i (b numbers each)."""

    below: np.ndarray
    """[t, i]: what a layer reads from the one below it; [t, L] is what the last layer gives."""
    hidden: np.ndarray
    """[t, i]: the hidden vectors before the step."""
    cell: np.ndarray
    """[t, i]: the cell vectors before the step; one step more than the others."""
    gates: np.ndarray
    """[t, i, 4]."""


def objective(input: Input) -> np.ndarray:
    main, extra, state, sequence = _arrays(input)
    errors, _ = _errors(_sweep(main, extra, state, sequence), extra, sequence)
    return np.asarray(-errors.sum() / errors.size)


def jacobian(input: Input) -> np.ndarray:
    """The gradient by the main parameters and then by the extra ones, flat."""
    main, extra, state, sequence = _arrays(input)
    sweep = _sweep(main, extra, state, sequence)
    errors, shares = _errors(sweep, extra, sequence)
    totals = sequence[1:].sum(axis=1, keepdims=True)
    by_y = (totals * shares - sequence[1:]) / errors.size
    by_gates, by_first = _sweep_back(sweep, main, by_y * extra[1])
    read = np.stack([sweep.below[:, :-1], sweep.hidden, sweep.below[:, :-1], sweep.hidden], axis=2)
    by_main = np.stack([(by_gates * read).sum(axis=0), by_gates.sum(axis=0)], axis=1)
    by_extra = [(by_first * sequence[:-1]).sum(axis=0), (by_y * sweep.below[:, -1]).sum(axis=0), by_y.sum(axis=0)]
    return np.concatenate([by_main.ravel(), *by_extra])


def _arrays(input: Input) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weights and biases [L, 2, 4, b], extra parameters, state [L, 2, b], sequence."""
    main, extra, state, sequence = (
        np.asarray(input[name], dtype=np.float64) for name in ("main_params", "extra_params", "state", "sequence")
    )
    layers, b = len(state) // 2, sequence.shape[1]
    return main.reshape(layers, 2, 4, b), extra, state.reshape(layers, 2, b), sequence


def _errors(sweep: Sweep, extra: np.ndarray, sequence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each predicted bit adds to the sum, and exp(y) over 2 + Σ exp(y)."""
    y = sweep.below[:, -1] * extra[1] + extra[2]
    e = np.exp(y)
    sums = 2 + e.sum(axis=1, keepdims=True)
    return sequence[1:] * (y - np.log(sums)), e / sums


def _sweep(main: np.ndarray, extra: np.ndarray, state: np.ndarray, sequence: np.ndarray) -> Sweep:
    steps, (layers, _, _, b) = len(sequence) - 1, main.shape
    below, hidden = np.empty((steps, layers + 1, b)), np.empty((steps, layers, b))
    cell, gates = np.empty((steps + 1, layers, b)), np.empty((steps, layers, 4, b))
    below[:, 0] = sequence[:-1] * extra[0]
    h, cell[0] = state[:, 0].copy(), state[:, 1]
    read = np.empty((4, b))
    for t in range(steps):
        hidden[t] = h
        for i in range(layers):
            read[[FORGET, OUT]], read[[IN, CHANGE]] = below[t, i], h[i]
            before = read * main[i, 0] + main[i, 1]
            gate = gates[t, i]
            gate[:CHANGE], gate[CHANGE] = expit(before[:CHANGE]), np.tanh(before[CHANGE])
            cell[t + 1, i] = cell[t, i] * gate[FORGET] + gate[IN] * gate[CHANGE]
            h[i] = below[t, i + 1] = gate[OUT] * np.tanh(cell[t + 1, i])
    return Sweep(below, hidden, cell, gates)


def _sweep_back(sweep: Sweep, main: np.ndarray, by_last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The adjoints of the gates' arguments, [t, i, 4, b], and of what the first layer reads, [t, b].

    `by_last` is the adjoint of what the last layer gives, without what it does to later steps.
    """
    by_gates, by_first = np.empty_like(sweep.gates), np.empty_like(by_last)
    squashed = np.tanh(sweep.cell[1:])
    slopes = sweep.gates * (1 - sweep.gates)
    slopes[:, :, CHANGE] = 1 - sweep.gates[:, :, CHANGE] ** 2
    weights = main[:, 0]
    by_h, by_cell = np.zeros((2, *squashed.shape[1:]))  # from the later steps
    for t in reversed(range(len(by_last))):
        from_above = by_last[t]
        for i in reversed(range(len(weights))):
            gate, given = sweep.gates[t, i], by_h[i] + from_above
            to_cell = by_cell[i] + given * gate[OUT] * (1 - squashed[t, i] ** 2)
            by_gate = by_gates[t, i]
            by_gate[FORGET] = to_cell * sweep.cell[t, i]
            by_gate[IN] = to_cell * gate[CHANGE]
            by_gate[OUT] = given * squashed[t, i]
            by_gate[CHANGE] = to_cell * gate[IN]
            by_gate *= slopes[t, i]
            passed = by_gate * weights[i]
            by_cell[i] = to_cell * gate[FORGET]
            by_h[i] = passed[IN] + passed[CHANGE]
            from_above = passed[FORGET] + passed[OUT]
        by_first[t] = from_above
    return by_gates, by_first
