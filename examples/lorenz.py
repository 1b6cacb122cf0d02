"""How far a weather model can see: the Lorenz system, a thousand steps of it, compiled with its derivatives.

The loop is a ``scan``: a loop of Python where it stands, and a loop of machine code once it is compiled. The three
parameters are then found again from a noisy observation of the first seconds, by Gauss and Newton.
"""

from time import perf_counter

import numpy as np

import wengert as wg

STEP = 0.01
TRUTH = np.array([10.0, 28.0, 8 / 3])
START = np.array([1.0, 1.0, 1.0])


def slope(p, u):
    sigma, rho, beta = p
    x, y, z = u
    return wg.stack([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])


def orbit(p, start, steps):
    """All states, by the classical Runge-Kutta method."""

    def step(u, _):
        k1 = slope(p, u)
        k2 = slope(p, u + STEP / 2 * k1)
        k3 = slope(p, u + STEP / 2 * k2)
        k4 = slope(p, u + STEP * k3)
        u = u + STEP / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return u, u

    return wg.scan(step, start, None, length=steps)[1]


def main():
    end = wg.compile(wg.jacobian(lambda start: orbit(TRUTH, start, 1000)[99::100]))
    growth = [np.linalg.norm(block, 2).item() for block in end(START).numpy()]
    print("an error in the initial state grows:")
    for k, factor in enumerate(growth, 1):
        print(f"  after {k:2d} s by a factor of {factor:10.3g}")

    rng = np.random.default_rng(1)
    observed = orbit(TRUTH, START, 300).numpy() + rng.normal(scale=0.1, size=(300, 3))
    misfit = wg.compile(lambda p: orbit(p, START, 300) - observed)
    jacobian = wg.compile(wg.jacobian(misfit))
    p = wg.array([9.5, 27.0, 2.5])
    for _ in range(8):
        p = p - np.linalg.lstsq(jacobian(p).numpy().reshape(-1, 3), misfit(p).numpy().ravel())[0]
    print("parameters:", np.round(p.numpy(), 3), "from", TRUTH.round(3))

    plain = wg.value_and_grad(lambda p: wg.sum(misfit.function(p) ** 2))
    compiled = wg.compile(plain)
    for name, function in (("eager", plain), ("compiled", compiled)):
        value, _ = function(p)
        began = perf_counter()
        function(p)
        print(f"{name:8s}: value and gradient in {1e3 * (perf_counter() - began):8.3f} ms")
    difference = np.abs(plain(p)[1].numpy() - compiled(p)[1].numpy()).max().item()
    return {"growth": growth, "parameters": p.numpy(), "misfit": float(value), "difference": difference}


if __name__ == "__main__":
    main()
