"""The tool speaks GradBench's protocol: a small driver plays the suite."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.gradbench import inputs, reference, results
from benchmarks.gradbench.problems import PROBLEMS
from benchmarks.gradbench.tool import Malformed, Tool

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "benchmarks.gradbench.tool"]
ONCE = {"min_runs": 1, "min_seconds": 0.0}


def strictly(line):
    """What a line of strict JSON says."""

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    assert line.endswith("\n")
    return json.loads(line, parse_constant=refuse)


class Driver:
    """The suite's side of the conversation with a tool that is a process."""

    def __init__(self, *options):
        self.tool = subprocess.Popen(
            [*COMMAND, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", cwd=ROOT,
        )  # fmt: skip
        self.id = -1

    def say(self, kind, **fields):
        self.id += 1
        self.tool.stdin.write(json.dumps({"id": self.id, "kind": kind, **fields}) + "\n")
        self.tool.stdin.flush()
        reply = strictly(self.tool.stdout.readline())
        assert reply.pop("id") == self.id
        return reply

    def evaluate(self, module, function, given):
        reply = self.say("evaluate", module=module, function=function, input=given, description="a test")
        if reply["success"]:
            assert "error" not in reply
            assert self.say("analysis", of=self.id, valid=True) == {}
        return reply

    def close(self):
        """What the tool leaves on standard output and error when its input ends, and its status."""
        rest, errors = self.tool.communicate(timeout=60)
        return rest, errors, self.tool.returncode


@pytest.fixture(scope="module")
def driver():
    driver = Driver()
    assert driver.say("start", eval="all of them") == {"tool": "wengert"}
    yield driver
    rest, _, status = driver.close()
    assert (rest, status) == ("", 0)


def plain(value):
    """An input as the suite sends it."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def as_expected(output, expected):
    """Whether a reply has the structure and the values of the reference's result."""
    if isinstance(expected, dict):
        assert output.keys() == expected.keys()
        for name in expected:
            as_expected(output[name], expected[name])
    else:
        found = np.array(output)
        assert found.shape == expected.shape
        assert found.dtype.kind == expected.dtype.kind == "f"
        results.check({"": found}, {"": expected})


def of_the_first(expected, given):
    """Of all residuals of ba, the protocol wants those of one observation; of its Jacobian, 31 numbers."""
    if len(expected) == 2:
        errors, weights = expected
        assert len(weights) == given["p"]
        return errors[0], weights[0]
    return [np.append(array[:30], array[-1]) for array in expected]


COMPILES_FOR_LONG = ("ht", "particle", "saddle")
EVALS = [
    pytest.param(name, marks=[pytest.mark.slow] if name in COMPILES_FOR_LONG else [])
    for name in PROBLEMS
    if name not in ("hello", "ba")
]


@pytest.mark.parametrize("problem", EVALS)
def test_an_eval(driver, problem):
    assert driver.say("define", module=problem) == {"success": True}
    size = inputs.SIZES[problem]["small"][-1]
    given = inputs.make(problem, size)
    functions = ("rr", "ff", "fr", "rf") if PROBLEMS[problem].primal is None else PROBLEMS[problem].functions
    for function in functions:
        reply = driver.evaluate(problem, function, {**plain(given), "min_runs": 2, "min_seconds": 0.0})
        assert reply["success"], reply
        as_expected(reply["output"], reference.evaluate(problem, function, given))
        assert len(reply["timings"]) == 2
        for timing in reply["timings"]:
            assert timing["name"] == "evaluate"
            assert type(timing["nanoseconds"]) is int
            assert timing["nanoseconds"] > 0


def test_hello(driver):
    assert driver.say("define", module="hello") == {"success": True}
    x = 1
    for _ in range(4):
        for function, expected in (("square", x * x), ("double", 2 * x * x)):
            reply = driver.evaluate("hello", function, x)
            assert len(reply["timings"]) == 1
            x = reply["output"]
            assert x == expected


def test_ba_repeats_what_is_sent_once(driver):
    assert driver.say("define", module="ba") == {"success": True}
    given = {**plain(inputs.make("ba", "1_1_1")), "n": 3, "m": 5, "p": 40}
    given |= {name: given[name][0] for name in ("cam", "x", "w", "feat")}
    errors, weight = of_the_first(reference.evaluate("ba", "objective", given), given)
    output = driver.evaluate("ba", "objective", {**given, **ONCE})["output"]
    assert output.keys() == {"reproj_error", "w_err"}
    assert output["reproj_error"]["repeated"] == output["w_err"]["repeated"] == 40
    as_expected(output["reproj_error"]["elements"], errors)
    as_expected(output["w_err"]["element"], weight)
    rows, columns, values = of_the_first(reference.evaluate("ba", "jacobian", given), given)
    output = driver.evaluate("ba", "jacobian", {**given, **ONCE})["output"]
    assert output.keys() == {"rows", "cols", "vals"}
    assert output["rows"] == rows.tolist()
    assert output["cols"] == columns.tolist()
    as_expected(output["vals"], values)


def test_it_runs_for_as_long_as_it_is_told(driver):
    driver.say("define", module="lse")
    given = {"x": [0.0, 1.0], "min_runs": 1, "min_seconds": 0.02}
    reply = driver.evaluate("lse", "primal", given)
    assert sum(timing["nanoseconds"] for timing in reply["timings"]) >= 0.02e9
    assert len(driver.evaluate("lse", "primal", {**given, "min_runs": 5, "min_seconds": 0})["timings"]) == 5
    assert len(driver.evaluate("lse", "primal", {**given, "min_runs": 0, "min_seconds": 0})["timings"]) == 1


BAD = [
    ({"module": "lse", "function": "prepare", "input": {"x": [1.0]}}, "no function 'prepare'"),
    ({"module": "lse", "function": "hessian", "input": {"x": [1.0]}}, "no function 'hessian', only primal, gradient"),
    ({"module": "lse", "function": "primal", "input": {}}, "KeyError: 'x'"),
    ({"module": "lse", "function": "primal", "input": {"x": "text"}}, "ValueError: could not convert"),
    ({"module": "lse", "function": "primal", "input": [1.0]}, "TypeError: list indices"),
    ({"module": "lse", "function": "primal", "input": {"x": [1.0], "min_runs": None}}, "TypeError: '<' not supported"),
    ({"module": "lse", "function": "primal"}, "KeyError: 'input'"),
    ({"module": "hello", "function": "double", "input": None}, "TypeError: float()"),
    ({"module": "llsq", "function": "primal", "input": {"x": [1e200], "n": 4}}, "the result is not finite"),
    ({"module": "lse", "function": "gradient", "input": {"x": [np.nan, 1.0]}}, "the result is not finite"),
    ({"module": "gmm", "function": "objective", "input": {}}, "'gmm' has not been defined"),
]


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.parametrize(("fields", "error"), BAD, ids=[error for _, error in BAD])
def test_what_cannot_be_evaluated_is_a_failure_with_an_error(fields, error):
    tool = Tool()
    for i, module in enumerate(("lse", "llsq", "hello")):
        assert json.loads(tool.line(json.dumps({"id": i, "kind": "define", "module": module})))["success"]
    if isinstance(fields.get("input"), dict):
        fields = {**fields, "input": {**ONCE, **fields["input"]}}
    reply = strictly(tool.line(json.dumps({"id": 7, "kind": "evaluate", **fields})) + "\n")
    assert reply.keys() == {"id", "success", "error"}
    assert (reply["id"], reply["success"]) == (7, False)
    assert error in reply["error"]


@pytest.mark.parametrize("module", ["nothing", "tool", "os", "in_jax.lse", "../lse", None, 3])
def test_an_unknown_module_is_undefined(module):
    reply = strictly(Tool().line(json.dumps({"id": 1, "kind": "define", "module": module})) + "\n")
    assert not reply["success"]
    assert f"no module {module!r}" in reply["error"]


def test_other_messages_have_an_answer():
    tool = Tool()
    assert json.loads(tool.line('{"id": 4, "kind": "analysis", "of": 2, "valid": false, "error": "no"}')) == {"id": 4}
    assert json.loads(tool.line('{"id": 5, "kind": "news"}')) == {"id": 5}
    assert json.loads(tool.line('{"id": 6}')) == {"id": 6}


@pytest.mark.parametrize(
    "line", ["", "{", "[" * 10**5, "null", "[]", "{}", '{"id": "0"}', '{"id": true}', '{"id": 1.0}']
)
def test_a_line_that_is_no_message(line):
    with pytest.raises(Malformed, match="a line is not JSON|a message is an object"):
        Tool().line(line)


@pytest.mark.parametrize("options", [(), ("--multithreaded",)], ids=["one thread", "multithreaded"])
def test_a_malformed_line_ends_the_process(options):
    driver = Driver(*options)
    assert driver.say("start", eval="lse", config={"anything": []}) == {"tool": "wengert"}
    driver.tool.stdin.write('{"id": 1, "kind":\n')
    rest, errors, status = driver.close()
    assert rest == ""
    assert status == 1
    assert "a line is not JSON" in errors
    assert "Traceback" not in errors
