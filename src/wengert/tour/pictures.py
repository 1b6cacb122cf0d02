"""The tour's own pictures: how a training went, and handwritten digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..show.extras import needs
from ..show.plot import COLOURS, INK, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["digits_picture", "loss_curve", "training_curves"]

BLUE, RED, *_ = COLOURS


def _figure(width: float, height: float) -> Figure:
    with needs("a picture", "matplotlib", "plot"):
        from matplotlib.figure import Figure
    return Figure(figsize=(width, height), layout="constrained")


def loss_curve(losses: Sequence[float], step: str = "step") -> Figure:
    """The loss after each step, on logarithmic axes."""
    figure = _figure(6.2, 3.4)
    ax = figure.subplots()
    ax.loglog(range(1, len(losses) + 1), losses, color=BLUE, linewidth=2)
    ax.set(xlabel=step, ylabel="loss", xlim=(1, len(losses)))
    plain(ax)
    return figure


def training_curves(losses: Sequence[float], accuracies: Sequence[float], goal: float) -> Figure:
    """The loss and the accuracy on held-out data after each epoch."""
    figure = _figure(6.6, 3.1)
    left, right = figure.subplots(1, 2)
    epochs = range(1, len(losses) + 1)
    left.semilogy(epochs, losses, color=BLUE, linewidth=2)
    left.set(xlabel="epoch", ylabel="training loss")
    right.plot(epochs, [100 * accuracy for accuracy in accuracies], color=RED, linewidth=2)
    right.axhline(100 * goal, color=INK, linewidth=1, dashes=(5, 3))
    right.annotate(f"goal: {100 * goal:.0f} %", (len(losses), 100 * goal), (0, -5), textcoords="offset points",
                   ha="right", va="top", color=INK, fontsize=10)  # fmt: skip
    right.set(xlabel="epoch", ylabel="held-out accuracy, %")
    for ax in (left, right):
        ax.set(xlim=(1, len(losses)), xticks=[1, *range(5, len(losses) + 1, 5)])
        plain(ax)
    return figure


def digits_picture(images: Any, labels: Any, guesses: Any, columns: int = 8) -> Figure:
    """Digits with what the network takes them for; where it errs, with the right answer."""
    rows = -(-len(images) // columns)
    figure = _figure(5.6, 0.88 * rows)
    for ax, image, label, guess in zip(figure.subplots(rows, columns).flat, images, labels, guesses, strict=False):
        ax.imshow(image.reshape(8, 8), cmap="gray_r")
        right = guess == label
        ax.set_title(f"{guess}" if right else f"{guess} ≠ {label}", color=INK if right else RED, fontsize=11, pad=3,
                     fontweight="normal" if right else "bold")  # fmt: skip
    for ax in figure.axes:
        ax.set_axis_off()
    return figure
