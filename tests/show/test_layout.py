"""The layout of layered graphs: nothing overlaps, every line goes down, few lines cross."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from wengert.show.layout import Box, Line, layers, place, separated


def overlap(a: Box, b: Box) -> bool:
    return abs(a.x - b.x) < (a.width + b.width) / 2 and abs(a.y - b.y) < (a.height + b.height) / 2


def boxes(count: int, width: float = 60.0) -> list[Box]:
    return [Box(width, 30.0) for _ in range(count)]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[Line]]:
    widths = draw(st.lists(st.sampled_from([20.0, 60.0, 150.0]), min_size=1, max_size=20))
    lines = []
    for target in range(1, len(widths)):
        sources = draw(st.lists(st.integers(0, target - 1), max_size=3))
        lines += [Line(source, target) for source in sources]
    return [Box(width, 30.0) for width in widths], lines


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_any_graph(graph: tuple[list[Box], list[Line]]) -> None:
    nodes, lines = graph
    placement = place(nodes, lines)
    assert not any(overlap(a, b) for a, b in combinations(nodes, 2))
    for box in nodes:
        assert box.width / 2 <= box.x <= placement.width - box.width / 2
        assert box.height / 2 <= box.y <= placement.height - box.height / 2
    assert len(placement.paths) == len(lines)
    for line, path in zip(lines, placement.paths, strict=True):
        source, target = nodes[line.source], nodes[line.target]
        assert path[0] == pytest.approx((source.x, source.y + source.height / 2))
        assert abs(path[-1][0] - target.x) < target.width / 2
        assert path[-1][1] == pytest.approx(target.y - target.height / 2)
        assert all(below[1] > above[1] for above, below in pairwise(path))
        # Where a line passes through a layer it meets no box.
        for (x, top), (_, bottom) in list(zip(path[1:-1:2], path[2:-1:2], strict=True)):
            assert not any(abs(x - b.x) < b.width / 2 and top < b.y < bottom for b in nodes)


def test_layers_are_longest_paths() -> None:
    assert layers(4, [Line(0, 1), Line(1, 2), Line(0, 2), Line(2, 3)]) == [0, 1, 2, 3]


def test_a_source_stands_above_what_reads_it() -> None:
    chain = [Line(0, 2), Line(2, 3), Line(3, 4)]
    assert layers(5, [*chain, Line(1, 4)]) == [0, 2, 1, 2, 3]


def test_what_hangs_on_inputs_alone_stands_where_it_is_used() -> None:
    # 0 -> 2 -> 3 -> 5 is computed in turn; 4 is made of the input 1 and used by 5 alone.
    lines = [Line(0, 2), Line(2, 3), Line(1, 4), Line(3, 5), Line(4, 5)]
    assert layers(6, lines) == [0, 1, 1, 2, 2, 3]


def test_a_line_leads_to_a_higher_number() -> None:
    with pytest.raises(ValueError, match="higher number"):
        layers(2, [Line(1, 0)])


def test_a_chain_is_straight() -> None:
    nodes = [Box(width, 30.0) for width in (40.0, 120.0, 60.0, 90.0)]
    place(nodes, [Line(i, i + 1) for i in range(3)])
    assert len({round(box.x, 6) for box in nodes}) == 1


def test_a_long_line_beside_a_chain_is_straight() -> None:
    nodes = boxes(6)
    placement = place(nodes, [*(Line(i, i + 1) for i in range(5)), Line(0, 5)])
    passing = placement.paths[-1][1:-1]
    assert len(passing) == 8
    assert len({round(x, 6) for x, _ in passing}) == 1


def test_lines_that_need_not_cross_do_not() -> None:
    # A ladder written down in an order that crosses everywhere.
    nodes = boxes(8)
    place(nodes, [Line(i, 7 - i) for i in range(4)])
    tops = sorted(range(4), key=lambda i: nodes[i].x)
    assert [nodes[7 - i].x for i in tops] == sorted(nodes[7 - i].x for i in tops)


def test_two_lines_to_one_box_end_side_by_side() -> None:
    nodes = boxes(2)
    paths = place(nodes, [Line(0, 1), Line(0, 1)]).paths
    assert paths[0][0] == paths[1][0]
    assert abs(paths[0][-1][0] - paths[1][-1][0]) > 5


def test_lines_of_several_ports_begin_apart_and_those_of_one_share_their_way() -> None:
    nodes = boxes(5)
    lines = [Line(0, 1, 0), Line(0, 2, 1), Line(1, 3), Line(3, 4), Line(0, 4, 1)]
    paths = place(nodes, lines, [2, 1, 1, 1, 1]).paths
    assert paths[0][0] != paths[1][0]
    assert paths[1][0] == paths[4][0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10), st.floats(0, 20)), min_size=1, max_size=12))
def test_separated_is_the_nearest_that_keeps_the_distances(rows: list[tuple[float, float, float]]) -> None:
    wishes, weights, gaps = (np.array(column) for column in zip(*rows, strict=True))
    found = np.array(separated(wishes.tolist(), weights.tolist(), gaps[1:].tolist()))
    assert np.all(np.diff(found) >= gaps[1:] - 1e-9)

    def cost(x: np.ndarray) -> float:
        return float(np.sum(weights * (x - wishes) ** 2))

    # No feasible move of a run of places makes it better.
    for i, j in combinations(range(len(found) + 1), 2):
        for step in (-1e-3, 1e-3):
            moved = found.copy()
            moved[i:j] += step
            if np.all(np.diff(moved) >= gaps[1:]):
                assert cost(moved) >= cost(found) - 1e-6
