"""Special functions."""

import torch

import wengert as wg

from .inputs import arrays, axis_of, between, magnitudes, pointwise, signed
from .operation import operation

moderate = between(-3.0, 3.0)
positive = magnitudes(0.05, 20.0)
fractions = between(0.01, 0.99)


def _axis(random, size):
    return axis_of(random, len(size))


def _gamma(x):
    """PyTorch has the logarithm of its absolute value; the sign alternates below 0."""
    sign = torch.where((x < 0) & (torch.floor(x) % 2 != 0), -1.0, 1.0)
    return sign * torch.exp(torch.lgamma(x))


def _betaln(a, b):
    return torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)


def _binomial(n, k):
    return torch.exp(torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1))


def _huber(delta, r):
    return torch.where(torch.abs(r) <= delta, r**2 / 2, delta * (torch.abs(r) - delta / 2))


OPERATIONS = [
    operation("special.erf", torch.special.erf, pointwise(moderate)),
    operation("special.erfc", torch.special.erfc, pointwise(between(-3, 10))),
    operation("special.erfcx", torch.special.erfcx, pointwise(between(-3, 3))),
    operation("special.erfinv", torch.special.erfinv, pointwise(between(-0.99, 0.99))),
    operation("special.ndtr", torch.special.ndtr, pointwise(between(-3, 4))),
    operation("special.log_ndtr", torch.special.log_ndtr, pointwise(between(-20, 4))),
    operation("special.ndtri", torch.special.ndtri, pointwise(fractions)),
    operation("special.gammaln", torch.special.gammaln, pointwise(positive), pointwise(between(-3.9, -3.1))),
    operation("special.gamma", _gamma, pointwise(positive), pointwise(between(-2.9, -2.1))),
    operation("special.digamma", torch.special.digamma, pointwise(positive), pointwise(between(-1.8, -1.2))),
    operation(
        "special.polygamma",
        lambda x, n: torch.special.polygamma(n, x),
        pointwise(positive, n=(0, 1, 2, 3)),
        wengert=lambda x, n: wg.special.polygamma(n, x),
    ),
    operation(
        "special.multigammaln",
        lambda x, d: torch.special.multigammaln(x, d),
        pointwise(between(2.6, 20.0), d=(1, 2, 5)),
    ),
    operation("special.betaln", _betaln, pointwise(between(3, 8), between(3, 8))),
    operation("special.beta", lambda a, b: torch.exp(_betaln(a, b)), pointwise(between(3, 8), between(3, 8))),
    operation(
        "special.gammainc",
        lambda x, a: torch.special.gammainc(torch.tensor(a, dtype=x.dtype), x),
        pointwise(positive, a=(0.5, 2.0, 7.5)),
        wengert=lambda x, a: wg.special.gammainc(a, x),
    ),
    operation(
        "special.gammaincc",
        lambda x, a: torch.special.gammaincc(torch.tensor(a, dtype=x.dtype), x),
        pointwise(positive, a=(0.5, 2.0, 7.5)),
        wengert=lambda x, a: wg.special.gammaincc(a, x),
    ),
    operation(
        "special.zeta",
        lambda q, s: torch.special.zeta(torch.tensor(s, dtype=q.dtype), q),
        pointwise(positive, s=(1.5, 2.0, 7.5)),
        wengert=lambda q, s: wg.special.zeta(s, q),
    ),
    operation("special.i0", torch.special.i0, pointwise(signed(positive))),
    operation("special.i0e", torch.special.i0e, pointwise(signed(positive))),
    operation("special.i1", torch.special.i1, pointwise(signed(positive))),
    operation("special.i1e", torch.special.i1e, pointwise(signed(positive))),
    operation("special.expit", torch.special.expit, pointwise(between(-20, 8))),
    operation("special.logit", torch.special.logit, pointwise(fractions)),
    operation("special.log_expit", torch.nn.functional.logsigmoid, pointwise(between(-20, 8))),
    operation("special.softplus", torch.nn.functional.softplus, pointwise(between(-15, 15))),
    operation("special.entr", torch.special.entr, pointwise(positive)),
    operation("special.xlogy", torch.special.xlogy, pointwise(signed(positive), positive)),
    operation("special.xlog1py", torch.special.xlog1py, pointwise(signed(positive), positive)),
    operation("special.rel_entr", lambda x, y: x * torch.log(x / y), pointwise(positive, positive)),
    operation("special.kl_div", lambda x, y: x * torch.log(x / y) - x + y, pointwise(positive, positive)),
    operation("special.softmax", torch.special.softmax, arrays(moderate, least=1, axis=_axis)),
    operation("special.log_softmax", torch.special.log_softmax, arrays(moderate, least=1, axis=_axis)),
    operation("special.erfcinv", lambda x: torch.special.erfinv(1 - x), pointwise(between(0.02, 1.98))),
    operation("special.factorial", lambda n: _gamma(n + 1), pointwise(positive)),
    operation("special.loggamma", torch.lgamma, pointwise(positive)),
    operation("special.binom", _binomial, pointwise(between(4, 9), between(0.5, 3))),
    operation("special.exprel", lambda x: torch.expm1(x) / x, pointwise(signed(positive))),
    operation("special.boxcox", lambda x, p: (x**p - 1) / p, pointwise(positive, signed(between(0.5, 2)))),
    operation(
        "special.boxcox1p",
        lambda x, p: torch.expm1(p * torch.log1p(x)) / p,
        pointwise(positive, signed(between(0.5, 2))),
    ),
    operation(
        "special.inv_boxcox", lambda y, p: torch.exp(torch.log1p(p * y) / p), pointwise(between(0, 3), between(0.5, 2))
    ),
    operation(
        "special.inv_boxcox1p",
        lambda y, p: torch.expm1(torch.log1p(p * y) / p),
        pointwise(between(0.1, 3), between(0.5, 2)),
    ),
    operation("special.huber", _huber, pointwise(between(0.5, 2), between(-4, 4))),
    operation(
        "special.pseudo_huber",
        lambda d, r: d**2 * (torch.sqrt(1 + (r / d) ** 2) - 1),
        pointwise(between(0.5, 2), signed(between(0.5, 4))),
    ),
]
