"""Rents from three flats: linear regression by gradient descent, and by one Newton step.

Each row of X is a flat, each column something a tenant pays for; Y has the rents. Four unknowns and three flats leave
many exact answers. Both ways find one: gradient descent by walking downhill, Newton's method in a single step, since
a squared loss is a parabola and its Hessian says where the bottom is.
"""

import numpy as np

import wengert as wg

X = wg.array([[2, 1, 0.5, 0], [4, 2, 2, 1], [3, 1, 1, 0]])
Y = wg.array([1550, 3100, 2200])
GUESSES = [[300, 200, -100, 100], [500, 200, -100, 100], [600, 300, 0, 200]]


def loss(w):
    return wg.mean((X @ w - Y) ** 2)


def gradient_descent(w, *, steps=4000, rate=0.07):
    w = wg.array(w, dtype=float, requires_grad=True)
    for _ in range(steps):
        value = loss(w)
        value.backward()
        with wg.no_grad():
            w -= rate * w.grad
        w.grad.zero_()
    return w.detach()


def newton_step(w):
    w = wg.array(w, dtype=float)
    # Where the data do not decide (the Hessian has rank 3), the least-squares solution does not move.
    step, *_ = np.linalg.lstsq(wg.hessian(loss)(w), wg.grad(loss)(w))
    return w - step


def main():
    print("guess                          loss")
    losses = []
    for guess in GUESSES:
        losses.append(loss(wg.array(guess)).item())
        print(f"{guess!s:28} {losses[-1]:12,.2f}")

    start = GUESSES[1]
    gradient = wg.grad(loss)(wg.array(start, dtype=float)).numpy()
    print(f"\ngradient at {start}: {gradient.round(3)}")

    descended = gradient_descent(start)
    stepped = newton_step(start)
    print("\n                     weights                                   rents                 loss")
    for name, w in [("gradient descent", descended), ("one Newton step", stepped)]:
        print(f"{name:18} {w.numpy().round(2)!s:38} {(X @ w).numpy().round(2)!s:26} {loss(w):9.2e}")

    return {
        "losses": losses,
        "gradient": gradient,
        "descended": loss(descended).item(),
        "stepped": loss(stepped).item(),
        "difference": np.abs((descended - stepped).numpy()).max(),
    }


if __name__ == "__main__":
    main()
