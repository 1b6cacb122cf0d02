"""How well one picture, turned, scaled and shifted, agrees with another: what a registration makes small.

The picture is sampled between its pixels by bilinear interpolation, R. Szeliski, Computer Vision, 2nd edition, sections
3.6.1 and 9.2 (parametric motion).
"""

import numpy as np


def sampled(picture, rows, columns, background=0.0):
    """The picture at fractional places; outside there is the background."""
    height, width = picture.shape
    inside = (rows >= 0) & (rows <= height - 1) & (columns >= 0) & (columns <= width - 1)
    top = np.clip(np.floor(rows).astype(int), 0, height - 2)
    left = np.clip(np.floor(columns).astype(int), 0, width - 2)
    down, right = rows - top, columns - left
    upper = (1 - right) * picture[top, left] + right * picture[top, left + 1]
    lower = (1 - right) * picture[top + 1, left] + right * picture[top + 1, left + 1]
    return np.where(inside, (1 - down) * upper + down * lower, background)


def moved(picture, angle, scale, shift):
    """The picture turned and scaled about its centre, then shifted."""
    middle = (np.array(picture.shape) - 1) / 2
    rows, columns = np.indices(picture.shape)
    y, x = rows - middle[0] - shift[0], columns - middle[1] - shift[1]
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    return sampled(picture, cosine * y + sine * x + middle[0], cosine * x - sine * y + middle[1])


def disagreement(angle, scale, shift, picture, target):
    """The mean squared difference, where the moved picture is not empty."""
    image = moved(picture, angle, scale, shift)
    seen = image != 0.0
    return np.mean((image[seen] - target[seen]) ** 2)


def example():
    """A smooth picture, and the same one moved by hand."""
    y, x = np.mgrid[-1:1:24j, -1:1:32j]
    picture = 1.5 + np.sin(3 * x + y) * np.cos(2 * y - x)
    return {
        "angle": np.array(0.12),
        "scale": np.array(1.05),
        "shift": np.array([0.8, -0.6]),
        "picture": picture,
        "target": moved(picture, 0.2, 1.1, (1.3, -0.2)),
    }
