"""``draw``: what it takes, and what it does not."""

from pathlib import Path

import pytest

import wengert as wg
from wengert.show.graph import draw


def test_a_program_a_tape_and_an_array_give_the_same_picture() -> None:
    x = wg.arange(4.0).attach_grad()
    with wg.record() as tape:
        y = 2 * wg.dot(x, x)
    assert draw(tape).svg == draw(y).svg == draw(wg.trace(lambda x: 2 * wg.dot(x, x))(x.detach())).svg == draw([y]).svg


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(TypeError, match=r"not int$"):
        draw(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"wg\.trace\(f\)\(x\)"):
        draw(wg.sin)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not list"):
        draw([])
    with pytest.raises(wg.GraphError, match="gradient"):
        draw(wg.ones(2))


def test_it_saves_where_it_is_told(tmp_path: Path) -> None:
    drawing = draw(wg.trace(wg.sin)(1.0), tmp_path / "sin.svg")
    assert (tmp_path / "sin.svg").read_text(encoding="utf-8") == drawing.svg
