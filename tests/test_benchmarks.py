"""The benchmarks compute what they say, and render what they found; no time is asserted."""

import dataclasses
import json
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(str(FOLDER))
    import compiled
    import compiled_libraries
    import compiled_work
    import contenders
    import eager
    import import_time
    import memory
    import report

WENGERT = [contenders.Wengert, contenders.WengertTransform]


def arrays(outcome):
    value, derivatives = outcome
    return np.asarray(value), [np.asarray(d) for d in derivatives]


@pytest.mark.parametrize("contender", WENGERT, ids=lambda c: c.name)
class TestWorkloads:
    def test_chain(self, contender):
        workload = eager.chain_on(4, steps=5)
        value, (gradient,) = arrays(workload.prepare(contender())())
        np.testing.assert_allclose(gradient, np.full(4, 1.01**5))
        np.testing.assert_allclose(value, arrays(workload.prepare(contenders.NumPy())())[0])
        assert workload.inner == 5

    @pytest.mark.parametrize("start", [[0.3, -0.1, 0.2, 0.4], [-0.3, 0.1]])
    def test_doubling(self, contender, start):
        value, (gradient,) = arrays(eager.doubling_on(start).prepare(contender())())
        np.testing.assert_allclose(gradient, value / np.sum(start))

    @pytest.mark.parametrize(("dtype", "step"), [("float64", 1e-6), ("float32", 1e-2)])
    def test_training(self, contender, dtype, step):
        captured = {}

        class Capture(contenders.NumPy):
            def training(self, images, labels, parameters):
                captured.update(zip(("images", "labels", "parameters"), (images, labels, parameters), strict=True))
                return super().training(images, labels, parameters)

        workload = eager.training_of(8, 6, 5, 3, dtype)
        expected, _ = workload.prepare(Capture())()
        run = workload.prepare(contender())
        loss, moved = arrays(run())
        np.testing.assert_allclose(loss, expected, rtol=1e-5)
        before = captured["parameters"]
        gradients = [(old - new) / contenders.RATE for old, new in zip(before, moved, strict=True)]
        assert [g.dtype for g in gradients] == [np.dtype(dtype)] * 4
        for k, place in [(0, (2, 3)), (1, (3,)), (2, (3, 1)), (3, (2,))]:  # one entry of each parameter
            losses = []
            for sign in (1, -1):
                shifted = [p.astype(float) for p in before]
                shifted[k][place] += sign * step
                losses.append(contenders.NumPy().training(captured["images"], captured["labels"], shifted)()[0])
            slope = (losses[0] - losses[1]) / (2 * step)
            np.testing.assert_allclose(gradients[k][place], slope, atol=1e-7 if dtype == "float64" else 1e-3)
        assert arrays(run())[0] < loss  # the second step starts where the first arrived


def test_all_workloads_can_be_prepared():
    assert all(workload.prepare(contenders.Wengert()) is not None for workload in eager.WORKLOADS)
    assert len({workload.title for workload in eager.WORKLOADS}) == len(eager.WORKLOADS)


def test_contenders_take_turns():
    workload = eager.chain_on(4, steps=2)
    found = eager.measure(
        workload, [contenders.NumPy(), contenders.Wengert()], rounds=3, sample=1e-4, clock=perf_counter
    )
    assert list(found) == ["NumPy, values only", "Wengert"]
    assert all(len(samples) == 3 and min(samples) > 0 for samples in found.values())


def test_results_that_disagree_are_an_error():
    agreeing = [("a", (1.0, [np.ones(2)])), ("b", (1.0, []))]
    eager.results_agree(agreeing, 1e-9)
    with pytest.raises(AssertionError, match="c and a"):
        eager.results_agree([*agreeing, ("c", (1.0, [np.array([1.0, 1.1])]))], 1e-9)


SAMPLES = {
    "chain": {"Wengert": [2e-6, 4e-6, 3e-6], "PyTorch": [4e-6, 8e-6, 5e-6]},
    "training": {"Wengert": [1.5e-3, 1.75e-3, 2e-3], "PyTorch": [1e-3, 1e-3, 1e-3], "JAX": [0.2, 0.25, 0.3]},
}


def test_table():
    times, ratios = eager.table(SAMPLES).split("In units of PyTorch's")
    assert "| chain | 2 µs (3 µs) | 4 µs (5 µs) | – |" in times
    assert "| training | 1.5 ms (1.75 ms) | 1 ms (1 ms) | 200 ms (250 ms) |" in times
    assert "| chain | 0.50 (0.50) | 1.00 (1.00) | – |" in ratios
    assert "| training | 1.50 (1.75) | 1.00 (1.00) | 200.00 (250.00) |" in ratios


def test_table_without_the_reference():
    text = eager.table({"chain": {"Wengert": [2e-6]}})
    assert "| chain | 2 µs (2 µs) |" in text
    assert "PyTorch" not in text


def test_durations():
    assert [report.duration(s) for s in (1.234, 0.5, 1.5e-3, 123.4e-6, 0.0999e-6)] == [
        "1.23 s",
        "500 ms",
        "1.5 ms",
        "123 µs",
        "0.0999 µs",
    ]


def test_writing_between_markers(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("before <b> old <e> after", encoding="utf-8")
    report.write_between(path, "<b>", "<e>", "new")
    assert path.read_text(encoding="utf-8") == "before <b>\n\nnew\n\n<e> after"
    with pytest.raises(SystemExit, match="lacks the markers"):
        report.write_between(path, "<x>", "<e>", "new")


@pytest.mark.parametrize("module", [eager, compiled, memory, import_time], ids=lambda m: m.__name__)
def test_the_page_has_a_place_for_each_table(module):
    page = report.README.read_text(encoding="utf-8")
    assert page.count(module.BEGIN) == page.count(module.END) == 1
    assert page.index(module.BEGIN) < page.index(module.END)


def test_import_time():
    found = import_time.measure(rounds=1)
    assert list(found) == ["numpy", "wengert"]
    assert "| `import wengert` | 150.0 ms | 200.0 ms | 1.50 | 2.00 |" in import_time.table(
        {"numpy": [0.1, 0.1, 0.1], "wengert": [0.2, 0.15, 0.25]}
    )


def test_memory():
    pytest.importorskip("resource", reason="the largest memory of a process is asked of POSIX")
    mebibytes, seconds = memory.measure_here(contenders.Wengert(), equations=1000)
    assert mebibytes >= 0
    assert seconds > 0


SMALL = [
    compiled_work.chained(3),
    compiled_work.dot(),
    compiled_work.elementwise(10, 0.3),
    compiled_work.lorenz(5),
    compiled_work.while_function(),
    compiled_work.mixture(6, 2, 3),
    compiled_work.gaussian_process(5, 2),
    compiled_work.network(5, 4, 3, 2),
    compiled_work.recurrent(3, 2, 4),
]


@pytest.mark.parametrize("work", SMALL, ids=lambda work: work.key)
def test_compiled_work_has_the_gradient_of_its_function(work):
    library = compiled_libraries.WengertEager(1)
    arrays = [x.astype(float) if x.dtype.kind == "f" else x for x in work.inputs()]
    function = work.function(library)
    value, gradients = dataclasses.replace(work, inputs=lambda: arrays).prepare(library)()
    np.testing.assert_allclose(value.numpy(), function(*map(library.array, arrays, arrays)).numpy())
    rng = np.random.default_rng(0)
    directions = [rng.normal(size=x.shape) for x in arrays[: work.count]]
    ends = []
    for sign in (1, -1):
        moved = [x + sign * 1e-6 * d for x, d in zip(arrays, directions, strict=False)]
        ends.append(float(function(*map(library.array, [*moved, *arrays[work.count :]], arrays))))
    slope = sum(np.sum(g.numpy() * d) for g, d in zip(gradients, directions, strict=True))
    np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-8)


def test_compiled_hessian():
    _, (hessian,) = compiled_work.rosenbrock(3).prepare(compiled_libraries.WengertEager(1))()
    np.testing.assert_allclose(hessian.numpy(), [[1202, 400, 0], [400, -198, 0], [0, 0, 200]])


def test_compiled_works_are_all_there():
    keys = [work.key for work in compiled_work.WORKS]
    assert len(set(keys)) == len(keys) == 11
    assert {work.key.split("-")[0] for work in SMALL} | {"hessian"} == {key.split("-")[0] for key in keys}
    libraries = [*compiled_libraries.LIBRARIES.values()]
    assert not any(work.omitted(compiled_libraries.Wengert) for work in compiled_work.WORKS)
    assert [k.key for k in libraries if compiled_work.while_function().omitted(k)] == ["jax"]
    assert [k.key for k in libraries if compiled_work.lorenz().omitted(k)] == ["jax-eager", "torch-compile"]


def test_compiled_runs_processes(capsys, tmp_path):
    arguments = ["--eager", "--quick", "--only", "dot", "--libraries", "eager", "--threads", "1"]
    compiled.main([*arguments, "--json", str(tmp_path / "found.json")])
    assert "| `2 * dot(x, x)`, 4-vector |" in capsys.readouterr().out
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["dot"]
    assert len(found["samples"]["eager"]) == 5
    assert not found["failures"]
    with pytest.raises(SystemExit):
        compiled.main(["--only", "nothing"])


def test_compiled_tables():
    work = dataclasses.replace(compiled_work.dot(), title="dot")
    found = compiled.Found(
        samples={"wengert": [2e-6, 1e-6], "jax": [8e-6, 8e-6], "torch": [6e-6, 6e-6]},
        differences={"wengert": 0.0, "jax": 1e-12, "torch": 1e-3},
        first={"wengert": 0.1, "jax": 0.4},
        again={"wengert": 0.02},
        failures={"torch-compile": "RuntimeError: no"},
    )
    keys = ["wengert", "jax", "torch", "torch-compile"]
    text = compiled.tables([work], {"dot": found}, keys)
    assert "| dot | 1.5 µs | 8 µs | 6 µs | fails | 0.188 of JAX, jit | 0.4 of JAX, jit |" in text
    assert "| dot | 100 ms | 400 ms | fails | 20 ms | fails |" in text
    assert "| dot | 1e-09 | 1.0e-12 | 1.0e-03 | – |" in text
    assert text.endswith("Fails: torch.compile, dot: RuntimeError: no")
    assert compiled.disagreements([work], {"dot": found}) == [
        "dot: PyTorch, eager is 1.0e-03 off, where 1e-09 is allowed"
    ]
    best = dataclasses.replace(work, target=compiled_work.Target(0.5))
    assert compiled.against(best, found, "wengert") == ("torch", 0.25)


def test_compiled_differences():
    assert compiled.difference([np.array([1.0, 2.0])], [np.array([1.0, 4.0])]) == 0.5
    assert compiled.difference([np.zeros(2)], [np.zeros(2)]) == 0
    assert compiled.difference([np.zeros(2)], [np.zeros(3)]) == np.inf
    assert np.isnan(compiled.difference([np.array([np.nan]), np.ones(1)], [np.ones(1), np.ones(1)]))
