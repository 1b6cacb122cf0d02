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


@pytest.mark.parametrize(("method", "parameters"), SHAPES)
def test_derivatives_of_all_orders(method, parameters):
    draw = lambda *p: getattr(wg.random.default_rng(5), method)(*p, size=3)  # noqa: E731
    wg.testing.check_grads(draw, [wg.array(p) for p in parameters], order=2)


MEANS = {  # of a function of the numbers, as a function of the parameters
    "standard_gamma": (lambda x: x, lambda a: a, (0.4,)),
    "gamma": (lambda x: x**2, lambda a, s: s**2 * a * (a + 1), (25.0, 3.0)),
    "chisquare": (wg.log, lambda k: stats.gamma(k / 2, 0, 2).expect(np.log), (3.0,)),
    "standard_t": (lambda x: abs(x), lambda k: 2 * stats.t(k).expect(lambda x: x, lb=0), (5.0,)),
    "f": (lambda x: x, lambda m, n: n / (n - 2) + 0 * m, (3.0, 9.0)),
    "beta": (lambda x: x, lambda a, b: a / (a + b), (0.7, 2.0)),
    "noncentral_chisquare": (lambda x: x, lambda k, c: k + c, (2.5, 1.5)),
    "noncentral_f": (lambda x: x, lambda m, n, c: n * (m + c) / (m * (n - 2)), (2.5, 9.0, 1.5)),
}


@pytest.mark.parametrize("name", MEANS)
def test_gradients_of_means(name):
    """They agree with those of the distribution's, up to the spread of the numbers of one seed."""
    function, mean, parameters = MEANS[name]
    n = 4000

    def draws(*p):
        return function(getattr(wg.random.default_rng(1), name)(*[wg.full(n, v) for v in p]))

    for i, p in enumerate(parameters):
        direction = [wg.array(float(i == k)) for k in range(len(parameters))]
        slopes = wg.jvp(draws, [wg.array(v) for v in parameters], direction)[1].numpy()
        moved = [mean(*parameters[:i], p + h, *parameters[i + 1 :]) for h in (1e-4 * p, -1e-4 * p)]
        expected = (moved[0] - moved[1]) / (2e-4 * p)
        assert abs(slopes.mean() - expected) < 4 * slopes.std() / np.sqrt(n)


def test_dirichlet_moves_on_the_simplex():
    alpha = wg.array([0.5, 2.0, 4.0])
    slopes = wg.jacobian(lambda a: wg.random.default_rng(1).dirichlet(a, size=2))(alpha).numpy()
    np.testing.assert_allclose(slopes.sum(1), np.zeros((2, 3)), atol=1e-15)
    assert (np.diagonal(slopes, axis1=1, axis2=2) > 0).all()


def test_numbers_made_of_gamma_numbers_are_distributed_as_such():
    """By the test of Kolmogorov and Smirnov, of numbers with one seed."""
    found = {
        "beta": (wg.random.default_rng(1).beta(wg.array(0.5), wg.array(2.0), size=2000), stats.beta(0.5, 2.0)),
        "t": (wg.random.default_rng(1).standard_t(wg.array(3.0), size=2000), stats.t(3.0)),
        "f": (wg.random.default_rng(1).f(wg.array(3.0), 5.0, size=2000), stats.f(3.0, 5.0)),
        "ncx2": (wg.random.default_rng(1).noncentral_chisquare(wg.array(2.5), 1.5, size=2000), stats.ncx2(2.5, 1.5)),
        "ncf": (wg.random.default_rng(1).noncentral_f(wg.array(2.5), 4.0, 1.5, size=2000), stats.ncf(2.5, 4.0, 1.5)),
    }
    for name, (x, expected) in found.items():
        assert stats.kstest(x.numpy(), expected.cdf).pvalue > 0.01, name


@pytest.mark.parametrize(
    ("method", "parameters"), [("standard_gamma", (0.4,)), ("gamma", (2.0, 3.0)), ("chisquare", (3.0,))]
)
def test_gamma_numbers_of_arrays_are_numpys(method, parameters):
    expected = getattr(np.random.default_rng(3), method)(*parameters, size=4)
    draw = lambda *p: getattr(wg.random.default_rng(3), method)(*p, size=4)  # noqa: E731
    values = [wg.array(p) for p in parameters]
    np.testing.assert_allclose(draw(*values), expected, rtol=1e-15)
    np.testing.assert_allclose(draw(*[v.requires_grad_() for v in values]).detach(), expected, rtol=1e-15)
    np.testing.assert_allclose(wg.jvp(draw, parameters, parameters)[0], expected, rtol=1e-15)
    np.testing.assert_allclose(wg.value_and_grad(lambda *p: wg.sum(draw(*p)))(*parameters)[0], expected.sum())


def test_gamma_numbers_in_programs_are_numpys():
    for transform in (lambda f: wg.trace(f)(2.0), wg.compile):
        ours, theirs = wg.random.default_rng(3), np.random.default_rng(3)
        if transform is not wg.compile:
            theirs.standard_gamma(2.0, 3)  # on tracing
        program = transform(lambda a, rng=ours: rng.standard_gamma(2 * a, 3))
        for a in (2.0, 0.7):
            np.testing.assert_allclose(program(a), theirs.standard_gamma(2 * a, 3), rtol=1e-15)


def test_gamma_numbers_are_drawn_once():
    """Also where a checkpoint runs its function again, in a program too."""
    rng = wg.random.default_rng(3)
    block = wg.checkpoint(lambda a: wg.sum(wg.sin(rng.standard_gamma(a, 3))))
    value, gradient = wg.value_and_grad(block)(2.0)
    plain = lambda a: wg.sum(wg.sin(wg.random.default_rng(3).standard_gamma(a, 3)))  # noqa: E731
    expected = wg.value_and_grad(plain)(2.0)
    np.testing.assert_allclose([value, gradient], expected)
    program = wg.trace(wg.value_and_grad(wg.checkpoint(lambda a: rng.standard_gamma(a))))(2.0)
    assert sum(e.primitive.name == "draw" for e in program.equations) == 1
    assert program(2.0)[0].item() != program(2.0)[0].item()
    mapped = wg.vmap(wg.grad(wg.checkpoint(lambda a: rng.standard_gamma(a))))(np.array([1.0, 2.0]))
    assert (mapped.numpy() > 0).all()


def test_gamma_numbers_where_they_vanish():
    """A shape so small that numbers underflow, and one that is none."""
    found = wg.jvp(lambda a: wg.random.default_rng(0).standard_gamma(a, 3), (1e-5,), (1.0,))
    np.testing.assert_array_equal(found[1], np.zeros(3))
    leaf = wg.array(2.0, dtype="float32", requires_grad=True)
    wg.random.default_rng(0).standard_gamma(leaf).backward()
    assert leaf.grad.dtype == "float32"


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


def test_batches_of_shapes_draw_as_a_loop_does():
    shapes = np.array([0.5, 3.0])
    rng = wg.random.default_rng(3)
    expected = np.random.default_rng(3).standard_gamma(shapes[:, None], (2, 4))
    np.testing.assert_allclose(wg.vmap(lambda a: rng.standard_gamma(a, size=4))(shapes), expected, rtol=1e-15)
    slopes = wg.vmap(wg.grad(lambda a: wg.random.default_rng(3).standard_gamma(a)))(shapes)
    point = wg.array(shapes, requires_grad=True)
    wg.sum(wg.vmap(lambda a: wg.random.default_rng(3).standard_gamma(a))(point)).backward()
    np.testing.assert_allclose(slopes, point.grad)
    scaled = wg.vmap(lambda s: wg.random.default_rng(3).gamma(2.0, s))(wg.array([1.0, 2.0])).numpy()
    assert scaled[1] == 2 * scaled[0]


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
    for method, args in (("random", ()), ("standard_normal", ()), ("standard_exponential", ()), ("permuted", ([1],))):
        with pytest.raises(NotImplementedError, match=rf"has no out=; write x\[\.\.\.\] = rng\.{method}"):
            getattr(rng, method)(*args, out=np.empty(1))
    with pytest.raises(wg.ConversionError, match="under vmap"):
        wg.vmap(lambda n: rng.binomial(n, 0.5))(np.array([1, 2]))
