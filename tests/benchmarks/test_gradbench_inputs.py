"""GradBench's problems: the inputs are the suite's where it draws them, and otherwise of its shapes.

The suite's own files are no part of this project. Where the environment variable WENGERT_GRADBENCH_DATA names their
folder, what is read from them is tested too.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gradbench import inputs, made_hand, reference, rotation, suite_files
from benchmarks.gradbench.problems import PROBLEMS

DATA = os.environ.get("WENGERT_GRADBENCH_DATA")
reads_files = pytest.mark.skipif(
    DATA is None, reason="WENGERT_GRADBENCH_DATA does not name the folder of the suite's files"
)
norm = np.linalg.norm
SMALL = [(problem, size) for problem in PROBLEMS for size in inputs.SIZES[problem]["small"]]
FUNCTIONS = {name: problem.functions if problem.primal else problem.functions[:1] for name, problem in PROBLEMS.items()}
"""Those of each problem that are not the same function by other modes."""


@pytest.mark.parametrize(("problem", "size"), SMALL, ids=map("-".join, SMALL))
class TestSmallSizes:
    def test_an_input_is_made_twice_alike_and_survives_json(self, problem, size):
        def lists(value):
            return value.tolist() if isinstance(value, np.ndarray) else value.item()

        first, second = (json.dumps(inputs.make(problem, size), default=lists, allow_nan=False) for _ in range(2))
        assert first == second
        for function in FUNCTIONS[problem]:
            read = reference.evaluate(problem, function, json.loads(first))
            made = reference.evaluate(problem, function, inputs.make(problem, size))
            for a, b in zip(leaves(read), leaves(made), strict=True):
                np.testing.assert_array_equal(a, b, strict=True)

    def test_results_are_of_double_precision(self, problem, size):
        for function in FUNCTIONS[problem]:
            *others, last = leaves(reference.evaluate(problem, function, inputs.make(problem, size)))
            assert last.dtype == np.float64
            assert all(array.dtype in (np.float64, np.int64) for array in others)


def leaves(result):
    if isinstance(result, dict):
        return [np.asarray(result[key]) for key in sorted(result)]
    return [np.asarray(array) for array in (result if isinstance(result, tuple) else (result,))]


class TestInputs:
    def test_table(self):
        assert list(PROBLEMS) == list(inputs.SIZES)
        assert " ".join(PROBLEMS) == "hello gmm ba ht lstm kmeans lse llsq ode det particle saddle"
        assert PROBLEMS["kmeans"].functions == ("cost", "dir")
        assert PROBLEMS["saddle"].functions == ("ff", "fr", "rf", "rr")
        for of_problem in inputs.SIZES.values():
            assert set(of_problem["default"]) <= set(of_problem["full"])
            assert all(len(set(sizes)) == len(sizes) > 0 for sizes in of_problem.values())

    def test_order_of_sizes(self):
        default = {problem: sizes["default"] for problem, sizes in inputs.SIZES.items()}
        assert default["lstm"] == (
            "2_1024",
            "4_1024",
            "6_1024",
            "2_4096",
            "2_8192",
            "4_4096",
            "6_4096",
            "4_8192",
            "6_8192",
        )
        assert default["gmm"][:6] == ("2_5_1000", "2_10_1000", "2_25_1000", "10_5_1000", "2_50_1000", "10_10_1000")
        assert default["gmm"][-1] == "64_100_1000"
        assert default["kmeans"][:4] == ("10_1000_8", "10_1000_16", "10_10000_8", "100_1000_8")
        assert default["ode"][:5] == ("1000_1", "1000_10", "10000_1", "1000_100", "10000_10")
        assert (default["lse"][-1], default["llsq"][-1], default["det"][-1]) == ("1280000", "16392", "11")
        assert inputs.SIZES["gmm"]["full"][-1] == "128_200_1000"
        assert inputs.SIZES["ba"]["full"][-1] == "ba20"

    def test_first_draws(self):
        assert inputs.make("gmm", "10_5_1000")["x"][0, 0] == 1.215408162057621
        assert inputs.make("kmeans", "10_1000_8")["points"][0, 0] == 0.7218521074240813
        assert inputs.make("ode", "1000_1")["x"][0] == 0.7218521074240813

    @pytest.mark.parametrize("problem", ["kmeans", "lse", "llsq", "ode", "det"])
    def test_one_size_alone_is_as_in_the_whole_stream(self, problem):
        stream = np.random.RandomState(inputs.SEED)
        for size in inputs.SIZES[problem]["default"]:
            array = next(value for value in inputs.make(problem, size).values() if isinstance(value, np.ndarray))
            np.testing.assert_array_equal(array, stream.rand(*array.shape))

    def test_centroids_are_the_last_points(self):
        input = inputs.make("kmeans", "100_1000_8")
        np.testing.assert_array_equal(input["centroids"], input["points"][-100:])

    @pytest.mark.parametrize(
        ("problem", "size"),
        [
            ("gmm", "2_5"),
            ("ba", "ba21"),
            ("ht", "hand13"),
            ("ht", "other_60_7"),
            ("lse", "x"),
            ("saddle", "9"),
            ("no", "1"),
        ],
    )
    def test_what_there_is_not(self, problem, size):
        with pytest.raises(ValueError, match=f"no problem 'no'|{problem} has no size '{size}'"):
            inputs.make(problem, size)

    def test_functions_there_are_not(self):
        with pytest.raises(ValueError, match="no function 'dir' of a problem 'lse'"):
            reference.evaluate("lse", "dir", inputs.make("lse", "2"))

    @pytest.mark.parametrize("size", ["ba1", "3_5_11"])
    def test_made_bundles(self, size):
        input = inputs.make("ba", size)
        n, m, p = (input[name] for name in "nmp")
        if size in inputs.BA_SHAPES:
            assert (n, m, p) == inputs.BA_SHAPES[size]
        assert (input["cam"].shape, input["x"].shape) == ((n, 11), (m, 3))
        assert (input["w"].shape, input["feat"].shape) == ((p,), (p, 2))
        assert (norm(input["cam"][:, :3], axis=1) == 0).sum() == (size not in inputs.BA_SHAPES)
        for name in ("cam", "x", "w", "feat"):
            assert len(np.unique(input[name], axis=0)) == len(input[name])
        i = np.arange(p)
        cameras = input["cam"][i % n]
        depths = rotation.rotate(cameras[:, :3], input["x"][i % m] - cameras[:, 3:6])[:, 2]
        assert depths.min() > 2.9
        errors, _ = reference.evaluate("ba", "objective", input)
        assert 0.01 < np.abs(errors).mean() < 2  # in pixels

    @pytest.mark.parametrize("size", ["hand1", "simple_small_hand2", "complicated_60_7_mirrored"])
    def test_made_hands(self, size):
        input = inputs.make("ht", size)
        data, model = input["data"], input["data"]["model"]
        vertices, weights, triangles = model["base_positions"], model["weights"], model["triangles"]
        assert (len(vertices), len(data["points"])) == {"hand1": (10000, 100), "simple_small_hand2": (544, 192)}.get(
            size, (60, 7)
        )
        assert input["us"].shape == ((0, 2) if size.startswith("simple") else (len(data["points"]), 2))
        assert (input["us"] >= 0).all()
        assert (input["us"].sum(axis=1) <= 1).all()
        assert len(model["bone_names"]) == model["bone_count"] == len(model["parents"]) == 22
        assert (model["parents"] < np.arange(22)).all()
        assert (vertices[:, 3] == 1).all()
        np.testing.assert_allclose(weights.sum(axis=1), 1)
        assert (weights >= 0).all()
        assert set((weights > 0).sum(axis=1)) == {1, 2, 3, 4}
        assert triangles.shape == (1084, 3)
        assert triangles.max() < min(len(vertices), 544)
        assert all(len(set(triangle)) == 3 for triangle in triangles)
        turns = model["base_relatives"][:, :3, :3]
        np.testing.assert_allclose(
            turns @ turns.transpose(0, 2, 1), np.broadcast_to(np.eye(3), turns.shape), atol=1e-14
        )
        assert model["is_mirrored"] == size.endswith("mirrored")
        errors = reference.evaluate("ht", "objective", input)
        assert 0.5 * made_hand.NOISE < errors.std() < 1.5 * made_hand.NOISE

    def test_made_texts(self):
        text = inputs.made_text(4096)
        assert len(text) == 4096
        assert text.startswith(inputs.made_text(100))
        assert max(map(ord, text)) == ord("’")
        assert len(set(text.lower().split())) > 10
        input = inputs.make("lstm", "2_4096")
        read = "".join(chr(int("".join(map(str, bits)), 2)) for bits in input["sequence"].astype(int))
        assert read == text
        assert [input[name].shape for name in ("state", "main_params", "extra_params")] == [(4, 14), (4, 56), (3, 14)]


@reads_files
class TestFiles:
    @pytest.mark.parametrize("size", inputs.BA_SHAPES)
    def test_bundles(self, size):
        read = inputs.make("ba", size, Path(DATA))
        assert (read["n"], read["m"], read["p"]) == inputs.BA_SHAPES[size]
        assert [np.shape(read[name]) for name in ("cam", "x", "w", "feat")] == [(11,), (3,), (), (2,)]

    @pytest.mark.parametrize("size", ["complicated_small_hand8", "simple_big_hand2", "hand9", "hand10"])
    def test_hands_have_the_shapes_of_made_ones(self, size):
        """Of hand10 to hand12 there may be no file: they are made on the suite's model."""
        read, made = inputs.make("ht", size, Path(DATA)), inputs.make("ht", size)
        assert_alike(read, made)
        assert (read["data"]["model"]["parents"] == made["data"]["model"]["parents"]).all()
        assert 0.05 < reference.evaluate("ht", "objective", read).std() < 0.15

    def test_texts(self):
        assert_alike(inputs.make("lstm", "2_8192", Path(DATA)), inputs.make("lstm", "2_8192"))
        with pytest.raises(ValueError, match="8192 characters only"):
            suite_files.text(Path(DATA), 8193)

    @pytest.mark.parametrize(("problem", "size"), [("ba", "2_3_4"), ("ht", "simple_60_7")])
    def test_sizes_of_our_own_are_made(self, problem, size):
        assert_alike(inputs.make(problem, size, Path(DATA)), inputs.make(problem, size))

    def test_no_such_folder(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="should have one file ba1_n"):
            inputs.make("ba", "ba1", tmp_path)


def assert_alike(read, made):
    """The same keys, and arrays of the same shapes and kinds."""
    assert type(read) is type(made)
    if isinstance(read, dict):
        assert list(read) == list(made)
        for key in read:
            assert_alike(read[key], made[key])
    elif isinstance(read, np.ndarray):
        assert (read.shape, read.dtype) == (made.shape, made.dtype)
