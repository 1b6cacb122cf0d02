"""Every script in examples/ runs, prints something, and finds what it should."""

import ast
import math
import runpy
from pathlib import Path

import numpy as np
import pytest

import wengert as wg

FOLDER = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(FOLDER.glob("*.py"))
EXTRAS = {"sklearn": "scikit-learn", "matplotlib": "Matplotlib"}


def rent_regression(found):
    np.testing.assert_allclose(found["gradient"], [-3866.667, -1733.333, -1600, -533.333], atol=1e-3)
    np.testing.assert_allclose(found["losses"], [1546666.667, 386666.667, 7500], atol=1e-3)
    assert found["descended"] < 1e-9
    assert found["stepped"] < 1e-15
    assert found["difference"] < 1e-3  # both find the exact answer nearest to the guess


def numpy_only(found):
    assert found["energy"] == found["plain_energy"]
    assert found["error"] < 1e-14
    assert found["total"] < 1e-14


def newton_rosenbrock(found):
    assert found["steps"] < 10
    assert found["error"] < 1e-12
    for method in ("BFGS (gradient)", "trust-exact (Hessian)", "Newton-CG (products)"):
        assert found[method]["error"] < 1e-5
    assert found["trust-exact (Hessian)"]["iterations"] < found["BFGS (gradient)"]["iterations"]


def fit_ode(found):
    assert np.all(np.abs(found["deviations"]) < 4)  # in standard errors
    assert found["misfit"] == pytest.approx(0.03, rel=0.2)
    assert found["evaluations"] < 30


def digits_network(found):
    assert found["loss"] < 0.05
    assert found["accuracy"] >= 0.96


def lorenz(found):
    assert 3 < found["growth"][-1] < 30
    np.testing.assert_allclose(found["parameters"], [10, 28, 8 / 3], atol=0.05)
    assert found["misfit"] == pytest.approx(9, rel=0.2)  # 900 numbers with a variance of 0.01
    assert found["difference"] < 1e-8


def differentiate_numpy_code(found):
    assert len(found) == 13
    for errors in found.values():
        assert errors["value error"] < 1e-14
        assert errors["gradient error"] < 1e-8


CHECKS = {
    check.__name__: check
    for check in (
        rent_regression,
        numpy_only,
        differentiate_numpy_code,
        newton_rosenbrock,
        fit_ode,
        lorenz,
        digits_network,
    )
}
COMPILED = [
    pytest.param(script, marks=[pytest.mark.slow] if script.stem == "differentiate_numpy_code" else [], id=script.stem)
    for script in SCRIPTS
]
TRANSFORMS = ("grad", "value_and_grad", "hessian", "jacobian")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_example(script, capsys, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)  # as for a script that Python runs
    try:
        main = runpy.run_path(str(script))["main"]
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        pytest.skip(f"{script.name} needs {EXTRAS[error.name]}")
    found = main()
    assert len(capsys.readouterr().out.splitlines()) > 3
    assert script.stem in CHECKS, f"say in CHECKS what {script.name} should find"
    CHECKS[script.stem](found)


@pytest.mark.parametrize("script", COMPILED)
def test_compiled_example(script, capsys, monkeypatch):
    """What an example differentiates is compiled, and finds the same."""
    for name in TRANSFORMS:
        transform = getattr(wg, name)
        monkeypatch.setattr(wg, name, lambda *args, _transform=transform, **kw: wg.compile(_transform(*args, **kw)))
    test_example(script, capsys, monkeypatch)


def test_every_example_is_in_the_index():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [script.name for script in SCRIPTS if f"]({script.name})" not in index] == []
    assert set(CHECKS) == {script.stem for script in SCRIPTS}


def test_numpy_code_knows_numpy_only():
    programs = sorted((FOLDER / "numpy_code").glob("*.py"))
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(programs) == 12
    for program in programs:
        tree = ast.parse(program.read_text(encoding="utf-8"))
        imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        assert imports == ["import numpy as np"]
        assert f"](numpy_code/{program.name})" in index


def put(a, i, v):
    a[i] = v
    return a


@pytest.mark.parametrize(
    ("instead_of", "write"),
    [
        ("put(np.zeros((2, 3)), 0, x)", "put(np.zeros_like(np.stack([x, x])), 0, x)"),
        ("np.array([x[0], x[1]])", "np.stack([x[0], x[1]])"),
        ("np.r_[x, x]", "np.concatenate([x, x])"),
        ("np.asarray(x)", "x"),
        ("np.asarray(x, dtype=float)", "x.astype(float)"),
        ("np.ones(3).__iadd__(x)", "np.ones(3) + x"),
        ("np.exp(x, out=np.ones(3))", "np.exp(x)"),
        ("np.full(3, x[0])", "x[0] * np.ones(3)"),
    ],
)
def test_what_numpy_does_not_ask_is_no_silent_loss(instead_of, write):
    """The table in examples/README.md."""

    names = {"np": np, "put": put, "x": wg.array([0.5, 1.5, -1.0], requires_grad=True)}
    with pytest.raises(wg.ConversionError, match="los(e|ing) its derivative"):
        eval(instead_of, names)
    assert eval(write, names).requires_grad


@pytest.mark.parametrize("text", ["float(x[0])", "math.exp(x[0])", "put(np.zeros(3), 0, x[0])"])
def test_what_asks_for_a_float_warns(text):
    names = {"np": np, "math": math, "put": put, "x": wg.array([0.5, 1.5, -1.0], requires_grad=True)}
    with pytest.warns(UserWarning, match="no derivative depends"):
        eval(text, names)


def test_every_example_is_a_script():
    for script in SCRIPTS:
        assert script.read_text(encoding="utf-8").endswith('\n\nif __name__ == "__main__":\n    main()\n')
