"""Special functions, under SciPy's names: the namespace ``wengert.special``."""

from ..trigonometric import sinc as sinc
from . import bessel, error_functions, exponential_sums, gamma_family, integrals, logistic
from .bessel import (
    i0 as i0,
    i0e as i0e,
    i1 as i1,
    i1e as i1e,
    iv as iv,
    ive as ive,
    j0 as j0,
    j1 as j1,
    jn as jn,
    jv as jv,
    k0 as k0,
    k0e as k0e,
    k1 as k1,
    k1e as k1e,
    kv as kv,
    kve as kve,
    y0 as y0,
    y1 as y1,
    yn as yn,
    yv as yv,
)
from .error_functions import (
    erf as erf,
    erfc as erfc,
    erfcinv as erfcinv,
    erfcx as erfcx,
    erfi as erfi,
    erfinv as erfinv,
    log_ndtr as log_ndtr,
    ndtr as ndtr,
    ndtri as ndtri,
    ndtri_exp as ndtri_exp,
    owens_t as owens_t,
    wofz as wofz,
)
from .exponential_sums import (
    log_softmax as log_softmax,
    logsumexp as logsumexp,
    softmax as softmax,
)
from .gamma_family import (
    beta as beta,
    betainc as betainc,
    betaincc as betaincc,
    betaln as betaln,
    binom as binom,
    comb as comb,
    digamma as digamma,
    factorial as factorial,
    gamma as gamma,
    gammainc as gammainc,
    gammaincc as gammaincc,
    gammaln as gammaln,
    loggamma as loggamma,
    multigammaln as multigammaln,
    polygamma as polygamma,
    psi as psi,
    zeta as zeta,
)
from .integrals import (
    exp1 as exp1,
    expi as expi,
    expn as expn,
    fresnel as fresnel,
    lambertw as lambertw,
    shichi as shichi,
    sici as sici,
    spence as spence,
    wrightomega as wrightomega,
)
from .logistic import (
    boxcox as boxcox,
    boxcox1p as boxcox1p,
    entr as entr,
    expit as expit,
    exprel as exprel,
    huber as huber,
    inv_boxcox as inv_boxcox,
    inv_boxcox1p as inv_boxcox1p,
    kl_div as kl_div,
    log_expit as log_expit,
    logit as logit,
    pseudo_huber as pseudo_huber,
    rel_entr as rel_entr,
    softplus as softplus,
    xlog1py as xlog1py,
    xlogy as xlogy,
)

_lambertw, _zeta, _riemann_zeta = lambertw, zeta, zeta  # the ufuncs that SciPy's functions call, for NumPy's protocol

__all__ = ["sinc"]
__all__ += bessel.__all__
__all__ += error_functions.__all__
__all__ += gamma_family.__all__
__all__ += integrals.__all__
__all__ += logistic.__all__
__all__ += exponential_sums.__all__
