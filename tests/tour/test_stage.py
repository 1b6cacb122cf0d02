"""The stage: what is shown is the source of what runs, and whatever happens in a step is caught."""

from typing import Any

import pytest

from wengert.tour.stage import Picture, Step, display, perform


def greeting():
    """A heading.

    Some text, with
    a line break.

    More.
    """
    # A comment.
    x = 1

    def f(y):
        return x + y

    print("f(2) is", end=" ")
    print(f(2))
    return x, f


def going_on(f, x):
    """Going on."""
    print(f(x))
    return f


def last(f):
    """Last."""
    display("a drawing", "a caption")


def run(function: Any, variables: dict[str, Any] | None = None) -> Any:
    said: list[str] = []
    result = perform(Step(function), {} if variables is None else variables, said.append)
    return result, said


def test_what_is_read_from_the_source() -> None:
    step = Step(greeting)
    assert step.heading == "A heading"
    assert step.paragraphs == ["Some text, with a line break.", "More."]
    assert step.takes == []
    assert step.gives == ["x", "f"]
    assert step.code.splitlines()[0] == "# A comment."
    assert step.code.splitlines()[-1] == "print(f(2))"
    assert "    return x + y" in step.code
    assert Step(last).gives == []


def test_steps_hand_on_variables() -> None:
    variables: dict[str, Any] = {}
    result, said = run(greeting, variables)
    assert result.output == "f(2) is 3\n"
    assert said == ["f(2) is 3"]
    assert variables["x"] == 1
    result, _ = run(going_on, variables)
    assert result.output == "2\n"
    assert list(variables) == ["x", "f"]


def test_a_step_whose_variables_are_missing_is_left_out() -> None:
    result, _ = run(going_on, {"x": 1})
    assert "builds on f" in result.missing
    assert not result.failure


def test_pictures_are_caught() -> None:
    result, _ = run(last, {"f": None})
    assert result.pictures == [Picture("a drawing", "a caption")]


def test_display_outside_the_tour(capsys: pytest.CaptureFixture[str]) -> None:
    display("a drawing", "a caption")
    display("a drawing")
    assert capsys.readouterr().out == "a caption\n'a drawing'\n"


def test_a_failed_check_is_caught() -> None:
    def wrong():
        """Wrong."""
        print("before")
        assert 1 + 1 == 3

    result, said = run(wrong)
    assert said == ["before"]
    assert "AssertionError" in result.failure
    assert not result.missing


@pytest.mark.parametrize(("module", "says"), [("sklearn.datasets", "digits"), ("matplotlib", "plot")])
def test_a_missing_library_is_named(module: str, says: str) -> None:
    def needing():
        """Needing."""
        raise ModuleNotFoundError("missing", name=module)

    result, _ = run(needing)
    assert f'pip install "wengert[{says}]"' in result.missing
    assert not result.failure


def test_any_other_missing_module_is_a_failure() -> None:
    def needing():
        """Needing."""
        raise ModuleNotFoundError("missing", name="os.nothing")

    result, _ = run(needing)
    assert result.failure
