"""Newton's method in Rosenbrock's banana valley: exact second derivatives, by hand and through SciPy.

Rosenbrock's function hides its minimum, 0 at (1, ..., 1), in a long curved valley. Descent crawls along it; Newton's
method takes the bends, because the Hessian tells it how the valley curves.
"""

import numpy as np
from scipy.optimize import minimize

import wengert as wg


def rosenbrock(x):
    return wg.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def newton(f, x, *, tolerance=1e-10):
    """Newton's method as in the textbook: every point it visits."""
    gradient, hessian = wg.grad(f), wg.hessian(f)
    path = [x]
    while wg.linalg.norm(gradient(x)) > tolerance:
        x = x - wg.linalg.solve(hessian(x), gradient(x))
        path.append(x)
    return path


def main():
    print("Newton's method by hand, from (-1.2, 1):")
    path = newton(rosenbrock, wg.array([-1.2, 1.0]))
    for k, x in enumerate(path):
        print(f"  {k}  x = {x.numpy().round(8)!s:26} f = {rosenbrock(x):.3e}")

    n = 50
    print(f"\nThrough SciPy, for {n} unknowns, with no derivative written by hand:")
    gradient = wg.grad(rosenbrock)
    runs = {
        "BFGS (gradient)": {"method": "BFGS"},
        "trust-exact (Hessian)": {"method": "trust-exact", "hess": wg.hessian(rosenbrock)},
        "Newton-CG (products)": {"method": "Newton-CG", "hessp": lambda x, v: wg.hvp(rosenbrock, x, v)},
    }
    results = {}
    for name, options in runs.items():
        found = minimize(rosenbrock, np.zeros(n), jac=gradient, tol=1e-9, **options)
        results[name] = {"error": np.abs(found.x - 1).max(), "iterations": found.nit}
        print(f"  {name:22} {found.nit:4d} iterations, largest error {results[name]['error']:.1e}")

    return {"steps": len(path) - 1, "error": np.abs(path[-1].numpy() - 1).max(), **results}


if __name__ == "__main__":
    main()
