"""Fourier transforms."""

import torch

from .inputs import axis_of, each, normal, numbers, plane, shape
from .operation import operation

NORMS = ("backward", "ortho", "forward", None)


def _norm(random):
    return NORMS[random.integers(0, 4)]


def _one(domain, least=1):
    """An array and the axis to transform, cut or filled up to n."""

    def draw(random):
        size = shape(random, least=1, smallest=least, largest=6)
        n = None if random.integers(0, 2) else int(random.integers(least, 8))
        return [domain(random, size)], {"n": n, "axis": axis_of(random, len(size)), "norm": _norm(random)}

    return each(draw)


def _many(domain, least=1, count=None):
    """An array and some axes to transform, of which the last is halved by a real transform."""

    def draw(random):
        size = shape(random, least=count or 1, smallest=least, largest=5)
        chosen = tuple(int(a) for a in random.permutation(len(size))[: count or random.integers(1, len(size) + 1)])
        s = tuple(int(n) for n in random.integers(least, 6, len(chosen))) if random.integers(0, 2) else None
        return [domain(random, size)], {"s": s, "axes": chosen, "norm": _norm(random)}

    return each(draw)


def _shifted(random):
    size = shape(random, least=1)
    return [numbers(random, size)], {"axes": (None, axis_of(random, len(size)))[random.integers(0, 2)]}


def _as_in_torch(function):
    """PyTorch's names are dim for axis and axes."""

    def call(x, **options):
        for name in ("axis", "axes"):
            if name in options:
                options["dim"] = options.pop(name)
        return function(x, **options)

    return call


ONE = {"fft": numbers, "ifft": numbers, "rfft": normal, "irfft": plane, "hfft": plane, "ihfft": normal}
MANY = {"fftn": numbers, "ifftn": numbers, "rfftn": normal, "irfftn": plane}
TWO = {"fft2": numbers, "ifft2": numbers, "rfft2": normal, "irfft2": plane}


def _least(name):
    """The real inverses make 2 (n - 1) points of n, which must be one at least."""
    return 2 if name.startswith(("irfft", "hfft")) else 1


OPERATIONS = [
    *(operation(f"fft.{n}", _as_in_torch(getattr(torch.fft, n)), _one(d, _least(n))) for n, d in ONE.items()),
    *(operation(f"fft.{n}", _as_in_torch(getattr(torch.fft, n)), _many(d, _least(n))) for n, d in MANY.items()),
    *(operation(f"fft.{n}", _as_in_torch(getattr(torch.fft, n)), _many(d, _least(n), 2)) for n, d in TWO.items()),
    operation("fft.fftshift", _as_in_torch(torch.fft.fftshift), each(_shifted)),
    operation("fft.ifftshift", _as_in_torch(torch.fft.ifftshift), each(_shifted)),
]
