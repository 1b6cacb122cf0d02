"""SciPy's special functions, imported when the first of them is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["scipys"]


def scipys(name: str) -> Callable[..., Any]:
    """SciPy's special function of this name, looked up once, when it is first called."""
    found: Callable[..., Any] | None = None

    def evaluate(*inputs: Any) -> Any:
        nonlocal found
        if found is None:
            import scipy.special

            found = getattr(scipy.special, name)
        return found(*inputs)

    evaluate.__module__, evaluate.__name__ = __name__, name
    return evaluate


# Error functions
erf = scipys("erf")
erfc = scipys("erfc")
erfcinv = scipys("erfcinv")
erfcx = scipys("erfcx")
erfi = scipys("erfi")
erfinv = scipys("erfinv")
log_ndtr = scipys("log_ndtr")
ndtr = scipys("ndtr")
ndtri = scipys("ndtri")
ndtri_exp = scipys("ndtri_exp")
owens_t = scipys("owens_t")
wofz = scipys("wofz")

# Gamma and beta functions
beta = scipys("beta")
betainc = scipys("betainc")
betaincc = scipys("betaincc")
betaln = scipys("betaln")
binom = scipys("binom")
digamma = scipys("digamma")
gamma = scipys("gamma")
gammainc = scipys("gammainc")
gammaincc = scipys("gammaincc")
gammaln = scipys("gammaln")
loggamma = scipys("loggamma")
zeta = scipys("zeta")

# Bessel functions
i0 = scipys("i0")
i0e = scipys("i0e")
i1 = scipys("i1")
i1e = scipys("i1e")
iv = scipys("iv")
ive = scipys("ive")
j0 = scipys("j0")
j1 = scipys("j1")
jv = scipys("jv")
k0 = scipys("k0")
k0e = scipys("k0e")
k1 = scipys("k1")
k1e = scipys("k1e")
kv = scipys("kv")
kve = scipys("kve")
y0 = scipys("y0")
y1 = scipys("y1")
yn = scipys("yn")
yv = scipys("yv")

# Closed forms and integrals
boxcox = scipys("boxcox")
boxcox1p = scipys("boxcox1p")
entr = scipys("entr")
exp1 = scipys("exp1")
expi = scipys("expi")
expn = scipys("expn")
expit = scipys("expit")
exprel = scipys("exprel")
fresnel = scipys("fresnel")
huber = scipys("huber")
inv_boxcox = scipys("inv_boxcox")
inv_boxcox1p = scipys("inv_boxcox1p")
kl_div = scipys("kl_div")
log_expit = scipys("log_expit")
logit = scipys("logit")
pseudo_huber = scipys("pseudo_huber")
rel_entr = scipys("rel_entr")
shichi = scipys("shichi")
sici = scipys("sici")
spence = scipys("spence")
wrightomega = scipys("wrightomega")
xlog1py = scipys("xlog1py")


def lambertw(z: Any, k: Any, *, tol: float) -> Any:
    """The branch ``k`` of the inverse of w exp(w)."""
    return _lambertw(z, k, tol)


_lambertw = scipys("lambertw")
