"""Every method of a generator gives NumPy's numbers, and numbers move with their parameters along quantiles."""

import numpy as np
import pytest
from scipy import stats

import wengert as wg

A = np.array([0.5, 2.0, 30.0])
CALLS = {
    "standard_exponential": [((3,), {"method": "inv"}), ((), {"method": "inv", "dtype": "float32"})],
    "standard_cauchy": [((), {}), ((4,), {})],
    "laplace": [((), {}), ((1.0, 2.0, (2, 3)), {}), ((A, 2.0), {})],
    "logistic": [((1.0, 2.0, 4), {}), ((A, A), {})],
    "gumbel": [((1.0, 2.0, 4), {}), ((0.0, A, (2, 3)), {})],
    "rayleigh": [((), {}), ((A,), {"size": (2, 3)})],
    "lognormal": [((1.0, 0.5, 4), {}), ((A, 1.0), {})],
    "weibull": [((2.0,), {}), ((A,), {})],
    "pareto": [((2.0, 5), {}), ((A,), {})],
    "power": [((2.0, 5), {}), ((A,), {})],
    "triangular": [((0.0, 1.0, 3.0, 6), {}), ((0.0, A, 31.0), {})],
    "vonmises": [((0.5, 2.0, 5), {}), ((0.0, A), {})],
    "wald": [((1.0, 2.0, 5), {}), ((A, A), {})],
    "standard_gamma": [((2.0,), {}), ((A, (2, 3)), {}), ((2.0, 3), {"dtype": "float32"})],
    "gamma": [((2.0, 3.0, 4), {}), ((A, 0.5), {})],
    "chisquare": [((3.0, 4), {}), ((A,), {})],
    "standard_t": [((3.0, 4), {}), ((A,), {})],
    "f": [((3.0, 5.0, 4), {}), ((A, 2.0), {})],
    "noncentral_chisquare": [((3.0, 1.0, 4), {}), ((A, 2.0), {})],
    "noncentral_f": [((3.0, 5.0, 1.0, 4), {}), ((A, 2.0, 1.0), {})],
    "beta": [((2.0, 3.0, 4), {}), ((A, 0.5), {})],
    "dirichlet": [((A,), {}), (([1.0, 2.0], (2, 2)), {})],
    "multivariate_normal": [
        (([1.0, 2.0], [[2.0, 0.5], [0.5, 1.0]]), {}),
        (([1.0, 2.0], [[2.0, 0.5], [0.5, 1.0]], 3), {"method": "cholesky"}),
        (([1.0, 2.0], np.eye(2), (2, 2), "ignore"), {"method": "eigh"}),
    ],
    "binomial": [((5, 0.5, 4), {}), ((np.array([3, 4]), 0.25), {})],
    "negative_binomial": [((5, 0.5, 4), {}), ((A, 0.5), {})],
    "geometric": [((0.5,), {}), ((0.5, (2, 2)), {})],
    "poisson": [((), {}), ((A, (2, 3)), {})],
    "hypergeometric": [((5, 6, 4, 7), {}), ((np.array([3, 9]), 5, 2), {})],
    "logseries": [((0.5, 4), {})],
    "zipf": [((2.5, 4), {})],
    "multinomial": [((5, [0.25, 0.75]), {}), (([5, 6], [0.25, 0.75], (3, 2)), {}), ((4, np.full((3, 2), 0.5)), {})],
    "multivariate_hypergeometric": [(([3, 4], 2), {}), (([3, 4, 5], 6, (2, 2)), {"method": "count"})],
    "permuted": [((np.arange(12.0).reshape(3, 4),), {}), ((np.arange(12.0).reshape(3, 4),), {"axis": -1}), (([],), {})],
}


@pytest.mark.parametrize(("method", "args", "kwargs"), [(m, a, k) for m, calls in CALLS.items() for a, k in calls])
def test_draws_are_numpys(method, args, kwargs):
    ours, theirs = wg.random.default_rng(7), np.random.default_rng(7)
    for _ in range(2):
        found, expected = getattr(ours, method)(*args, **kwargs), getattr(theirs, method)(*args, **kwargs)
        assert isinstance(found, wg.Array)
        assert found.shape == np.shape(expected)
        assert found.dtype == kwargs.get("dtype", np.asarray(expected).dtype)
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6 if "dtype" in kwargs else 0)


def test_nothing_of_numpys_generator_is_missing():
    public = {name for name in dir(np.random.Generator) if not name.startswith("_")}
    assert public <= set(dir(wg.random.Generator))


SHAPES = [
    ("uniform", (1.0, 3.0)),
    ("normal", (1.0, 3.0)),
    ("laplace", (1.0, 3.0)),
    ("logistic", (1.0, 3.0)),
    ("gumbel", (1.0, 3.0)),
    ("exponential", (3.0,)),
    ("rayleigh", (3.0,)),
    ("lognormal", (0.5, 0.8)),
    ("weibull", (1.7,)),
    ("pareto", (1.7,)),
    ("power", (1.7,)),
    ("triangular", (0.5, 1.0, 3.0)),
]


@pytest.mark.parametrize(("method", "parameters"), SHAPES)
def test_arrays_give_what_numbers_give(method, parameters):
    """Recorded, batched or neither: the numbers are those that NumPy gives for these parameters."""
    expected = getattr(np.random.default_rng(3), method)(*parameters, size=20)
    for wrap in (wg.array, lambda p: wg.array(p, requires_grad=True)):
        found = getattr(wg.random.default_rng(3), method)(*map(wrap, parameters), size=20)
        np.testing.assert_allclose(found.detach(), expected, rtol=1e-14, atol=1e-15)
    scalar = getattr(wg.random.default_rng(3), method)(*map(wg.array, parameters))
    assert scalar.shape == ()


SCIPYS = {
    "uniform": lambda q, low, high: low + (high - low) * q,
    "normal": stats.norm.ppf,
    "laplace": stats.laplace.ppf,
    "logistic": stats.logistic.ppf,
    "gumbel": stats.gumbel_r.ppf,
    "exponential": lambda q, scale: stats.expon.ppf(q, 0, scale),
    "rayleigh": lambda q, scale: stats.rayleigh.ppf(q, 0, scale),
    "lognormal": lambda q, mean, sigma: stats.lognorm.ppf(q, sigma, 0, np.exp(mean)),
    "weibull": stats.weibull_min.ppf,
    "pareto": stats.lomax.ppf,
    "power": stats.powerlaw.ppf,
    "triangular": lambda q, a, c, b: stats.triang.ppf(q, (c - a) / (b - a), a, b - a),
    "standard_gamma": stats.gamma.ppf,
    "gamma": lambda q, a, scale: stats.gamma.ppf(q, a, 0, scale),
    "chisquare": stats.chi2.ppf,
}
LEVELS = {"exponential": stats.expon, "rayleigh": stats.rayleigh, "uniform": stats.uniform}


@pytest.mark.parametrize(
    ("method", "parameters"), [*SHAPES, ("standard_gamma", (0.4,)), ("gamma", (2.5, 3.0)), ("chisquare", (45.0,))]
)
def test_derivatives_follow_quantiles(method, parameters):
    """Each number is a quantile, whose level stays while the parameters move: dx/dθ is that of SciPy's quantile."""
    draw = lambda *p: getattr(wg.random.default_rng(11), method)(*p, size=6)  # noqa: E731
    point = [wg.array(p) for p in parameters]
    x = draw(*point).numpy()
    quantile = SCIPYS[method]
    levels = _levels(quantile, x, parameters)
    for i, p in enumerate(parameters):
        h = 1e-4 * p
        moved = [quantile(levels, *parameters[:i], p + s * h, *parameters[i + 1 :]) for s in (1, -1)]
        expected = (moved[0] - moved[1]) / (2 * h)
        found = wg.jvp(lambda v, i=i: draw(*point[:i], v, *point[i + 1 :]), (point[i],), (wg.array(1.0),))[1]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def _levels(quantile, x, parameters):
    """By bisection: where the quantile is x."""
    low, high = np.zeros(x.shape), np.ones(x.shape)
    for _ in range(60):
        middle = (low + high) / 2
        below = quantile(middle, *parameters) < x
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        *SHAPES,
        ("standard_gamma", (0.4,)),
        ("gamma", (25.0, 3.0)),
        ("chisquare", (3.0,)),
        ("standard_t", (3.0,)),
        ("f", (3.0, 5.0)),
        ("beta", (0.7, 2.0)),
        ("noncentral_chisquare", (2.5, 1.0)),
        ("noncentral_f", (2.5, 4.0, 1.0)),
        ("dirichlet", (np.array([0.5, 2.0, 4.0]),)),
    ],
)
def test_derivatives_of_all_orders(method, parameters):
    draw = lambda *p: getattr(wg.random.default_rng(5), method)(*p, size=3)  # noqa: E731
    wg.testing.check_grads(draw, [wg.array(p) for p in parameters], order=2)


def test_gamma_numbers_are_distributed_as_such():
    """By the test of Kolmogorov and Smirnov, of numbers with one seed."""
    for shape in (0.1, 1.0, 40.0):
        x = wg.random.default_rng(2).standard_gamma(wg.array(shape), size=2000)
        assert stats.kstest(x.numpy(), stats.gamma(shape).cdf).pvalue > 0.01
    x = wg.random.default_rng(2).beta(wg.array(0.5), wg.array(2.0), size=2000)
    assert stats.kstest(x.numpy(), stats.beta(0.5, 2.0).cdf).pvalue > 0.01
    x = wg.random.default_rng(2).noncentral_chisquare(wg.array(2.5), 1.5, size=2000)
    assert stats.kstest(x.numpy(), stats.ncx2(2.5, 1.5).cdf).pvalue > 0.01


def test_some_parameters_plain():
    """What does not depend on an array is drawn by NumPy."""
    found = wg.random.default_rng(4).gamma(2.0, wg.array(3.0, requires_grad=True), size=4)
    np.testing.assert_allclose(found.detach(), np.random.default_rng(4).gamma(2.0, 3.0, size=4))
    found = wg.random.default_rng(4).vonmises(wg.array([0.5, 3.0]), 2.0)
    np.testing.assert_allclose(found, np.random.default_rng(4).vonmises([0.5, 3.0], 2.0), atol=1e-15)
    gradient = wg.grad(lambda mu: wg.random.default_rng(4).vonmises(mu, 2.0))(3.0)
    assert gradient == 1


def test_multivariate_normal_moves_with_mean_and_covariance():
    mean, cov = np.array([1.0, -1.0]), np.array([[2.0, 0.5], [0.5, 1.0]])
    for method in ("svd", "eigh", "cholesky"):
        expected = np.random.default_rng(1).multivariate_normal(mean, cov, 3, method=method)
        moving = lambda m, k=method: wg.random.default_rng(1).multivariate_normal(m, cov, 3, method=k)  # noqa: E731
        np.testing.assert_allclose(moving(wg.array(mean)), expected)
        np.testing.assert_allclose(wg.jacobian(moving)(mean), np.broadcast_to(np.eye(2), (3, 2, 2)))
    draw = lambda m, c: wg.random.default_rng(1).multivariate_normal(m, c, 3, method="cholesky")  # noqa: E731
    np.testing.assert_allclose(draw(wg.array(mean), wg.array(cov)), expected)
    wg.testing.check_grads(lambda m, root: draw(m, root @ root.T), (mean, np.linalg.cholesky(cov)), order=2)
    with pytest.raises(wg.ConversionError, match=r"cov with method='svd' \(unlike with 'cholesky'\) has no"):
        wg.grad(lambda c: wg.sum(wg.random.default_rng(1).multivariate_normal(mean, c)))(cov)


def test_permuted_and_shuffled_elements_are_differentiated():
    x = np.random.default_rng(0).normal(size=(3, 4))
    for axis in (None, 0, 1):
        wg.testing.check_grads(lambda x, a=axis: wg.random.default_rng(5).permuted(x, axis=a), (x,))
    for axis in (0, 1):
        ours, theirs = wg.array(x), x.copy()
        wg.random.default_rng(5).shuffle(ours, axis)
        np.random.default_rng(5).shuffle(theirs, axis)
        np.testing.assert_array_equal(ours, theirs)
    leaf = wg.array(x, requires_grad=True)
    y = leaf * 1.0
    wg.random.default_rng(5).shuffle(y)
    wg.sum(y * np.arange(3.0)[:, None]).backward()
    np.testing.assert_array_equal(np.sort(leaf.grad[:, 0]), [0, 1, 2])


def test_children_and_bytes():
    ours, theirs = wg.random.default_rng(5), np.random.default_rng(5)
    assert ours.bytes(7) == theirs.bytes(7)
    for child, other in zip(ours.spawn(2), theirs.spawn(2), strict=True):
        assert isinstance(child, wg.random.Generator)
        assert child.random() == other.random()


# Transforms and programs ----------------------------------------------------------------------------------------------


def test_batches_share_the_level():
    """Numbers of a batch of shapes are the quantiles of one level."""
    shapes = np.array([0.5, 3.0])
    found = wg.vmap(lambda a: wg.random.default_rng(3).standard_gamma(a, size=4))(shapes)
    levels = [stats.gamma.cdf(found[i], shapes[i]) for i in range(2)]
    np.testing.assert_allclose(levels[0], levels[1])
    slopes = wg.vmap(wg.grad(lambda a: wg.random.default_rng(3).standard_gamma(a)))(shapes)
    assert (slopes.numpy() > 0).all()


def test_programs_draw_anew():
    rng = wg.random.default_rng(3)
    program = wg.trace(lambda a: rng.beta(a, 2.0) + rng.poisson(3.0))(1.5)
    assert program(1.5).item() != program(1.5).item()
    compiled = wg.compile(lambda a: rng.standard_gamma(a, size=2))
    first = compiled(wg.array(2.0))
    assert (first.numpy() != compiled(wg.array(2.0)).numpy()).all()


def test_large_parameters_are_numpys_and_compare():
    means = np.linspace(0, 1, 50)
    program = wg.trace(lambda x: x + wg.random.default_rng(1).poisson(means))(0.0)
    assert "[0." in str(program)
    twice = [wg.trace(lambda x: x + wg.random.default_rng(1).poisson(means))(0.0) for _ in range(2)]
    one, other = (p.equations[0].params["arguments"] for p in twice)
    assert one == other
    assert hash(one[0]) == hash(other[0])
    assert one[0] != wg.trace(lambda x: x + wg.random.default_rng(1).poisson(2 * means))(0.0)


# Errors ---------------------------------------------------------------------------------------------------------------

COUNTS = {
    "binomial": lambda rng, p: rng.binomial(5, p),
    "negative_binomial": lambda rng, p: rng.negative_binomial(5, p),
    "geometric": lambda rng, p: rng.geometric(p),
    "poisson": lambda rng, p: rng.poisson(p),
    "hypergeometric": lambda rng, p: rng.hypergeometric(p * 10, 5, 2),
    "logseries": lambda rng, p: rng.logseries(p),
    "zipf": lambda rng, p: rng.zipf(p + 1),
    "multinomial": lambda rng, p: rng.multinomial(5, [p, 1 - p]),
    "a probability of a random choice": lambda rng, p: rng.choice(2, p=[p, 1 - p]),
    "a bound": lambda rng, p: rng.integers(p * 10),
    "kappa of vonmises": lambda rng, p: rng.vonmises(0.0, p),
    "wald": lambda rng, p: rng.wald(p, 1.0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_parameters_without_a_gradient(name):
    rng, p = wg.random.default_rng(0), wg.array(0.5, requires_grad=True)
    with pytest.raises(wg.ConversionError, match=rf"{name}.* has no reparameterised gradient.*x\.detach\(\)"):
        COUNTS[name](rng, p)
    with pytest.raises(wg.ConversionError, match=r"has no reparameterised gradient"):
        wg.grad(lambda p: COUNTS[name](rng, p) * 1.0)(0.5)
    if name not in ("multinomial", "a bound", "hypergeometric"):
        assert COUNTS[name](rng, p.detach()).shape == ()
        assert COUNTS[name](rng, wg.array(0.5)).shape == ()


@pytest.mark.parametrize(
    ("method", "parameters", "message"),
    [
        ("laplace", (0.0, -1.0), "scale"),
        ("weibull", (-1.0,), "a of a random distribution must be positive"),
        ("standard_gamma", (0.0,), "shape of a random distribution must be positive"),
        ("beta", (1.0, -1.0), "b of a random distribution must be positive"),
        ("triangular", (0.0, 2.0, 1.0), "right - mode"),
        ("noncentral_chisquare", (0.5, 1.0), "for a gradient, df - 1"),
        ("lognormal", (0.0, -1.0), "sigma"),
    ],
)
def test_bad_parameters(method, parameters, message):
    with pytest.raises(ValueError, match=message):
        getattr(wg.random.default_rng(0), method)(*map(wg.array, parameters))


def test_other_errors():
    rng = wg.random.default_rng(0)
    with pytest.raises(ValueError, match="scale < 0"):
        rng.laplace(0.0, -1.0)
    with pytest.raises(wg.DTypeError, match="loc of a random distribution must be real"):
        rng.normal(1j)
    with pytest.raises(wg.ShapeError, match=r"a mean of shape \(n,\) and a cov"):
        rng.multivariate_normal([0.0], np.eye(2))
    with pytest.raises(wg.ShapeError, match=r"alpha of shape \(n,\)"):
        rng.dirichlet(1.0)
    with pytest.raises(wg.DTypeError, match="shuffle writes into an Array, not into a list; use permutation"):
        rng.shuffle([1, 2])
    with pytest.raises(ValueError, match="'zig' and 'inv', not 'fast'"):
        rng.standard_exponential(method="fast")
    with pytest.raises(wg.ShapeError, match="do not broadcast to size"):
        rng.standard_gamma(wg.ones((2, 3)), size=3)
    with pytest.raises(wg.ConversionError, match="under vmap"):
        wg.vmap(lambda n: rng.binomial(n, 0.5))(np.array([1, 2]))
