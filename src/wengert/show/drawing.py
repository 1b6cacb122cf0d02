"""A program as a drawing: boxes and lines, in SVG written here, or through matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.program import Equation, Program, Variable, format_param, names
from .extras import needs
from .layout import Box, Line, Placement, place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["LIMIT", "Drawing", "Node", "drawing_of"]

LIMIT = 400
"""Of a longer program only so many equations are drawn, with a note on the rest."""

FONT = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
SIZE, SMALL = 13.0, 11.0  # of the two lines of text in a box
ADVANCE = 0.602  # width of a character of a monospaced font, in its size
LONGEST = 30  # characters of a line; what is longer is cut, and stands whole in the tooltip
INK, FAINT, LINE = "#1b1f24", "#57606a", "#8a939d"
ARROW = 7.0


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a kind of node."""

    fill: str
    edge: str
    round: bool
    dashed: bool = False


# Blue and vermillion are told apart by every kind of colour vision; shape and text say the same once more.
LOOKS = {
    "input": Look("#e4f0fa", "#0072b2", round=True),
    "constant": Look("#f3f3f0", "#6e7781", round=True, dashed=True),
    "equation": Look("#ffffff", "#57606a", round=False),
    "rest": Look("#fff8dc", "#9a7d0a", round=False, dashed=True),
    "output": Look("#fdeee2", "#d55e00", round=True),
}


@dataclass(frozen=True, slots=True)
class Node:
    """A box of a drawing.

    Attributes
    ----------
    kind
        ``"input"``, ``"constant"``, ``"equation"``, ``"output"``, or ``"rest"`` for the equations left out.
    name, rest
        The first line: what is printed bold, and what follows it.
    detail
        The second line: the types of what the node gives.
    text
        The whole line of the printed program.
    box
        Its place and size.
    """

    kind: str
    name: str
    rest: str
    detail: str
    text: str
    box: Box


class Drawing:
    """A drawn program. A notebook shows it; ``save`` writes it to a file.

    Attributes
    ----------
    nodes : tuple of Node
    lines : tuple of Line
        From node to node, in numbers of nodes: one for each time that an equation reads a variable.
    svg : str
        The picture.
    """

    def __init__(self, nodes: Sequence[Node], lines: Sequence[Line], placement: Placement) -> None:
        self.nodes = tuple(nodes)
        self.lines = tuple(lines)
        self._placement = placement

    @property
    def svg(self) -> str:
        """The picture as the text of an SVG file."""
        return "\n".join(_svg(self.nodes, self._placement)) + "\n"

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<drawing of {len(self.nodes)} nodes and {len(self.lines)} lines: show it in a notebook, or save(path)>"

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file: SVG for a name that ends in ``.svg``, else what matplotlib makes of the ending.

        Parameters
        ----------
        path
            Where to; ``.png`` and ``.pdf`` need matplotlib.

        Returns
        -------
        The path.

        Raises
        ------
        ValueError
            If matplotlib does not know the ending.
        ModuleNotFoundError
            If matplotlib is needed and missing.
        """
        target = Path(path)
        if target.suffix.lower() == ".svg":
            target.write_text(self.svg, encoding="utf-8")
            return target
        if not target.suffix:
            raise ValueError(f"the name of a picture ends in .svg, .png or .pdf, not {target.name!r}")
        # A bitmap of more than 2**16 dots a side is beyond matplotlib.
        longest = max(self._placement.width, self._placement.height)
        figure = self._figure()
        from matplotlib import rc_context

        with rc_context({"text.hinting": "none"}):  # hinting would widen the letters
            figure.savefig(target, dpi=min(144.0, 72 * 60_000 / longest))
        return target

    def _figure(self) -> Figure:
        """The picture as a figure of matplotlib's, in which one point is one unit of length."""
        with needs("writing other formats than SVG", "matplotlib", "plot"):
            from matplotlib.figure import Figure
            from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
            from matplotlib.path import Path as Curve
        width, height = self._placement.width, self._placement.height
        figure = Figure(figsize=(width / 72, height / 72))
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        ax.set(xlim=(0, width), ylim=(height, 0))
        ax.axis("off")
        for points in _branches(self._placement):
            vertices, codes = [points[0]], [Curve.MOVETO]
            for curve in _curves(points):
                vertices += curve
                codes += [Curve.CURVE4] * 3 if len(curve) == 3 else [Curve.LINETO]
            ax.add_patch(PathPatch(Curve(vertices, codes), fill=False, edgecolor=LINE, linewidth=1.3))
            ax.add_patch(Polygon(_arrow(points[-1]), color=LINE, linewidth=0))
        for node in self.nodes:
            box, look = node.box, LOOKS[node.kind]
            corner = (box.x - box.width / 2, box.y - box.height / 2)
            style = f"round,pad=0,rounding_size={_radius(node)}"
            ax.add_patch(
                FancyBboxPatch(
                    corner,
                    box.width,
                    box.height,
                    boxstyle=style,
                    facecolor=look.fill,
                    edgecolor=look.edge,
                    linestyle="--" if look.dashed else "-",
                    linewidth=1.2,
                )
            )
            first, second = _baselines(node)
            x = box.x - _wide(node.name + node.rest) / 2
            ax.text(x, first, node.name, size=SIZE, color=INK, family="monospace", weight="bold")
            ax.text(x + _wide(node.name), first, node.rest, size=SIZE, color=INK, family="monospace")
            ax.text(box.x, second, node.detail, size=SMALL, color=FAINT, family="monospace", ha="center")
        return figure


def drawing_of(program: Program) -> Drawing:
    """The drawing of a program."""
    nodes, lines, ports = _nodes_and_lines(program)
    return Drawing(nodes, lines, place([node.box for node in nodes], lines, ports))


# -- A program as nodes and lines --------------------------------------------------------------------------------------


def _nodes_and_lines(program: Program) -> tuple[list[Node], list[Line], list[int]]:
    """The nodes, the lines between them, and for each node how many variables it gives."""
    name = names(program)
    nodes: list[Node] = []
    lines: list[Line] = []
    ports: list[int] = []
    home: dict[Variable, tuple[int, int]] = {}  # a variable's node, and which of its outputs it is

    def add(node: Node, reads: Sequence[Any], gives: Sequence[Variable] = ()) -> None:
        number = len(nodes)
        nodes.append(node)
        ports.append(max(len(gives), 1))
        home.update((variable, (number, port)) for port, variable in enumerate(gives))
        sources = [home[a] for a in reads if isinstance(a, Variable)]
        lines.extend(Line(source, number, port) for source, port in sources)

    for variable in program.inputs:
        text = f"{name[variable]}: {variable.type}"
        add(_node("input", name[variable], "", str(variable.type), text), (), (variable,))
    for variable in program.constants:
        text = f"{name[variable]}: {variable.type} is captured"
        add(_node("constant", name[variable], " captured", str(variable.type), text), (), (variable,))
    drawn, left_out = program.equations[:LIMIT], program.equations[LIMIT:]
    for equation in drawn:
        add(_equation(equation, name), equation.inputs, equation.outputs)
    if left_out:
        given = [v for equation in left_out for v in equation.outputs]
        own = set(given)
        reads = dict.fromkeys(a for equation in left_out for a in equation.inputs if isinstance(a, Variable))
        several = "s" if len(left_out) > 1 else ""
        text = f"{len(left_out)} more equation{several}: print(program) shows them all"
        add(
            _node("rest", f"… {len(left_out)} more equation{several}", "", "print(program) shows all", text),
            [a for a in reads if a not in own],
        )
        home.update((variable, (len(nodes) - 1, 0)) for variable in given)
    for out in program.outputs:
        text = f"return {_atom(out, name)}"
        add(_node("output", "return", f" {_atom(out, name)}", "", text), (out,))
    return nodes, lines, ports


def _equation(equation: Equation, name: dict[Variable, str]) -> Node:
    inputs = [_atom(a, name) for a in equation.inputs]
    params = [f"{key}={_param(value)}" for key, value in equation.params.items()]
    primitive = equation.primitive.name
    outputs = ", ".join(f"{name[v]}: {v.type}" for v in equation.outputs)
    text = f"{outputs} = {primitive}({', '.join([*inputs, *params])})"
    # Parameters that make the line too long are left to the tooltip, from the last.
    shown = [*inputs, *params]
    while len(shown) > 1 and len(primitive) + len(", ".join(shown)) + 2 > LONGEST:
        shown = [*shown[: -2 if shown[-1] == "…" else -1], "…"]
        if shown == ["…"]:
            break
    return _node("equation", primitive, f"({', '.join(shown)})", outputs, text)


def _node(kind: str, name: str, rest: str, detail: str, text: str) -> Node:
    detail = detail if len(detail) <= LONGEST + 4 else f"{detail[: LONGEST + 3]}…"
    width = max(_wide(name + rest), len(detail) * ADVANCE * SMALL)
    box = Box(width + (30 if LOOKS[kind].round else 22), 44.0 if detail else 28.0)
    return Node(kind, name, rest, detail, text, box)


def _atom(a: Any, name: dict[Variable, str]) -> str:
    if isinstance(a, Variable):
        return name[a]
    return f"{a:.6g}" if isinstance(a, (float, complex)) else repr(a)


def _param(value: Any) -> str:
    return f"program of {len(value.equations)} equations" if isinstance(value, Program) else format_param(value)


# -- The picture -------------------------------------------------------------------------------------------------------


def _svg(nodes: Sequence[Node], placement: Placement) -> Iterator[str]:
    width, height = f"{placement.width:.0f}", f"{placement.height:.0f}"
    equations = sum(node.kind == "equation" for node in nodes)
    label = f"Graph of a program of {equations} equation{'' if equations == 1 else 's'}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    )
    yield f'<g fill="none" stroke="{LINE}" stroke-width="1.3">'
    for points in _branches(placement):
        steps = " ".join(("C" if len(c) == 3 else "L") + " ".join(map(_point, c)) for c in _curves(points))
        yield f'<path class="line" d="M{_point(points[0])} {steps}"/>'
    yield "</g>"
    arrows = " ".join(f"M{' L'.join(map(_point, _arrow(points[-1])))} Z" for points in placement.paths)
    if arrows:
        yield f'<path class="arrows" fill="{LINE}" d="{arrows}"/>'
    yield f'<g font-family="{FONT}" font-size="{SIZE:g}" text-anchor="middle" fill="{INK}">'
    for node in nodes:
        yield from _svg_node(node)
    yield "</g>"
    yield "</svg>"


def _svg_node(node: Node) -> Iterator[str]:
    box, look = node.box, LOOKS[node.kind]
    dashes = ' stroke-dasharray="4 3"' if look.dashed else ""
    first, second = _baselines(node)
    yield f'<g class="{node.kind}"><title>{escape(node.text)}</title>'
    yield (
        f'<rect x="{box.x - box.width / 2:.1f}" y="{box.y - box.height / 2:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{_radius(node):g}" fill="{look.fill}" stroke="{look.edge}" '
        f'stroke-width="1.2"{dashes}/>'
    )
    name = f'<tspan font-weight="bold">{escape(node.name)}</tspan>'
    yield f'<text x="{box.x:.1f}" y="{first:.1f}">{name}{escape(node.rest)}</text>'
    if node.detail:
        x = f'x="{box.x:.1f}" y="{second:.1f}"'
        yield f'<text {x} font-size="{SMALL:g}" fill="{FAINT}">{escape(node.detail)}</text>'
    yield "</g>"


def _baselines(node: Node) -> tuple[float, float]:
    """Where the two lines of text stand."""
    return (node.box.y - 3.5, node.box.y + 13.0) if node.detail else (node.box.y + 4.5, node.box.y)


def _radius(node: Node) -> float:
    return 14.0 if LOOKS[node.kind].round else 5.0


def _wide(text: str) -> float:
    return len(text) * ADVANCE * SIZE


def _branches(placement: Placement) -> Iterator[Sequence[tuple[float, float]]]:
    """The points of each line from where it leaves those drawn before it."""
    drawn: set[Any] = set()
    for points in placement.paths:
        steps = list(pairwise(points))
        start = 0
        while start < len(steps) - 1 and steps[start] in drawn:
            start += 1
        drawn.update(steps)
        yield points[start:]


def _curves(points: Sequence[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """The way through the points: straight down through each layer, a curve from layer to layer."""
    stop = (points[-1][0], points[-1][1] - ARROW + 1)
    for (x, y), (u, v) in pairwise([*points[:-1], stop]):
        if x == u:
            yield [(u, v)]
        else:
            middle = (y + v) / 2
            yield [(x, middle), (u, middle), (u, v)]


def _arrow(tip: tuple[float, float]) -> list[tuple[float, float]]:
    x, y = tip
    return [(x, y), (x - ARROW / 2, y - ARROW), (x + ARROW / 2, y - ARROW)]


def _point(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
