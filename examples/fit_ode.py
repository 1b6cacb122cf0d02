"""Foxes and hares: fitting the parameters of a differential equation to measurements.

The Lotka-Volterra equations say how prey and predators breed and eat. Their solution has no formula, so a plain Python
loop of Runge-Kutta steps computes it, and the loop is differentiated as it stands: SciPy's least squares gets the exact
Jacobian of all residuals with respect to the rates and the populations at the start.
"""

import numpy as np
from scipy.optimize import least_squares

import wengert as wg

NAMES = ["birth", "catch", "starvation", "growth", "hares at 0", "foxes at 0"]
TRUE = np.array([0.55, 0.028, 0.84, 0.026, 30.0, 4.0])
GUESS = np.array([0.7, 0.035, 0.7, 0.02, 25.0, 6.0])
DT, STEPS = 0.25, 80


def velocity(state, rates):
    hares, foxes = state
    birth, catch, starvation, growth = rates
    return wg.stack([(birth - catch * foxes) * hares, (growth * hares - starvation) * foxes])


def simulate(parameters):
    """The populations over time, by the classical Runge-Kutta method."""
    rates, state = parameters[:4], parameters[4:]
    states = [state]
    for _ in range(STEPS):
        k1 = velocity(state, rates)
        k2 = velocity(state + DT / 2 * k1, rates)
        k3 = velocity(state + DT / 2 * k2, rates)
        k4 = velocity(state + DT * k3, rates)
        state = state + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        states.append(state)
    return wg.stack(states)


def main():
    noise = np.random.default_rng(0).normal(size=(STEPS + 1, 2))
    measured = simulate(wg.array(TRUE)) * np.exp(0.03 * noise)

    def residuals(parameters):
        return wg.ravel(wg.log(simulate(parameters) / measured))

    jacobian = wg.jacobian(residuals)
    fit = least_squares(lambda p: residuals(p).numpy(), GUESS, jac=lambda p: jacobian(p).numpy(), x_scale="jac")
    # The Jacobian at the optimum also says how well the measurements determine each parameter.
    variance = 2 * fit.cost / (len(fit.fun) - len(fit.x))
    errors = np.sqrt(variance * np.diag(np.linalg.inv(fit.jac.T @ fit.jac)))

    print(f"{fit.nfev} simulations, {fit.njev} Jacobians of shape {fit.jac.shape}; misfit {np.sqrt(variance):.4f}\n")
    print("parameter        true     guess              fitted")
    for name, true, guess, found, error in zip(NAMES, TRUE, GUESS, fit.x, errors, strict=True):
        print(f"{name:12} {true:8.3f}  {guess:8.3f}  {found:8.4f} ± {error:.4f}")

    return {"deviations": (fit.x - TRUE) / errors, "misfit": np.sqrt(variance), "evaluations": fit.nfev}


if __name__ == "__main__":
    main()
