"""The twelve problems of GradBench, in the suite's order: what their functions are called.

A problem is one module of the suite's protocol. Their sizes are in `inputs.SIZES`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    name: str
    primal: str | None
    """The function that is differentiated; None where every function contains derivatives."""
    derivatives: tuple[str, ...]
    exercises: str

    @property
    def functions(self) -> tuple[str, ...]:
        """All functions, the primal first."""
        return self.derivatives if self.primal is None else (self.primal, *self.derivatives)


NESTED = ("ff", "fr", "rf", "rr")
"""The mode of the outer derivative, then of the inner one: f is forward, r is reverse."""

PROBLEMS: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem("hello", "square", ("double",), "the protocol"),
        Problem("gmm", "objective", ("jacobian",), "the gradient of a mixture's posterior"),
        Problem("ba", "objective", ("jacobian",), "the sparse Jacobian of many tiny functions"),
        Problem("ht", "objective", ("jacobian",), "a tall Jacobian of 26 or 28 columns"),
        Problem("lstm", "objective", ("jacobian",), "a gradient through a long loop of small steps"),
        Problem("kmeans", "cost", ("dir",), "a gradient and the diagonal of a Hessian"),
        Problem("lse", "primal", ("gradient",), "max, exp, sum and log of one long vector"),
        Problem("llsq", "primal", ("gradient",), "a polynomial's least squares"),
        Problem("ode", "primal", ("gradient",), "reverse mode through Runge-Kutta steps"),
        Problem("det", "primal", ("gradient",), "recursion over scalars"),
        Problem("particle", None, NESTED, "nested derivatives through an unbounded loop"),
        Problem("saddle", None, NESTED, "an optimiser inside an optimiser"),
    )
}
