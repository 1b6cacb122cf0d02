"""GradBench's problems: the reference has the suite's values, and its derivatives are those of its values.

Values at inputs from the suite's own files, which are no part of this project, are tested where the environment
variable WENGERT_GRADBENCH_DATA names their folder.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from benchmarks.gradbench import inputs, reference, reference_descent, rotation

DATA = os.environ.get("WENGERT_GRADBENCH_DATA")
reads_files = pytest.mark.skipif(
    DATA is None, reason="WENGERT_GRADBENCH_DATA does not name the folder of the suite's files"
)
norm = np.linalg.norm
SUITE_ODE = {"x": np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4]), "s": 10}


def same(found, expected, within=1e-11):
    """No entry is further off than `within` times the largest."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert np.isfinite(found).all()
    assert np.abs(found - expected).max(initial=0) <= within * np.abs(expected).max(initial=0)


def slopes(f, x, step=1e-3):
    """The derivatives of f along every entry of x, along a last axis: central differences of the fourth order."""
    columns = []
    for i in range(x.size):
        ends = {k: f((x.ravel() + k * step * np.eye(x.size)[i]).reshape(x.shape)) for k in (-2, -1, 1, 2)}
        columns.append((8 * (ends[1] - ends[-1]) - (ends[2] - ends[-2])) / (12 * step))
    return np.stack(columns, axis=-1) if columns else np.zeros((*np.shape(f(x)), 0))


# The suite's check values, of its C++ reference: problem, size, function, what is looked at, the value.
CHECKS = [
    ("gmm", "2_5_1000", "objective", None, -3916.464821054466),
    ("gmm", "2_5_1000", "jacobian", lambda r: norm(r["alpha"]), 320.1797022895189),
    ("gmm", "2_5_1000", "jacobian", lambda r: norm(r["mu"]), 647.4948412020218),
    ("gmm", "2_5_1000", "jacobian", lambda r: norm(r["q"]), 444.9392210624453),
    ("gmm", "2_5_1000", "jacobian", lambda r: norm(r["l"]), 358.083334883002),
    ("gmm", "2_5_1000", "jacobian", lambda r: r["alpha"][0], 99.56198742987118),
    ("gmm", "2_5_1000", "jacobian", lambda r: r["mu"][0, 0], -26.849251313373102),
    ("gmm", "2_5_1000", "jacobian", lambda r: r["q"][0, 0], 180.04410612854585),
    ("gmm", "2_5_1000", "jacobian", lambda r: r["l"][0, 0], -166.23417117125595),
    ("gmm", "10_5_1000", "objective", None, -42572.684975516015),
    ("gmm", "10_5_1000", "jacobian", lambda r: norm(r["mu"]), 6780.225126233064),
    ("gmm", "10_5_1000", "jacobian", lambda r: norm(r["l"]), 3510.6506368922355),
    ("kmeans", "10_1000_8", "cost", None, 609.3389875892321),
    ("kmeans", "10_1000_8", "dir", norm, 1.2103997157514272),
    ("kmeans", "1000_1000_16", "cost", None, 0.0),
    ("kmeans", "1000_1000_16", "dir", norm, 0.0),
    ("lse", "2500", "primal", None, 8.36784652657709),
    ("lse", "2500", "gradient", norm, 0.020802438229665442),
    ("lse", "2500", "gradient", np.sum, 1.0),
    ("llsq", "16", "primal", None, 1970.5168637678755),
    ("llsq", "16", "gradient", lambda r: r[:3], [75.42893129363709, 64.46502277451745, 66.70357820341492]),
    ("llsq", "16", "gradient", norm, 711.4628545731049),
    (
        "ode",
        "1000_1",
        "primal",
        lambda r: [*r[:4], norm(r[4:])],
        [1.4437042148481627, 1.3952546553233522, 0.2688647059316496, 0.023034476432477417, 0],
    ),
    ("ode", "1000_10", "gradient", norm, 0.0),
    *(
        ("det", str(l), "primal", None, value)
        for l, value in enumerate(
            [
                0.004911350094511802,
                0.11967390371370938,
                0.028382303993944872,
                -0.007977757822666524,
                -0.10241601790687906,
                -0.09371266449204946,
                -0.021697830534538953,
            ],
            start=5,
        )
    ),
    ("det", "5", "gradient", lambda r: r[:2], [0.017646206413153377, 0.004053669904135026]),
    ("det", "5", "gradient", norm, 0.19442089284711053),
    ("particle", "default", "fr", None, 0.2071918746486116),
    ("saddle", "default", "rr", None, [8.246324826140356e-06] * 4),
]

BA_ROW = [
    *(-461.4463210015993, 178.8679280144455, -19.423916472206248, -3.0615983420410315, 6.392457556226442),
    *(-3.340282281299017, 0.26476024920703156, 0.417022, 0, 243.62824566083003, 676.4867782658688),
    *(3.0615983420410315, -6.392457556226442, 3.340282281299017, 0.24299878163378708),
]
N, M, P = 49, 7776, 31843
BA_COLUMNS = [*range(11), *range(11 * N, 11 * N + 3), 11 * N + 3 * M]
FILE_CHECKS = [
    ("ba", "ba1", "objective", lambda r: r[0][0], [0.10133583791450886, -0.06896776592424401]),
    ("ba", "ba1", "objective", lambda r: r[1][-1], 0.826092651516),
    ("ba", "ba1", "jacobian", lambda r: r[2][:15], BA_ROW),
    ("ba", "ba1", "jacobian", lambda r: r[2][-1], -0.834044),
    ("ba", "ba1", "jacobian", lambda r: [*r[0][:30], r[0][-1]], [*range(0, 450, 15), 31 * P]),
    ("ba", "ba1", "jacobian", lambda r: [*r[1][:30], r[1][-1]], [*BA_COLUMNS, *BA_COLUMNS, 11 * N + 3 * M + P - 1]),
    ("lstm", "2_1024", "objective", None, 0.6788976724502778),
    ("lstm", "2_1024", "jacobian", norm, 0.10246459264284828),
    ("lstm", "2_1024", "jacobian", lambda r: r[0], 1.4392918494620545e-06),
    ("lstm", "2_4096", "objective", None, 0.6877792537846944),
    ("lstm", "2_4096", "jacobian", norm, 0.10379255490101588),
]
HANDS = {
    "complicated_small_hand1": (
        [-0.10689429462879463, -0.010055240144601019, 0.00215333875426138],
        (1.7963894653914088, 17.383422192082136, 17.38026631214169),
    ),
    "simple_small_hand1": (
        [0.19224339453588057, 0.08247191593189719, -0.23651946654753214],
        (1.7676933752602266, 17.381328354735807, 17.381328354735807),
    ),
    "hand1": (
        [0.04267066924495744, 0.2562937187466514, 0.03952347670361306],
        (1.7316063304426732, 17.386498654139753, 17.382962789279432),
    ),
    "simple_big_hand1": (
        [0.1328826176960809, 0.16157948136434785, 0.2271522950386704],
        (1.6935016218363197, 17.40189282018269, 17.40189282018269),
    ),
}
for size, (first, (of_error, of_jacobian, of_theta)) in HANDS.items():
    FILE_CHECKS += [
        ("ht", size, "objective", lambda r: r[:3], first),
        ("ht", size, "objective", norm, of_error),
        ("ht", size, "jacobian", norm, of_jacobian),
        ("ht", size, "jacobian", lambda r: norm(r[:, -26:]), of_theta),
    ]


class TestSuiteValues:
    @pytest.mark.parametrize(("problem", "size", "function", "of", "expected"), CHECKS)
    def test_of_its_generators(self, problem, size, function, of, expected):
        found = reference.evaluate(problem, function, inputs.make(problem, size))
        same(of(found) if of else found, expected)

    @reads_files
    @pytest.mark.parametrize(("problem", "size", "function", "of", "expected"), FILE_CHECKS)
    def test_of_its_files(self, problem, size, function, of, expected):
        found = reference.evaluate(problem, function, inputs.make(problem, size, Path(DATA)))
        same(of(found) if of else found, expected)

    def test_ode_whose_gradient_is_not_zero(self):
        same(reference.evaluate("ode", "primal", SUITE_ODE), [1.8, 1.44, 0.672, 0.2016, 0.040315968, 0.0053730432])
        gradient = [0.005970048, 0.006716304, 0.007675776, 0.008955072, 0.0107460864, 0.013432608]
        same(reference.evaluate("ode", "gradient", SUITE_ODE), gradient)
        of_sum = reference.evaluate("ode", "gradient", inputs.make("ode", "1000_1") | {"s": 10}, of="sum")
        same(of_sum[:3], [4.34395027, 1.75073884, 1.02657583], within=1e-8)
        same(norm(of_sum), 4.79744392289841)
        assert np.count_nonzero(of_sum) == 40

    def test_ode_of_ten_steps(self):
        """The suite's page gives these of the x that is the first to be drawn, not of the size 1000_10."""
        y = reference.evaluate("ode", "primal", inputs.make("ode", "1000_1") | {"s": 10})
        same(norm(y), 2.025795962026739)
        same(y.sum(), 3.135689657690992)
        assert np.count_nonzero(y) == 40

    def test_flight(self):
        landed, slope = reference_descent.flight(0.0)
        same(landed, 3.1990790025082054)
        same(slope, -19.40463645, within=1e-9)


def sizes(problem):
    return pytest.mark.parametrize("size", inputs.SIZES[problem]["small"])


class TestDerivatives:
    """By differences of the reference's values."""

    @sizes("hello")
    def test_hello(self, size):
        x = np.asarray(inputs.make("hello", size))
        square = slopes(lambda x: reference.evaluate("hello", "square", x), x)
        np.testing.assert_allclose(reference.evaluate("hello", "double", x), square[0], atol=1e-9)

    @sizes("gmm")
    @pytest.mark.parametrize("name", ["alpha", "mu", "q", "l"])
    def test_gmm(self, size, name):
        input = inputs.make("gmm", size)
        expected = slopes(lambda x: reference.evaluate("gmm", "objective", input | {name: x}), input[name])
        found = reference.evaluate("gmm", "jacobian", input)[name]
        same(found, expected.reshape(input[name].shape), within=1e-7)

    @sizes("ba")
    def test_ba(self, size):
        input = inputs.make("ba", size)
        n, m, p = (input[name] for name in "nmp")

        def residuals(x):
            cameras, points, weights = np.split(x, [11 * n, 11 * n + 3 * m])
            moved = {"cam": cameras.reshape(n, 11), "x": points.reshape(m, 3), "w": weights}
            errors, weight_errors = reference.evaluate("ba", "objective", input | moved)
            return np.concatenate([errors.ravel(), weight_errors])

        rows, columns, values = reference.evaluate("ba", "jacobian", input)
        assert [len(rows), len(columns), len(values)] == [3 * p + 1, 31 * p, 31 * p]
        found = csr_array((values, columns, rows), shape=(3 * p, 11 * n + 3 * m + p))
        assert found.has_canonical_format
        variables = np.concatenate([input["cam"].ravel(), input["x"].ravel(), input["w"]])
        same(found.toarray(), slopes(residuals, variables), within=1e-8)

    @sizes("ht")
    def test_ht(self, size):
        input = inputs.make("ht", size)
        by_theta = slopes(lambda x: reference.evaluate("ht", "objective", input | {"theta": x}), input["theta"])
        count = len(input["data"]["points"])
        columns = [
            slopes(
                lambda x, u=u: reference.evaluate("ht", "objective", input | {"us": input["us"] + x * np.eye(2)[u]}),
                np.zeros(1),
            )
            for u in range(2 if len(input["us"]) else 0)
        ]
        found = reference.evaluate("ht", "jacobian", input)
        assert found.shape == (3 * count, 28 if size.startswith("complicated") else 26)
        same(found, np.concatenate([*columns, by_theta], axis=1), within=1e-9)

    def test_a_hand_that_is_hardly_turned(self):
        input = inputs.make("ht", "simple_60_7")
        input["theta"][:3] = (3e-5, 0, 0)
        straight = input | {"theta": np.concatenate([np.zeros(3), input["theta"][3:]])}
        np.testing.assert_array_equal(*(reference.evaluate("ht", "objective", hand) for hand in (input, straight)))
        assert not reference.evaluate("ht", "jacobian", input)[:, :3].any()

    @sizes("lstm")
    def test_lstm(self, size):
        input = inputs.make("lstm", size)
        expected = [
            slopes(lambda x, name=name: reference.evaluate("lstm", "objective", input | {name: x}), input[name])
            for name in ("main_params", "extra_params")
        ]
        same(reference.evaluate("lstm", "jacobian", input), np.concatenate(expected), within=1e-9)

    @sizes("kmeans")
    def test_kmeans(self, size):
        input = inputs.make("kmeans", size)
        centroids, step = input["centroids"], 1e-4

        def cost(x):
            return reference.evaluate("kmeans", "cost", input | {"centroids": x})

        gradient = slopes(cost, centroids, step)
        units = np.eye(centroids.size).reshape(-1, *centroids.shape)
        curvature = [cost(centroids + step * e) - 2 * cost(centroids) + cost(centroids - step * e) for e in units]
        expected = (gradient / np.array(curvature) * step**2).reshape(centroids.shape)
        np.testing.assert_allclose(reference.evaluate("kmeans", "dir", input), expected, atol=1e-6)

    @pytest.mark.parametrize(
        ("problem", "name", "size"),
        [
            (p, n, size)
            for p, n in {"lse": "x", "llsq": "x", "ode": "x", "det": "A"}.items()
            for size in inputs.SIZES[p]["small"]
        ],
    )
    def test_of_one_array(self, problem, name, size):
        input = inputs.make(problem, size)
        expected = slopes(lambda x: reference.evaluate(problem, "primal", input | {name: x}), input[name])
        if problem == "ode":
            same(reference.evaluate("ode", "gradient", input, of="sum"), expected.sum(axis=0), within=1e-9)
            expected = expected[-1]
        same(reference.evaluate(problem, "gradient", input), expected, within=1e-8)

    def test_det_of_a_singular_matrix(self):
        input = {"A": np.ones(9), "ell": 3}
        np.testing.assert_array_equal(reference.evaluate("det", "gradient", input), np.zeros(9))

    @pytest.mark.parametrize("w", [0.0, 0.1, -0.3])
    def test_flight(self, w):
        expected = slopes(lambda w: reference_descent.flight(w[0])[0], np.array([w]), step=1e-5)
        same([reference_descent.flight(w)[1]], expected, within=1e-8)

    def test_descent(self):
        """The tangents of where a descent ends are those of the point after a fixed sequence of steps."""
        curvature = np.array([[3.0, 1.0], [1.0, 2.0]])

        def end(centre):
            return reference_descent.argmin(
                lambda x: (x - centre) @ curvature @ (x - centre) / 2,
                lambda x: curvature @ (x - centre),
                np.array([1.0, 1.0]),
                lambda tangent: curvature @ (tangent - np.eye(2)),
            )

        centre = np.array([0.3, -0.2])
        at, tangent = end(centre)
        same(at, centre, within=1e-4)
        same(tangent, slopes(lambda c: end(c)[0], centre, step=1e-7), within=1e-6)

    @pytest.mark.parametrize(
        "r", [np.zeros(3), np.array([1e-9, 0, 0]), np.array([1e-3, 0, 2e-3]), np.array([1.0, -2, 0.5])]
    )
    def test_rotation(self, r):
        v = np.array([0.3, -0.7, 1.1])
        by_r, by_v = rotation.rotation_derivative(r, v)
        same(by_r, slopes(lambda r: rotation.rotate(r, v), r), within=1e-10)
        same(by_v, slopes(lambda v: rotation.rotate(r, v), v), within=1e-10)
        same(by_v @ by_v.T, np.eye(3))
