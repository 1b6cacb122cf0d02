"""Convolutions with learned kernels, and pooling."""

from torch.nn import functional

import wengert as wg

from .inputs import distinct, each, normal
from .operation import operation

CONV = {1: functional.conv1d, 2: functional.conv2d}
CONV_TRANSPOSE = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d}
MAX_POOL = {1: functional.max_pool1d, 2: functional.max_pool2d}
AVG_POOL = {1: functional.avg_pool1d, 2: functional.avg_pool2d}


def _n(random, low=1, high=3):
    return int(random.integers(low, high + 1))


def _image(random):
    return _n(random, 1, 2), tuple(_n(random, 4, 7) for _ in range(_n(random, 1, 2)))


def _conv(random):
    batch, sizes = _image(random)
    groups, kernel = _n(random, 1, 2), tuple(_n(random) for _ in sizes)
    channels, filters = groups * _n(random, 1, 2), groups * _n(random, 1, 2)
    args = [normal(random, (batch, channels, *sizes)), normal(random, (filters, channels // groups, *kernel))]
    dilation = 2 if max(kernel) == 2 else 1
    return args, {"stride": _n(random), "padding": _n(random, 0, 2), "dilation": dilation, "groups": groups}


def _conv_transpose(random):
    (x, w), options = _conv(random)
    stride, groups = options["stride"], options["groups"]
    channels = x.shape[1]
    w = normal(random, (channels, _n(random, 1, 2), *w.shape[2:]))
    return [x, w], {
        "stride": stride,
        "padding": 0 if min(w.shape[2:]) == 1 else 1,
        "output_padding": _n(random, 0, stride - 1),
        "dilation": options["dilation"],
        "groups": groups,
    }


def _pool(random):
    batch, sizes = _image(random)
    window = tuple(_n(random, 2, 3) for _ in sizes)
    options = {"window": window, "stride": _n(random), "padding": _n(random, 0, 1)}
    return [distinct(random, (batch, _n(random), *sizes))], options


OPERATIONS = [
    operation("conv", lambda x, w, **how: CONV[x.ndim - 2](x, w, **how), each(_conv)),
    operation("conv_transpose", lambda x, w, **how: CONV_TRANSPOSE[x.ndim - 2](x, w, **how), each(_conv_transpose)),
    operation(
        "max_pool",
        lambda x, window, stride, padding: MAX_POOL[x.ndim - 2](x, window, stride, padding),
        each(_pool),
        wengert=lambda x, window, stride, padding: wg.max_pool(x, window, stride=stride, padding=padding),
    ),
    operation(
        "avg_pool",
        lambda x, window, stride, padding: AVG_POOL[x.ndim - 2](x, window, stride, padding),
        each(_pool),
        wengert=lambda x, window, stride, padding: wg.avg_pool(x, window, stride=stride, padding=padding),
    ),
]
