"""Part 5: a network that reads handwritten digits."""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False, disable-error-code="union-attr,operator"

import numpy as np

import wengert as wg
from wengert.tour import display
from wengert.tour.pictures import digits_picture, training_curves

from ..stage import Part


def data():
    """The data.

    1,797 digits, written by hand and scanned to 8 × 8 grey values. A fifth of them, picked at random, is held out: the
    network is judged on digits that it has never seen.
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = images / 16
    rng = np.random.default_rng(0)
    train, held_out = np.split(rng.permutation(len(labels)), [1437])
    print(f"{len(images)} digits: {len(train)} to train on, {len(held_out)} held out")

    assert images.shape == (1797, 64)
    return images, labels, train, held_out, rng


def network(rng):
    """The network.

    Two layers of weights, in a list of pairs; any nesting of lists, tuples and dicts has a gradient of the same
    structure. The loss is the cross-entropy: minus the logarithm of the probability that the right answer gets.
    """

    def predict(layers, x):
        for W, b in layers[:-1]:
            x = wg.tanh(x @ W + b)
        W, b = layers[-1]
        return x @ W + b

    def loss(layers, x, labels):
        scores = predict(layers, x)
        right = scores[np.arange(len(labels)), labels]
        return wg.mean(wg.logsumexp(scores, axis=1) - right)

    layers = [
        (wg.array(rng.normal(0, 64**-0.5, (64, 64))), wg.zeros(64)),
        (wg.array(rng.normal(0, 64**-0.5, (64, 10))), wg.zeros(10)),
    ]
    print("parameters:", sum(W.size + b.size for W, b in layers))
    return predict, loss, layers


def checking(loss, layers, images, labels, rng):
    """Trust, but check.

    Along a random direction the gradient (reverse mode) must predict what `jvp` (forward mode) and a difference
    quotient find.
    """
    x, t = images[:100], labels[:100]
    direction = wg.tree_map(lambda p: wg.array(rng.normal(size=p.shape)), layers)
    gradient = wg.grad(loss)(layers, x, t)
    products = wg.tree_map(lambda g, d: wg.sum(g * d), gradient, direction)
    reverse = sum(W + b for W, b in products)
    _, forward = wg.jvp(lambda layers: loss(layers, x, t), (layers,), (direction,))

    def shifted(h):
        return loss(wg.tree_map(lambda p, d: p + h * d, layers, direction), x, t)

    quotient = (shifted(1e-5) - shifted(-1e-5)) / 2e-5
    print(f"reverse mode         {reverse:.12f}")
    print(f"forward mode         {forward:.12f}")
    print(f"difference quotient  {quotient:.12f}")

    assert abs(reverse - forward) < 1e-12
    assert abs(reverse - quotient) < 1e-6


def training(predict, loss, layers, images, labels, train, held_out, rng):
    """Training by mini-batches.

    In each epoch the digits are shuffled and taken 32 at a time; for each batch one step against its gradient.
    """
    step = wg.value_and_grad(loss)
    losses, accuracies = [], []
    for epoch in range(1, 21):
        batch_losses = []
        for batch in np.split(rng.permutation(train), range(32, len(train), 32)):
            value, gradient = step(layers, images[batch], labels[batch])
            layers = wg.tree_map(lambda p, g: p - 0.2 * g, layers, gradient)
            batch_losses.append(value.item())
        guesses = wg.argmax(predict(layers, images[held_out]), axis=1).numpy()
        accuracy = np.mean(guesses == labels[held_out])
        losses.append(np.mean(batch_losses))
        accuracies.append(accuracy)
        if epoch in (1, 2, 5, 10, 15, 20):
            print(f"epoch {epoch:2}   loss {losses[-1]:.4f}   held-out {accuracy:.1%}")

    assert accuracy >= 0.96

    display(
        training_curves(losses, accuracies, goal=0.96),
        "The mean loss of each epoch, and the accuracy on the held-out digits.",
    )
    return guesses


def reading(images, labels, held_out, guesses):
    """What it reads.

    Held-out digits with what the network takes them for: first those that it gets wrong, then others.
    """
    wrong = np.flatnonzero(guesses != labels[held_out])
    right = np.flatnonzero(guesses == labels[held_out])
    shown = np.concatenate([wrong, right])[:40]
    print(f"{len(right)} of {len(held_out)} held-out digits are read right")
    examples = held_out[shown]
    display(
        digits_picture(images[examples], labels[examples], guesses[shown]),
        "Above each digit what is read; in red, with ≠ what it is, where that is wrong.",
    )


PART = Part(
    5,
    "digits",
    "Reading digits",
    "All of it together on real data: a small neural network learns to read handwriting.",
    (data, network, checking, training, reading),
)
