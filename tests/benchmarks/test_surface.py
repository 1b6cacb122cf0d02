"""Every public array function can be measured beside its namesake, and gives the same; no time is asserted."""

from pathlib import Path

import numpy as np
import pytest

import wengert as wg

FOLDER = Path(__file__).parents[2] / "benchmarks"

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(str(FOLDER))
    import report
    import surface
    import surface_arguments


def test_every_function_has_arguments_and_gives_what_its_namesake_does():
    found, alone, faults = surface.survey(100, rounds=1, sample=0.0)
    assert faults == []
    titles = {s.title for s in found} | {s.title for s in alone}
    assert {"add", "sort", "linalg.solve", "fft.rfft2", "special.xlogy"} <= titles
    assert {s.title for s in found if s.reference is None} == set()
    public = {name for name in wg.functions.__all__ if callable(getattr(wg.functions, name))}
    assert {t for t in titles if "." not in t} == public - surface_arguments.NOT_OF_ARRAYS


@pytest.fixture
def newcomer(monkeypatch):
    """Makes a function public, under a name of NumPy's."""

    def publish(function, name):
        monkeypatch.setattr(wg.functions, name, function, raising=False)
        monkeypatch.setattr(wg.functions, "__all__", [name])
        monkeypatch.setattr(surface, "HOMES", {"": ("numpy",)})

    return publish


def test_a_function_without_arguments_is_noticed(newcomer):
    newcomer(lambda *arrays: arrays, "lookfor")
    (fault,) = surface.survey(10, rounds=1, sample=0.0)[2]
    assert "lookfor has no arguments in benchmarks/surface_arguments.py" in fault
    with pytest.raises(SystemExit, match="lookfor"):
        surface.main(["--quick", "--size", "10", "--write"])


def test_a_function_that_fails_is_noticed(newcomer):
    newcomer(lambda shape, x: wg.ones(shape), "stack")
    (fault,) = surface.survey(10, rounds=1, sample=0.0)[2]
    assert fault.startswith("stack: TypeError")


@pytest.mark.parametrize("wrong", [lambda x: wg.sin(x), lambda x: wg.cos(x)[:3], lambda x: (wg.cos(x), x)])
def test_another_result_is_noticed(newcomer, wrong):
    newcomer(wrong, "cos")
    (fault,) = surface.survey(10, rounds=1, sample=0.0)[2]
    assert fault.startswith("cos: AssertionError")


def test_a_function_of_our_own_is_named(newcomer):
    newcomer(lambda x: x, "no_such_name")
    found, (alone,), _ = surface.survey(10, rounds=1, sample=0.0)
    assert not found
    assert "Without a namesake in NumPy or SciPy: no_such_name." in surface.report(found, [alone])


def test_arguments_are_the_librarys_arrays():
    given = surface.held(([np.ones(2), 3], (np.arange(2), "x")))
    assert isinstance(given[0][0], wg.Array)
    assert given[0][1] == 3
    assert isinstance(given[1], tuple)
    assert given[1][1] == "x"


def test_rounds_alternate():
    calls = []
    both = [lambda: calls.append("own"), lambda: calls.append("reference")]
    found = surface.measure(both, lambda: calls.append("small"), rounds=2, sample=0.0)
    assert calls[:9] == ["own"] * 3 + ["reference"] * 3 + ["small"] * 3
    assert calls[9:] == ["own", "reference", "small", "small", "reference", "own"]
    assert found.ratio >= 0


def subject(name, namespace=""):
    return surface.Subject(namespace, name, abs, abs)


FOUND = {
    subject("sin"): surface.Found(own=1.05e-3, reference=1e-3, ratio=1.05, call=3e-6),
    subject("sort"): surface.Found(own=3e-3, reference=1e-3, ratio=3.0, call=9e-6),
    subject("trace"): surface.Found(own=26e-6, reference=6e-6, ratio=4.3, call=25e-6),
    subject("transpose"): surface.Found(own=4e-6, reference=1e-7, ratio=40.0, call=4e-6),
    subject("rfft", "fft"): surface.Found(own=1.2e-3, reference=1e-3, ratio=1.2, call=9e-6),
}


def test_tables():
    text = surface.report(FOUND, [])
    assert "| `wg` | 4 | 3 | 3.00 | 1 | 1 | 1 | 1 |" in text
    assert "| `wg.fft` | 1 | 1 | 1.20 | 0 | 1 | 1 | 0 |" in text
    assert [line for line in text.splitlines() if line.startswith("| `sort`")] == ["| `sort` | 3 ms | 1 ms | 3.00 |"]
    assert "`trace` |" not in text
    assert "`wg`: sin 1.05, sort 3.00, trace 4.30." in text
    assert "takes NumPy no work: transpose 4 µs." in text
    assert "Without a namesake" not in text


def test_nothing_slow():
    assert "None takes more than 2 times" in surface.slow_table({subject("sin"): FOUND[subject("sin")]})


def test_the_page_has_a_place_for_the_table():
    page = report.README.read_text(encoding="utf-8")
    assert page.count(surface.BEGIN) == page.count(surface.END) == 1
    assert page.index(surface.BEGIN) < page.index(surface.END)


def test_the_program_prints_a_table(capsys):
    surface.main(["--quick", "--only", "xlogy", "--size", "20"])
    assert "xlogy" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no function"):
        surface.main(["--only", "nothing of this name"])
