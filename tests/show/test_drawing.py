"""Drawings: the SVG has a box for each input, equation and output, with its label, and a line for each read."""

import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

import wengert as wg
from wengert.core.program import Equation, Program, Variable
from wengert.show.drawing import LIMIT, Drawing
from wengert.show.graph import draw

SVG = "{http://www.w3.org/2000/svg}"


class Parsed:
    """What stands in a drawing's SVG."""

    def __init__(self, drawing: Drawing) -> None:
        self.root = ET.fromstring(drawing.svg)
        self.groups = [g for g in self.root.iter(f"{SVG}g") if g.get("class")]
        self.kinds = Counter(g.get("class") for g in self.groups)
        self.lines = [p for p in self.root.iter(f"{SVG}path") if p.get("class") == "line"]
        self.labels = [["".join(t.itertext()) for t in g.findall(f"{SVG}text")] for g in self.groups]
        self.titles = [g.findtext(f"{SVG}title") for g in self.groups]
        self.boxes = [
            tuple(float(g.find(f"{SVG}rect").get(key)) for key in ("x", "y", "width", "height")) for g in self.groups
        ]

    def check(self) -> None:
        """No boxes overlap, everything is inside the picture, and the labels are inside their boxes."""
        width, height = float(self.root.get("width")), float(self.root.get("height"))
        for (x, y, w, h), (u, v, p, q) in combinations(self.boxes, 2):
            assert x + w <= u or u + p <= x or y + h <= v or v + q <= y
        for (x, y, w, h), texts in zip(self.boxes, self.labels, strict=True):
            assert x >= 0
            assert y >= 0
            assert x + w <= width
            assert y + h <= height
            assert len(texts[0]) * 0.602 * 13 < w
        for line in self.lines:
            points = [tuple(map(float, p.split(","))) for p in re.findall(r"[-\d.]+,[-\d.]+", line.get("d"))]
            assert all(0 <= px <= width and 0 <= py <= height for px, py in points)


def network(params, x):
    for W, b in params:
        x = wg.tanh(x @ W + b)
    return wg.mean(x**2)


def network_gradient(depth: int) -> Program:
    params = [(wg.ones((3, 3)), wg.zeros(3)) for _ in range(depth)]
    return wg.trace(wg.grad(network))(params, wg.ones((2, 3)))


@pytest.fixture
def quadratic() -> wg.Array:
    x = wg.arange(4.0, requires_grad=True)
    return 2 * wg.dot(x, x)


def test_two_x_transposed_x(quadratic: wg.Array) -> None:
    drawing = draw(quadratic)
    parsed = Parsed(drawing)
    parsed.check()
    assert parsed.kinds == {"input": 1, "equation": 2, "output": 1}
    assert len(parsed.lines) == len(drawing.lines) == 4  # x is read twice
    assert parsed.labels == [
        ["a", "float64[4]"],
        ["matmul(a, a)", "b: float64[]"],
        ["multiply(2, b)", "c: float64[]"],
        ["return c"],
    ]
    assert parsed.titles == ["a: float64[4]", *str(wg.program_of(quadratic)).replace("  ", "").splitlines()[1:]]
    assert [node.box.y for node in drawing.nodes] == sorted(node.box.y for node in drawing.nodes)


@pytest.mark.parametrize("depth", [2, 6, 15])
def test_larger_programs(depth: int) -> None:
    program = network_gradient(depth)
    drawing = draw(program)
    parsed = Parsed(drawing)
    parsed.check()
    assert parsed.kinds["equation"] == len(program.equations)
    assert parsed.kinds["input"] == len(program.inputs)
    assert parsed.kinds["constant"] == len(program.constants)
    assert parsed.kinds["output"] == len(program.outputs)
    reads = sum(isinstance(a, Variable) for e in program.equations for a in e.inputs)
    assert len(drawing.lines) == len(parsed.lines) == reads + len(program.outputs)
    assert [node.text for node in drawing.nodes if node.kind == "equation"] == [
        line.strip() for line in str(program).splitlines() if " = " in line
    ]


def test_a_very_long_program_is_cut_with_a_note() -> None:
    def f(x):
        for _ in range(3000):
            x = x * 1.01 + 0.1
        return x

    program = wg.trace(f)(1.0)
    drawing = draw(program)
    parsed = Parsed(drawing)
    parsed.check()
    assert parsed.kinds == {"input": 1, "equation": LIMIT, "rest": 1, "output": 1}
    assert [f"… {6000 - LIMIT} more equations", "print(program) shows all"] in parsed.labels
    assert len(parsed.lines) == LIMIT + 2


def test_several_outputs_of_one_equation() -> None:
    sign_and_log = wg.trace(wg.linalg.slogdet)(wg.array([[2.0, 1.0], [1.0, 3.0]]))
    drawing = draw(sign_and_log)
    Parsed(drawing).check()
    assert sum(node.kind == "output" for node in drawing.nodes) == 2


def test_outputs_that_are_inputs_or_numbers_and_inputs_that_nobody_reads() -> None:
    program = wg.trace(lambda x, y: (x, 3.5))(1.0, wg.ones(2))
    parsed = Parsed(draw(program))
    parsed.check()
    assert parsed.kinds == {"input": 2, "output": 2}
    assert len(parsed.lines) == 1
    assert ["return 3.5"] in parsed.labels


def test_a_program_of_nothing() -> None:
    assert Parsed(draw(Program((), (), ()))).kinds == {}


def test_captured_arrays_are_shown() -> None:
    weights = wg.ones(3)
    parsed = Parsed(draw(wg.trace(lambda x: wg.dot(weights, x))(wg.ones(3))))
    assert ["b captured", "float64[3]"] in parsed.labels


def test_long_labels_are_cut_and_whole_in_the_tooltip() -> None:
    drawing = draw(wg.trace(lambda x: wg.sum(x, axis=(0, 2), keepdims=True))(wg.ones((2, 3, 4))))
    (node,) = (node for node in drawing.nodes if node.kind == "equation")
    assert node.rest.endswith(", …)")
    assert node.text == "b: float64[1, 3, 1] = sum(a, axes=(0, 2), keepdims=True)"


def test_text_is_escaped() -> None:
    program = wg.trace(lambda x: wg.where(x > 0, x, 0))(wg.ones(2))
    first = program.equations[0]
    odd = Equation(first.primitive, first.inputs, {"note": "<&>"}, first.outputs)
    changed = Program(program.inputs, (odd, *program.equations[1:]), program.outputs)
    assert any("<&>" in (title or "") for title in Parsed(draw(changed)).titles)


def test_saving(quadratic: wg.Array, tmp_path: Path) -> None:
    drawing = draw(quadratic, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == drawing.svg == drawing._repr_svg_()
    assert drawing.save(tmp_path / "a.png") == tmp_path / "a.png"
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert drawing.save(str(tmp_path / "a.pdf")).read_bytes().startswith(b"%PDF")
    with pytest.raises(ValueError, match=r"\.svg, \.png or \.pdf"):
        drawing.save(tmp_path / "picture")
    with pytest.raises(ValueError, match="xyz"):
        drawing.save(tmp_path / "a.xyz")


def test_svg_needs_no_matplotlib(quadratic: wg.Array, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    draw(quadratic, tmp_path / "a.svg")
    with pytest.raises(ModuleNotFoundError, match=r"wengert\[plot\]"):
        draw(quadratic, tmp_path / "a.png")


def test_the_representation_says_what_to_do(quadratic: wg.Array) -> None:
    assert repr(draw(quadratic)) == "<drawing of 4 nodes and 4 lines: show it in a notebook, or save(path)>"
