"""The runner measures what it says, and renders what it found; no time is asserted."""

import dataclasses
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from benchmarks import processes, report
from benchmarks.gradbench import (
    __main__ as runner,
    comparison,
    inputs,
    libraries,
    memory,
    pictures,
    record,
    results,
    scaling,
    tables,
    timing,
    worker as workers,
)
from benchmarks.gradbench.comparison import Cell, Plan
from benchmarks.gradbench.problems import PROBLEMS

ECHO = """
import json, sys, time
print(json.dumps({"hello": "there"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request.get("sleep"):
        time.sleep(request["sleep"])
    if request.get("end"):
        sys.exit("it is over")
    print(json.dumps(request), flush=True)
"""


class TestProcesses:
    @pytest.fixture
    def process(self, tmp_path):
        process = processes.Process([sys.executable, "-c", ECHO], tmp_path, limit=60)
        yield process
        process.close()

    def test_answers(self, process):
        assert process.hello == {"hello": "there"}
        assert process.ask(number=1, limit=60) == {"number": 1}
        assert process.ask(number=2) == {"number": 2}
        assert not process.ended

    def test_an_error_is_a_refusal_and_not_the_end(self, process):
        with pytest.raises(processes.Refusal, match="no"):
            process.ask(error="no")
        assert process.ask(number=1) == {"number": 1}

    def test_one_that_takes_too_long_is_ended(self, process):
        start = time.perf_counter()
        with pytest.raises(processes.Overdue, match="> 0.2 s"):
            process.ask(sleep=60, limit=0.2)
        assert time.perf_counter() - start < 30
        assert process.ended
        with pytest.raises(processes.Refusal):
            process.ask(number=1)

    def test_one_that_ends_says_why(self, process):
        with pytest.raises(processes.Refusal, match="it is over"):
            process.ask(end=True)

    def test_threads(self, monkeypatch):
        for variable in processes.THREADS:
            monkeypatch.setenv(variable, "7")
        processes.use_threads(2)
        assert {processes.os.environ[variable] for variable in processes.THREADS} == {"2"}


class TestResults:
    def test_trees_become_arrays(self):
        found = results.arrays({"b": (np.ones(2), 3), "a": np.float64(0.5)})
        assert list(found) == ["a", "b.0", "b.1"]
        assert results.arrays(1.5)["result"].shape == ()
        assert results.lists({"b": (np.ones(2), 3)}) == {"b": [[1.0, 1.0], 3]}

    @pytest.mark.parametrize("leaf", [np.float32(1), np.ones(2, "float16"), np.array([True]), np.array(["text"]), 1j])
    def test_single_precision_is_refused(self, leaf):
        with pytest.raises(TypeError, match="not float64"):
            results.arrays({"a": leaf})

    def test_differences_are_relative_to_the_largest(self):
        expected = {"a": np.array([1.0, -4.0]), "b": np.zeros(2), "c": np.array([1, 2]), "d": np.zeros((0, 3))}
        assert results.difference(expected, expected) == 0
        assert results.difference({**expected, "a": np.array([1.0, -4.4])}, expected) == pytest.approx(0.1)
        assert results.difference({**expected, "b": np.array([0, 0.25])}, expected) == 0.25
        assert results.check({**expected, "a": np.array([1 + 3e-9, -4.0])}, expected) < 1e-9
        with pytest.raises(results.Wrong, match="1.5e-09 off, where 1e-09 is allowed"):
            results.check({**expected, "a": np.array([1 + 6e-9, -4.0])}, expected)

    WRONG = (
        ({"a": np.array([np.nan, 1.0])}, "a is not finite"),
        ({"a": np.array([np.inf, 1.0])}, "a is not finite"),
        ({"a": np.ones((2, 1))}, "shape"),
        ({"i": np.array([1, 3])}, "other whole numbers"),
        ({"i": np.array([1.0, 2.0])}, "other whole numbers"),
        ({"b": np.ones(2)}, "it has a, b, i instead of a, i"),
    )

    @pytest.mark.parametrize(("change", "message"), WRONG)
    def test_what_is_wrong(self, change, message):
        expected = {"a": np.ones(2), "i": np.array([1, 2])}
        with pytest.raises(results.Wrong, match=message):
            results.difference({**expected, **change}, expected)


class TestTiming:
    def test_waiting_is_inside_the_clock(self):
        waited = []
        result, nanoseconds = timing.timed(lambda x: x + 1, (1,), lambda x: waited.append(x) or time.sleep(0.01) or x)
        assert (result, waited) == (2, [2])
        assert nanoseconds >= 0.01e9

    def test_inputs_take_turns(self):
        seen = []
        timing.mean(seen.append, [(1,), (2,)], 5, timing.finished)
        assert seen == [1, 2, 1, 2, 1]

    def test_an_input_differs_from_run_to_run(self):
        for problem in PROBLEMS:
            given = inputs.make(problem, inputs.SIZES[problem]["small"][-1])
            before = json.dumps(given, default=np.ndarray.tolist)
            changed = [json.dumps(workers.varied(problem, given, k), default=np.ndarray.tolist) for k in range(3)]
            assert len(set(changed)) == 3
            assert changed[0] == before == json.dumps(given, default=np.ndarray.tolist)


class Pretended:
    """A participant that measures nothing."""

    def __init__(self, key, order, *, seconds=1.0, off=0.0, broken="", functions=("primal", "gradient")):
        self.key, self.order, self.seconds, self.off, self.broken = key, order, seconds, off, broken
        self.functions = list(functions)
        self.calls = 0

    def call(self, function, size, path=None):
        self.calls += 1
        if self.seconds > 60:
            raise processes.Overdue("> 60 s")
        if path is not None:
            expected = comparison.reference.evaluate("lse", function, inputs.make("lse", size))
            np.savez(path, result=expected * (1 + self.off))
        return self.seconds

    def turn(self, function, size, loops, wake):
        self.order.append((self.key, function, size, loops, wake))
        return self.seconds


class TestComparison:
    def run(self, tmp_path, *entered, repeats=7, sizes=("2", "7")):
        plan = Plan({}, tmp_path, repeats=repeats)
        return dict(comparison.compare("lse", sizes, entered, plan))

    def test_libraries_take_turns_in_an_order_that_rotates(self, tmp_path):
        order = []
        entered = [Pretended(key, order) for key in "abc"]
        found = self.run(tmp_path, *entered, sizes=("2",))
        assert "".join(key for key, function, *_ in order if function == "primal") == "abcbcacababcbcacababc"
        assert found["2"]["gradient"]["b"] == Cell(first=1.0, samples=[1.0] * 7, difference=0.0)

    def test_long_calls_are_repeated_less_often(self, tmp_path):
        order = []
        found = self.run(tmp_path, Pretended("a", order, seconds=7), Pretended("b", order, seconds=31), sizes=("2",))
        assert len(found["2"]["primal"]["a"].samples) == 4
        assert found["2"]["primal"]["b"].samples == [31]
        assert {(loops, wake) for *_, loops, wake in order} == {(1, False)}

    def test_short_calls_share_a_turn(self, tmp_path):
        order = []
        self.run(tmp_path, Pretended("a", order, seconds=1e-4), Pretended("b", order, seconds=0.05), sizes=("2",))
        assert {(key, loops, wake) for key, _, _, loops, wake in order} == {
            ("a", 3, True),
            ("a", 200, True),
            ("b", 1, True),
        }

    def test_one_that_is_wrong_is_not_timed(self, tmp_path):
        order = []
        found = self.run(tmp_path, Pretended("a", order, off=1e-6), Pretended("b", order, off=np.nan))
        assert not order
        assert found["7"]["primal"]["a"].outcome == "wrong"
        assert found["7"]["primal"]["a"].said == "it is 1.0e-06 off, where 1e-09 is allowed"
        assert found["7"]["primal"]["b"].said == "result is not finite"

    def test_one_that_is_overdue_is_not_tried_again(self, tmp_path):
        slow = Pretended("a", [], seconds=100)
        found = self.run(tmp_path, slow)
        assert slow.calls == 2
        assert found["2"]["gradient"]["a"] == Cell("overdue", "> 60 s")
        assert found["7"]["gradient"]["a"] == Cell("untried", "took > 60 s at 2")

    def test_what_is_not_written_or_does_not_import(self, tmp_path):
        found = self.run(
            tmp_path, Pretended("a", [], functions=["primal"]), Pretended("b", [], broken="ImportError: x")
        )
        assert found["2"]["primal"]["a"].outcome == "measured"
        assert found["2"]["gradient"]["a"] == Cell("unwritten")
        assert found["2"]["primal"]["b"] == Cell("failed", "ImportError: x")


class TestWorker:
    def test_requests(self, tmp_path):
        class Module:
            functions: ClassVar = []

            @staticmethod
            def prepare(given):
                return (np.array(given["x"]),)

            @classmethod
            def primal(cls, x):
                cls.functions.append(x[0])
                return np.log(np.sum(np.exp(x)))

        worker = workers.Worker(Module, "lse", timing.finished, None)
        assert worker.size("7")["seconds"] > 0
        assert worker.call("primal", str(tmp_path / "a.npz"))["seconds"] > 0
        with np.load(tmp_path / "a.npz") as file:
            assert list(file) == ["result"]
        assert worker.turn("primal", loops=2, wake=False)["seconds"] > 0
        assert worker.turn("primal", loops=1, wake=True)["seconds"] > 0
        first, second, third, fourth, fifth = np.array(Module.functions) - Module.functions[0]
        assert first == third == fourth == 0
        assert 0 < second < fifth < 1e-6

    @pytest.mark.skipif(find_spec("jax") is not None, reason="JAX is installed")
    def test_a_process_of_a_library_that_is_missing(self, tmp_path):
        participant = comparison.Participant("jax", "lse", Plan({"jax": sys.executable}, tmp_path))
        participant.close()
        assert "No module named 'jax'" in participant.missing


def made_up():
    """A record of what was never measured."""
    told = {"machine": "A machine.", "repeats": 3, "budget": 30.0, "limit": 60.0, "data": False, "threads": 1}
    own = {"primal": Cell(first=0.2, samples=[2e-3, 1e-3, 3e-3], difference=1e-12)}
    own["gradient"] = Cell(first=0.4, samples=[5e-3, 4e-3, 4e-3], difference=1e-11)
    jax = {"primal": Cell(first=0.3, samples=[4e-3, 4e-3, 4e-3], difference=0.0)}
    jax["gradient"] = Cell(first=0.6, samples=[8e-3], difference=0.0)
    small = {f: {"wengert": own[f], "jax": jax[f], "torch": Cell("failed", "RuntimeError: no")} for f in own}
    large = {f: {"wengert": own[f], "jax": Cell("overdue", "> 60 s"), "torch": Cell("wrong", "off")} for f in own}
    modes = {
        "ff": Cell(samples=[3.0] * 3),
        "rr": Cell(samples=[2.0] * 3),
        "fr": Cell("untried"),
        "rf": Cell("unwritten"),
    }
    nested = {f: {"wengert": cell, "jax": Cell(samples=[4.0] * 3)} for f, cell in modes.items()}
    nested = {f: {**cells, "torch": Cell("unwritten")} for f, cells in nested.items()}
    problems = {"lse": {"7": small, "50": large}, "saddle": {"default": nested}}
    return record.Record(told, ["wengert", "jax", "torch"], problems)


class TestRecord:
    def test_it_is_what_it_was_after_saving(self, tmp_path):
        made_up().save(tmp_path / "found.json")
        assert record.Record.load(tmp_path / "found.json") == made_up()

    def test_what_is_left_to_measure(self):
        assert made_up().has("lse", "7")
        assert not made_up().has("lse", "8")
        assert not dataclasses.replace(made_up(), libraries=["wengert", "another"]).has("lse", "7")

    def test_totals_are_of_the_sizes_that_both_did(self):
        found = made_up().problems
        assert record.total("lse", found["lse"], "wengert") == (2, [pytest.approx(12e-3)])
        assert record.total("lse", found["lse"], "wengert", "jax") == (1, [pytest.approx(6e-3), pytest.approx(12e-3)])
        assert record.total("lse", found["lse"], "wengert", "torch") == (0, [0, 0])
        assert record.total("saddle", found["saddle"], "wengert", "jax") == (1, [2, 4])


class TestTables:
    def test_totals(self):
        text = tables.totals(made_up())
        assert "| `lse` | 2 | 12 ms | 12 ms (1 of 2 sizes) | **0.5** | – | – |" in text
        assert "| `saddle` | 1 | 2 s | 4 s | **0.5** | – | – |" in text

    def test_sizes(self):
        row7, row50 = tables.one(made_up(), "lse").splitlines()[2:]
        assert row7 == (
            "| 7 | 2 ms (1 ms) | 4 ms (4 ms) | 2 | 4 ms (4 ms) | 8 ms (8 ms; 1 run) | 2 | fails | fails | – "
            "| 0.5 of JAX | 0.625 of JAX |"
        )
        assert row50 == "| 50 | 2 ms (1 ms) | 4 ms (4 ms) | 2 | > 60 s | > 60 s | – | wrong | wrong | – | – | – |"

    def test_nested(self):
        lines = tables.one(made_up(), "saddle").splitlines()
        assert lines[0] == "| modes | Wengert | JAX | of the best peer's |"
        assert "| `rr` | 2 s (2 s) | 4 s (4 s) | 0.5 of JAX |" in lines
        assert "| `fr` | untried | 4 s (4 s) | – |" in lines
        assert lines[-1] == "No program in PyTorch."

    def test_everything(self):
        text = tables.everything(made_up(), "picture.png")
        assert text.startswith("A machine. Inputs of ba, ht and lstm are our own.")
        assert "### lse\n\nMax, exp, sum and log" in text
        assert "| `lse` | 400 ms | 600 ms | – |" in text
        assert "| `lse` | 1.0e-11 | 0.0e+00 | – |" in text
        assert "Fails: PyTorch, `lse` `gradient` (7): RuntimeError: no" in text
        assert text.endswith("Wrong: PyTorch, `lse` `gradient` (50): off")


def test_pictures(tmp_path):
    pytest.importorskip("matplotlib")
    pictures.save(pictures.ratios(made_up()), tmp_path / "ratios.png")
    lines = {"gmm": scaling.Line([1, 10], [0.1, 1.0], 1.0)}
    pictures.save(pictures.growths({"time": lines, "memory": lines}), tmp_path / "growths.png")
    assert all(path.stat().st_size > 10_000 for path in tmp_path.glob("*.png"))


@pytest.mark.parametrize("module", [runner, scaling], ids=["comparison", "scaling"])
def test_the_page_has_a_place_for_each_table(module):
    page = report.README.read_text(encoding="utf-8")
    assert page.count(module.BEGIN) == page.count(module.END) == 1
    assert page.index(module.BEGIN) < page.index(module.END)


def test_a_run(capsys, tmp_path):
    path = tmp_path / "found.json"
    arguments = ["hello", "lse", "--only", "3", "--peers", "", "--repeats", "2", "--json", str(path)]
    runner.main(arguments)
    said = capsys.readouterr()
    assert "measuring: lse 3 gradient" in said.err
    assert "### lse" in said.out
    cells = record.Record.load(path).problems["lse"]["3"]["gradient"]
    assert list(cells) == ["wengert"]
    assert cells["wengert"].outcome == "measured", cells
    assert len(cells["wengert"].samples) == 2
    assert cells["wengert"].difference < 1e-12
    runner.main([*arguments, "--resume"])
    again = capsys.readouterr()
    assert "measuring" not in again.err
    assert again.out == said.out
    with pytest.raises(SystemExit, match="other circumstances"):
        runner.main([*arguments, "--resume", "--repeats", "3"])


@pytest.mark.parametrize("arguments", [["nothing"], ["--peers", "nobody"], ["--threads", "0"], ["--resume"]])
def test_what_cannot_be_asked(arguments):
    with pytest.raises(SystemExit, match="2"):
        runner.main(arguments)


def test_every_problem_has_a_module_of_ours():
    own = libraries.LIBRARIES["wengert"]
    assert all(own.has(problem) for problem in PROBLEMS)
    assert own.module("lse") == "benchmarks.gradbench.lse"
    assert libraries.LIBRARIES["jax"].module("lse") == "benchmarks.gradbench.in_jax.lse"


class TestScaling:
    def test_exponent(self):
        assert scaling.exponent([1, 10, 100], [3, 300, 30_000]) == pytest.approx(2)

    def test_table(self):
        scale = scaling.Scale("lse", "elements", {"10": 10, "1000": 1000}, "7")
        small = scaling.Measured(Cell(samples=[1e-3]), Cell(samples=[2e-3]), 2**20)
        large = scaling.Measured(Cell(samples=[1e-1]), Cell(samples=[3e-1]), 200 * 2**20, exact=False)
        first, second = scaling.table([scale], [[small, large]]).splitlines()[2:]
        assert first == "| `lse`, elements | 10 | 1 ms | 2 ms | 2 | 1 MiB | **1.09** | **1.15** |"
        assert second == "|  | 1,000 | 100 ms | 300 ms | 3 | ≥ 200 MiB |  |  |"

    def test_memory(self):
        pytest.importorskip("resource", reason="the largest memory of a process is asked of POSIX")
        peak = memory.Peak()
        held = np.ones(50 * 2**17)  # 50 MiB
        del held
        assert peak.growth() >= (45 * 2**20 if peak.exact else 0)

    @pytest.mark.slow
    def test_a_run(self, capsys, tmp_path):
        scaling.main(["ode", "--quick", "--repeats", "2", "--picture", str(tmp_path / "scaling.png")])
        assert "| `ode`, steps, 100 components | 10 |" in capsys.readouterr().out
        assert (tmp_path / "scaling.png").exists()


def test_the_files_stay_short():
    files = [*Path(runner.__file__).parent.glob("*.py")]
    assert all(len(file.read_text(encoding="utf-8").splitlines()) < 500 for file in files)
