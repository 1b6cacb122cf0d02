"""Where the boxes and lines of a layered graph go: pure geometry, in the steps of Sugiyama, Tagawa and Toda (1981).

Boxes are put in layers by their longest path from a source; a line that crosses layers gets a point in each; the order
in each layer is improved until few lines cross; then each box moves as near to its neighbours as the others let it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

__all__ = ["Box", "Line", "Placement", "place"]

GAP = 26.0  # between two boxes of a layer
LINE_GAP = 14.0  # between a line that passes through and its neighbour
LAYER_GAP = 34.0
PORT_GAP = 16.0  # between the ends of two lines at one box
MARGIN = 8.0
STRAIGHT = 8.0  # how much more a line wants to be straight where it passes through than where it begins and ends


@dataclass(slots=True)
class Box:
    """A box to place: its size, and once it is placed its centre."""

    width: float
    height: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line to draw from the bottom of one box to the top of another, in numbers of boxes.

    Lines of one box with the same port begin at the same point and share their way.
    """

    source: int
    target: int
    port: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """A layout: the whole size, and for each line the points it goes through, two for each layer it crosses."""

    width: float
    height: float
    paths: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(slots=True, eq=False)
class _Slot:
    """A place in a layer: a box, or the point where a line passes through."""

    layer: int
    width: float
    box: int | None
    above: list[_Slot]
    below: list[_Slot]
    x: float = 0.0
    rank: int = 0

    def pull(self, other: _Slot) -> float:
        """How much the two want to stand one above the other."""
        return STRAIGHT if self.box is None and other.box is None else 2.0 if None in (self.box, other.box) else 1.0


def place(boxes: Sequence[Box], lines: Sequence[Line], ports: Sequence[int] | None = None) -> Placement:
    """Place the boxes (their ``x`` and ``y`` are set), and route the lines.

    Parameters
    ----------
    boxes
        What to place.
    lines
        Without cycles; a line leads from a box to one with a higher number.
    ports
        For each box how many ports its lines begin at; by default one.
    """
    if not boxes:
        return Placement(2 * MARGIN, 2 * MARGIN, ())
    counts = [1] * len(boxes) if ports is None else list(ports)
    layer = layers(len(boxes), lines)
    slots = [_Slot(level, box.width, i, [], []) for i, (level, box) in enumerate(zip(layer, boxes, strict=True))]
    chains: dict[tuple[int, int], list[_Slot]] = {}
    ways = [_way(slots, chains, line) for line in lines]
    everything = [*slots, *(slot for chain in chains.values() for slot in chain[1:])]
    rows: list[list[_Slot]] = [[] for _ in range(max(layer) + 1)]
    for slot in everything:
        rows[slot.layer].append(slot)
    _order(rows)
    _spread(rows)

    left = min(slot.x - slot.width / 2 for slot in everything)
    right = max(slot.x + slot.width / 2 for slot in everything)
    heights = [max((boxes[s.box].height for s in row if s.box is not None), default=0.0) for row in rows]
    tops, y = [], MARGIN
    for height in heights:
        tops.append(y)
        y += height + LAYER_GAP
    for slot in everything:
        slot.x += MARGIN - left
        if slot.box is not None:
            boxes[slot.box].x = slot.x
            boxes[slot.box].y = tops[slot.layer] + heights[slot.layer] / 2

    ends = _ends(boxes, lines, ways)
    paths = []
    for number, (line, way) in enumerate(zip(lines, ways, strict=True)):
        source, target = boxes[line.source], boxes[line.target]
        begin = source.x + _offset(line.port, counts[line.source], source.width)
        points = [(begin, source.y + source.height / 2)]
        for slot in way[1:-1]:
            top = tops[slot.layer]
            points += [(slot.x, top), (slot.x, top + heights[slot.layer])]
        points.append((ends[number], target.y - target.height / 2))
        paths.append(tuple(points))
    return Placement(right - left + 2 * MARGIN, y - LAYER_GAP + MARGIN, tuple(paths))


def layers(count: int, lines: Iterable[Line]) -> list[int]:
    """The layer of each box: its longest path from a source, or below that where lines get shorter and none longer."""
    into: list[list[int]] = [[] for _ in range(count)]
    out: list[list[int]] = [[] for _ in range(count)]
    for line in lines:
        if not 0 <= line.source < line.target < count:
            raise ValueError(f"a line leads to a box with a higher number, not from {line.source} to {line.target}")
        into[line.target].append(line.source)
        out[line.source].append(line.target)
    layer = [0] * count
    for box in range(count):
        layer[box] = max((layer[i] + 1 for i in into[box]), default=0)
    for box in reversed(range(count)):
        if out[box]:
            # Lower is shorter, as long as no other computed box's line gets longer by it.
            lowest = [layer[i] for i in out[box]]
            computed = {i for i in into[box] if into[i]}
            lowest.extend(1 + max((layer[j] for j in out[i] if j != box), default=0) for i in computed)
            layer[box] = max(layer[box], min(lowest) - 1)
    return layer


def _way(slots: list[_Slot], chains: dict[tuple[int, int], list[_Slot]], line: Line) -> list[_Slot]:
    """The slots that a line goes through; what begins at one port shares them as far as it can."""
    source, target = slots[line.source], slots[line.target]
    chain = chains.setdefault((line.source, line.port), [source])
    while len(chain) < target.layer - source.layer:
        slot = _Slot(source.layer + len(chain), 0.0, None, [chain[-1]], [])
        chain[-1].below.append(slot)
        chain.append(slot)
    last = chain[target.layer - source.layer - 1]
    last.below.append(target)
    target.above.append(last)
    return [*chain[: target.layer - source.layer], target]


def _order(rows: list[list[_Slot]]) -> None:
    """Sort each layer by the barycentres of its neighbours, downward and upward in turn; keep the best order seen."""
    for row in rows:
        _number(row)
    best, fewest, idle = [list(row) for row in rows], crossings(rows), 0
    for turn in range(24):
        if not fewest or idle > 5:
            break
        down = turn % 2 == 0
        for row in rows[1:] if down else rows[-2::-1]:
            # The rank decides ties; turning it round now and then leaves an order in which the sweeps are stuck.
            sign = 1 if turn % 8 < 6 else -1
            row.sort(key=lambda slot: (_barycentre(slot, down), sign * slot.rank))
            _number(row)
        found = crossings(rows)
        idle += 1
        if found < fewest:
            best, fewest, idle = [list(row) for row in rows], found, 0
    for row, order in zip(rows, best, strict=True):
        row[:] = order
        _number(row)
    for _ in range(8):
        if not fewest or not _exchange(rows):
            break


def _exchange(rows: list[list[_Slot]]) -> bool:
    """Exchange neighbours whose lines then cross less; whether there were any."""
    improved = False
    for row in rows:
        for i in range(len(row) - 1):
            left, right = row[i], row[i + 1]
            if _crossed(left, right) > _crossed(right, left):
                row[i], row[i + 1] = right, left
                left.rank, right.rank = i + 1, i
                improved = True
    return improved


def _crossed(left: _Slot, right: _Slot) -> int:
    """How many lines of the two cross each other, with the one left of the other."""
    pairs = ((left.above, right.above), (left.below, right.below))
    return sum(a.rank > b.rank for lefts, rights in pairs for a in lefts for b in rights)


def _number(row: list[_Slot]) -> None:
    for rank, slot in enumerate(row):
        slot.rank = rank


def _barycentre(slot: _Slot, down: bool) -> float:
    near = slot.above if down else slot.below
    return sum(other.rank for other in near) / len(near) if near else float(slot.rank)


def crossings(rows: Sequence[Sequence[_Slot]]) -> int:
    """How many pairs of lines cross."""
    total = 0
    for row in rows[:-1]:
        ends: list[int] = []
        for slot in row:
            targets = sorted(other.rank for other in slot.below)
            total += sum(len(ends) - bisect_right(ends, target) for target in targets)
            for target in targets:
                insort(ends, target)
    return total


def _spread(rows: list[list[_Slot]]) -> None:
    """Give each slot its x, in the order of its layer: as near to its neighbours as the others let it."""
    for row in rows:
        position = 0.0
        for left, right in zip([None, *row], row, strict=False):
            position += _distance(left, right) if left is not None else 0.0
            right.x = position
        for slot in row:
            slot.x -= position / 2
    for turn in range(24):
        down = turn % 2 == 0
        both = turn >= 16
        for row in rows if down else rows[::-1]:
            wishes, weights = [], []
            for slot in row:
                near = slot.above + slot.below if both else slot.above if down else slot.below
                pulls = [slot.pull(other) for other in near]
                weight = sum(pulls)
                wishes.append(sum(p * o.x for p, o in zip(pulls, near, strict=True)) / weight if near else slot.x)
                weights.append(weight or 0.01)
            distances = [_distance(a, b) for a, b in pairwise(row)]
            for slot, x in zip(row, separated(wishes, weights, distances), strict=True):
                slot.x = x

    for _ in range(4):
        for chain in _chains(rows):
            _straighten(chain, rows)


def _chains(rows: Sequence[Sequence[_Slot]]) -> Iterator[list[_Slot]]:
    """Slots that want to stand exactly one above the other: a line's way, and boxes that have only each other."""
    after: dict[_Slot, _Slot] = {}
    for row in rows:
        for slot in row:
            for other in slot.below:
                passing = slot.box is None and other.box is None
                if passing or (set(slot.below) == {other} and set(other.above) == {slot}):
                    after[slot] = other
    heads = set(after).difference(after.values())
    for row in rows:
        for slot in row:
            if slot in heads:
                chain = [slot]
                while chain[-1] in after:
                    chain.append(after[chain[-1]])
                yield chain


def _straighten(chain: list[_Slot], rows: Sequence[Sequence[_Slot]]) -> None:
    """Give the slots of a chain one x, as far down as their neighbours let it, then the next ones another."""
    piece: list[_Slot] = []
    low, high = -inf, inf
    for slot in [*chain, None]:
        least, most = (inf, -inf) if slot is None else _room(slot, rows[slot.layer])
        if piece and max(low, least) > min(high, most):
            middle = sorted(s.x for s in piece)[len(piece) // 2]
            for s in piece:
                s.x = min(max(middle, low), high)
            piece, low, high = [], -inf, inf
        if slot is not None:
            piece.append(slot)
            low, high = max(low, least), min(high, most)


def _room(slot: _Slot, row: Sequence[_Slot]) -> tuple[float, float]:
    """From where to where a slot can go while its neighbours stay."""
    low = row[slot.rank - 1].x + _distance(row[slot.rank - 1], slot) if slot.rank else -inf
    high = row[slot.rank + 1].x - _distance(slot, row[slot.rank + 1]) if slot.rank + 1 < len(row) else inf
    return min(low, slot.x), max(high, slot.x)


def _distance(left: _Slot, right: _Slot) -> float:
    """From centre to centre."""
    gap = GAP if left.box is not None and right.box is not None else LINE_GAP
    return (left.width + right.width) / 2 + gap


def separated(wishes: Sequence[float], weights: Sequence[float], distances: Sequence[float]) -> list[float]:
    """The places nearest to the wishes, by weighted squares, that keep the distances.

    With the distances taken off this is isotonic regression, which pooling adjacent violators solves exactly.
    """
    shifts = [0.0]
    for distance in distances:
        shifts.append(shifts[-1] + distance)
    pools: list[tuple[float, float, int]] = []  # mean, weight, number of members
    for wish, weight, shift in zip(wishes, weights, shifts, strict=False):
        mean, count = wish - shift, 1
        while pools and pools[-1][0] > mean:
            other, other_weight, other_count = pools.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight += other_weight
            count += other_count
        pools.append((mean, weight, count))
    flat = [mean for mean, _, count in pools for _ in range(count)]
    return [x + shift for x, shift in zip(flat, shifts, strict=False)]


def _offset(number: int, count: int, width: float) -> float:
    """From a box's centre to one of several ports on its edge."""
    return (number - (count - 1) / 2) * min(PORT_GAP, width / (count + 1))


def _ends(boxes: Sequence[Box], lines: Sequence[Line], ways: Sequence[Sequence[_Slot]]) -> list[float]:
    """Where on the top of its target each line ends: side by side, in the order in which they arrive."""
    arriving: dict[int, list[int]] = {}
    for number, line in enumerate(lines):
        arriving.setdefault(line.target, []).append(number)
    ends = [0.0] * len(lines)
    for target, numbers in arriving.items():
        numbers.sort(key=lambda number: ways[number][-2].x)
        for place_, number in enumerate(numbers):
            ends[number] = boxes[target].x + _offset(place_, len(numbers), boxes[target].width)
    return ends
