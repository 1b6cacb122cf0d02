"""Errors: of a class that Python's own handlers catch, with the user's line at the end."""

import pickle
from typing import Any

import numpy as np
import pytest

import wengert as wg
from wengert.core.errors import IndexingError, user_location


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (wg.ShapeError, ValueError),
        (wg.DTypeError, TypeError),
        (wg.TreeError, ValueError),
        (wg.GraphError, RuntimeError),
        (wg.ConversionError, TypeError),
        (wg.LevelError, RuntimeError),
        (wg.AnomalyError, FloatingPointError),
        (IndexingError, IndexError),
    ],
)
def test_classes(error: Any, base: type[Exception]) -> None:
    assert issubclass(error, wg.WengertError)
    assert issubclass(error, base)
    assert error.__doc__
    with pytest.raises(base) as caught:
        raise error("why")
    assert str(caught.value) == "why"


def test_the_note_names_the_line_of_the_user() -> None:
    with pytest.raises(wg.ShapeError) as caught:
        wg.ones(2).backward("any") if False else wg.broadcast_to(wg.ones(2), (3,))  # here
    (note,) = caught.value.__notes__
    assert note.startswith("at ")
    assert "test_errors.py:" in note
    assert note.endswith("# here")


def through_the_library(act: Any) -> str:
    with pytest.raises(wg.WengertError) as caught:
        act()
    return str(caught.value.__notes__[-1])


def test_the_line_is_that_of_the_innermost_user_code() -> None:
    def inner(x: Any) -> Any:
        return x @ wg.ones((5, 5))  # innermost

    for act in (
        lambda: wg.grad(inner)(np.ones(2)),
        lambda: wg.vmap(inner)(np.ones((3, 2))),
        lambda: wg.jvp(inner, (np.ones(2),), (np.ones(2),)),
        lambda: wg.trace(inner)(np.ones(2)),
        lambda: wg.checkpoint(inner)(wg.ones(2, requires_grad=True)),
        lambda: wg.hessian(wg.jacfwd(inner))(np.ones(2)),
        lambda: inner(wg.ones(2, requires_grad=True)),
        lambda: np.matmul(wg.ones(2), inner(wg.ones(2))),
    ):
        assert through_the_library(act).endswith("# innermost")


def test_code_without_a_file_has_a_line_too() -> None:
    code = compile("import wengert\nwengert.ones(2).reshape(3)", "<typed in>", "exec")
    with pytest.raises(wg.ShapeError) as caught:
        eval(code, {})
    assert "<typed in>:2" in caught.value.__notes__[-1]


def test_a_package_whose_name_begins_alike_is_user_code(tmp_path: Any) -> None:
    from pathlib import Path

    beside = Path(wg.__file__).parent.with_name("wengert_of_the_user") / "module.py"
    code = compile("location = ask()", str(beside), "exec")
    scope: dict[str, Any] = {"ask": user_location}
    eval(code, scope)
    assert scope["location"].startswith(str(beside))


def test_the_location_of_the_caller() -> None:
    assert "test_errors.py" in str(user_location())


def test_errors_survive_pickling() -> None:
    with pytest.raises(wg.ShapeError) as caught:
        wg.ones(2) + wg.ones(3)
    back = pickle.loads(pickle.dumps(caught.value))
    assert type(back) is wg.ShapeError
    assert str(back) == str(caught.value)


BAD_INPUT: list[tuple[Any, Any, str]] = [  # the list of what a user does wrong, each with the fitting type
    (lambda: wg.ones((2, 3)) + wg.ones(2), wg.ShapeError, r"add\(float64\[2, 3\], float64\[2\]\)"),
    (lambda: wg.ones((2, 3)) @ wg.ones((2, 3)), wg.ShapeError, r"\(2, 3\) and \(2, 3\)"),
    (lambda: wg.ones((2, 3)).reshape(4), wg.ShapeError, r"\(2, 3\).*\(4,\)"),
    (lambda: wg.sum(wg.ones(2), axis=1), wg.ShapeError, "axis 1 is out of bounds"),
    (lambda: wg.concatenate([wg.ones(2), wg.ones((2, 2))]), wg.ShapeError, r"\(2,\).*\(2, 2\)"),
    (lambda: wg.stack([wg.ones(2), wg.ones(3)]), wg.ShapeError, r"\(2,\).*\(3,\)"),
    (lambda: wg.einsum("ij,jk", wg.ones((2, 3)), wg.ones((2, 3))), wg.ShapeError, "'j'"),
    (lambda: wg.linalg.solve(wg.ones((2, 3)), wg.ones(2)), wg.ShapeError, r"\(2, 3\)"),
    (lambda: wg.ones(2)[2], IndexError, "out of bounds"),
    (lambda: wg.ones(2)["a"], IndexError, "ind"),
    (lambda: wg.arange(4, requires_grad=True), wg.DTypeError, "int64.*astype"),
    (lambda: wg.array("text"), wg.DTypeError, "numbers"),
    (lambda: wg.array([[1, 2], [3]]), (wg.DTypeError, wg.ShapeError), "array"),
    (lambda: wg.ones(2, requires_grad=True).backward(), wg.GraphError, r"scalar, not an array of shape \(2,\)"),
    (lambda: wg.ones(2).sum().backward(), wg.GraphError, "does not require a gradient"),
    (lambda: wg.ones(2, requires_grad=True).backward(wg.ones(3)), wg.ShapeError, r"\(2,\) cannot have shape \(3,\)"),
    (lambda: np.asarray(wg.ones(2, requires_grad=True)), wg.ConversionError, "detach"),
    (lambda: wg.grad(lambda x: x)(wg.ones(2)), wg.ShapeError, r"\(2,\).*jacobian"),
    (lambda: wg.grad(lambda x: wg.argmax(x))(wg.ones(2)), wg.DTypeError, "no derivative"),
    (lambda: wg.grad(lambda x: x)(np.arange(3)), wg.DTypeError, "int64.*astype"),
    (lambda: wg.jvp(lambda x: x, (1.0,), (1.0, 2.0)), wg.TreeError, "structure"),
    (lambda: wg.vmap(lambda x, y: x)(wg.ones(2), wg.ones(3)), wg.ShapeError, r"\(2,\).*\(3,\)"),
    (lambda: bool(wg.ones(2)), wg.ConversionError, r"\(2,\).*ambiguous"),
    (lambda: wg.vmap(bool)(wg.ones(2)), wg.ConversionError, "vmap"),
    (lambda: wg.trace(lambda x: x)(wg.ones(2))(wg.ones(3)), wg.ShapeError, r"float64\[2\], not float64\[3\]"),
]


@pytest.mark.parametrize(("act", "error", "message"), BAD_INPUT, ids=range(len(BAD_INPUT)))
def test_bad_input(act: Any, error: Any, message: str) -> None:
    with wg.record() as tape, pytest.raises(error, match=message) as caught:
        act()
    assert any("test_errors.py" in note for note in caught.value.__notes__)
    assert len(tape) == 0
    assert wg.is_grad_enabled()
