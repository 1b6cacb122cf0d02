"""A small neural network learns to read handwritten digits.

It is written out in full: two layers, cross-entropy, mini-batches, momentum. There is no layer class, for there
is nothing to hide; the parameters are a dict of arrays, and the gradient is a dict of the same shape.
"""

import numpy as np
from sklearn.datasets import load_digits

import wengert as wg

HIDDEN, BATCH, EPOCHS, RATE, MOMENTUM = 64, 32, 25, 0.1, 0.9


def initial_parameters(rng):
    return {
        "w1": wg.array(rng.normal(scale=np.sqrt(2 / 64), size=(64, HIDDEN))),
        "b1": wg.zeros(HIDDEN),
        "w2": wg.array(rng.normal(scale=np.sqrt(2 / HIDDEN), size=(HIDDEN, 10))),
        "b2": wg.zeros(10),
    }


def scores(p, images):
    hidden = wg.maximum(images @ p["w1"] + p["b1"], 0)
    return hidden @ p["w2"] + p["b2"]


def loss(p, images, digits):
    """Cross-entropy: minus the log-probability of the right digit, on average."""
    z = scores(p, images)
    return wg.mean(wg.logsumexp(z, axis=1) - z[np.arange(len(digits)), digits])


def accuracy(p, images, digits):
    return np.mean(scores(p, images).argmax(axis=1) == digits).item()


def train(p, images, digits, rng):
    loss_and_gradient = wg.value_and_grad(loss)
    velocity = wg.tree_map(wg.zeros_like, p)
    for epoch in range(EPOCHS):
        order = rng.permutation(len(images))
        losses = []
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            value, gradient = loss_and_gradient(p, images[batch], digits[batch])
            velocity = wg.tree_map(lambda v, g: MOMENTUM * v - RATE * g, velocity, gradient)
            p = wg.tree_map(wg.add, p, velocity)
            losses.append(value.item())
        yield epoch, np.mean(losses), p


def main():
    images, digits = load_digits(return_X_y=True)
    images = images / 16  # 8 x 8 pixels between 0 and 1
    rng = np.random.default_rng(0)
    order = rng.permutation(len(images))
    learn, held_out = order[360:], order[:360]

    print("epoch    loss   held-out accuracy")
    for epoch, value, p in train(initial_parameters(rng), images[learn], digits[learn], rng):
        if epoch % 4 == 0:
            print(f"{epoch:5d}  {value:6.4f}   {accuracy(p, images[held_out], digits[held_out]):.1%}")

    result = accuracy(p, images[held_out], digits[held_out])
    print(f"\n{result:.1%} of {len(held_out)} digits that it had never seen are read correctly")
    return {"loss": value, "accuracy": result}


if __name__ == "__main__":
    main()
