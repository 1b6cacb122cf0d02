"""Rewrite rules of operations that move elements without changing them."""

from __future__ import annotations

from typing import Any

from ...core.program import Atom
from ...core.types import Shape
from .indices import disjoint, index_of, ranges
from .patterns import Hole, Match, Rest, Rule, Sample, o
from .rewriter import type_of_atom

__all__ = ["MOVEMENT"]

x, v = Hole("x"), Hole("v")
_all = slice(None)
_back = slice(None, None, -1)


def _out(m: Match) -> Shape:
    return m.out.shape


# Axes ---------------------------------------------------------------------------------------------------------------


def _composed(m: Match) -> tuple[int, ...]:
    """The axes of a transpose of a transpose."""
    return tuple(m.params["p"][a] for a in m.params["q"])


def _moves_units_only(m: Match) -> bool:
    """Whether a transpose leaves the order of elements in memory: only axes of one element change places."""
    shape = m.type("x").shape
    axes = [a for a in m.params["p"] if shape[a] != 1]
    return axes == sorted(axes)


def _unit_axes(shape: Shape, source: Shape, target: Shape) -> Shape | None:
    """``source``, which broadcasts to ``shape``, with the axes of one element that ``target`` has instead."""
    aligned = (1,) * (len(shape) - len(source)) + source
    sizes = [(n, m) for n, m in zip(shape, aligned, strict=True) if n != 1]
    if [n for n, _ in sizes] != [n for n in target if n != 1]:
        return None
    rest = iter(sizes)
    return tuple(1 if n == 1 else next(rest)[1] for n in target)


def _reshape_of_repeated(m: Match) -> Atom | None:
    """Reshape first, then repeat: where only axes of one element come and go, or one number is repeated."""
    shape = m.type("x").shape
    if all(n == 1 for n in shape):
        inner: Shape | None = ()
    else:
        inner = _unit_axes(m.params["shape"], shape, m.out.shape)
    if inner is None:
        return None
    return m.spread(_reshaped(m, m["x"], inner), m.out.shape)


def _reshaped(m: Match, atom: Atom, shape: Shape) -> Atom:
    return atom if type_of_atom(atom).shape == shape else m.make("reshape", atom, shape=shape)


def _repeated_in_front(m: Match) -> bool:
    """Whether a reshape only puts axes in front, which broadcasting does as well."""
    shape, reshaped = m.type("x").shape, m.params["shape"]
    return bool((1,) * (len(reshaped) - len(shape)) + shape == reshaped)


def _of_one_number(m: Match) -> bool:
    """Whether one number is repeated."""
    return all(n == 1 for n in m.type("x").shape)


def _one_number_repeated(m: Match) -> Atom:
    return m.spread(_reshaped(m, m["x"], ()), m.out.shape)


def _transpose_of_repeated(m: Match) -> Atom:
    """Transpose what is repeated, and repeat it along the transposed axes."""
    axes, shape = m.params["p"], m.type("x").shape
    aligned = (1,) * (len(axes) - len(shape)) + shape
    moved = m.make("transpose", _reshaped(m, m["x"], aligned), axes=axes)
    return m.spread(moved, m.out.shape)


_3D = Sample({"x": (2, 3, 4)}, {"p": (1, 2, 0), "q": (1, 0, 2)})

_AXES = (
    Rule(
        "transpose of nothing",
        o.transpose(x, axes="p"),
        x,
        lambda m: m.params["p"] == tuple(range(len(m.out.shape))),
        samples=(Sample({"x": (2, 3)}, {"p": (0, 1)}),),
    ),
    Rule(
        "transpose of transpose",
        o.transpose(o.transpose(x, axes="p"), axes="q"),
        o.transpose(x, axes=_composed),
        samples=(_3D, Sample({"x": (2, 3)}, {"p": (1, 0), "q": (1, 0)})),
    ),
    Rule(
        "transpose of unit axes",
        o.transpose(x, axes="p"),
        o.reshape(x, shape=_out),
        _moves_units_only,
        samples=(Sample({"x": (1, 4)}, {"p": (1, 0)}), Sample({"x": (2, 1, 3)}, {"p": (1, 0, 2)})),
    ),
    Rule("reshape to the same", o.reshape(x, shape="shape"), x, samples=(Sample({"x": (2, 3)}, {"shape": (2, 3)}),)),
    Rule(
        "reshape of reshape",
        o.reshape(o.reshape(x, shape="p"), shape="q"),
        o.reshape(x, shape=_out),
        samples=(Sample({"x": (2, 3)}, {"p": (6,), "q": (3, 2)}),),
    ),
    Rule("repeat nothing", o.broadcast_to(x, shape="p"), x, samples=(Sample({"x": (2, 3)}, {"p": (2, 3)}),)),
    Rule(
        "repeat repeated",
        o.broadcast_to(o.broadcast_to(x, shape="p"), shape="q"),
        o.broadcast_to(x, shape=_out),
        samples=(Sample({"x": (3,)}, {"p": (1, 3), "q": (2, 3)}),),
    ),
    Rule(
        "repeat a reshape",
        o.broadcast_to(o.reshape(x, shape="shape"), shape="q"),
        o.broadcast_to(x, shape=_out),
        _repeated_in_front,
        samples=(Sample({"x": (3,)}, {"shape": (1, 3), "q": (2, 3)}),),
    ),
    Rule(
        "repeat along new axes of one element",
        o.broadcast_to(x, shape="p"),
        o.reshape(x, shape=_out),
        lambda m: [n for n in m.type("x").shape if n != 1] == [n for n in m.out.shape if n != 1],
        samples=(Sample({"x": (3,)}, {"p": (1, 3)}),),
    ),
    Rule(
        "reshape of repeated",
        o.reshape(o.broadcast_to(x, shape="shape"), shape="q"),
        _reshape_of_repeated,
        samples=(
            Sample({"x": (1, 1)}, {"shape": (2, 3), "q": (3, 2)}),
            Sample({"x": (3,)}, {"shape": (2, 3), "q": (2, 1, 3)}),
            Sample({"x": (2, 1, 3)}, {"shape": (2, 1, 3), "q": (2, 3)}),
        ),
    ),
    Rule(
        "transpose of repeated",
        o.transpose(o.broadcast_to(x, shape="shape"), axes="p"),
        _transpose_of_repeated,
        samples=(
            Sample({"x": (3,)}, {"shape": (2, 3), "p": (1, 0)}),
            Sample({"x": ()}, {"shape": (2, 3), "p": (1, 0)}),
        ),
    ),
    Rule(
        "flip of one number",
        o.flip(o.broadcast_to(x, shape="shape"), axes="p"),
        _one_number_repeated,
        _of_one_number,
        samples=(Sample({"x": ()}, {"shape": (2, 3), "p": (1,)}),),
    ),
    Rule(
        "index into one number",
        o.getitem(o.broadcast_to(x, shape="shape"), index="i"),
        _one_number_repeated,
        _of_one_number,
        samples=(Sample({"x": (1,)}, {"shape": (2, 3), "i": (slice(1, None), None, 0)}),),
    ),
    Rule(
        "flip of unit axes",
        o.flip(x, axes="p"),
        x,
        lambda m: all(m.out.shape[a] == 1 for a in m.params["p"]),
        samples=(Sample({"x": (1, 3)}, {"p": (0,)}),),
    ),
    Rule(
        "flip of flip",
        o.flip(o.flip(x, axes="p"), axes="q"),
        x,
        lambda m: sorted(m.params["p"]) == sorted(m.params["q"]),
        samples=(Sample({"x": (2, 3)}, {"p": (0, 1), "q": (0, 1)}),),
    ),
    Rule(
        "pad nothing",
        o.pad(x, widths="w"),
        x,
        lambda m: not any(map(any, m.params["w"])),
        samples=(Sample({"x": (2, 3)}, {"w": ((0, 0), (0, 0))}),),
    ),
    Rule("join one", o.concatenate(x, axis="a", sizes="n"), x, samples=(Sample({"x": (3,)}, {"a": 0, "n": (3,)}),)),
)

# Reading and writing at an index ------------------------------------------------------------------------------------


def _shape_of(m: Match, name: str) -> Shape:
    return m.type(name).shape


def _is_reshape(m: Match) -> bool:
    """Whether an index takes every element in order."""
    found = ranges(m.params["i"], _shape_of(m, "x"))
    return all(len(r) == n and (n == 1 or r.step > 0) for r, n in zip(found, _shape_of(m, "x"), strict=True))


def _permutes(m: Match) -> bool:
    """Whether an index into the result takes every element once, forwards or backwards along each axis."""
    found = ranges(m.params["i"], m.params["shape"])
    plain = all(isinstance(e, slice) for e in m.params["i"])
    return plain and all(len(r) == n for r, n in zip(found, m.params["shape"], strict=True))


def _index_of_index(m: Match) -> Atom | None:
    """One index instead of two: each axis that the first leaves is a range, which the second indexes."""
    first, second = m.params["i"], m.params["j"]
    if None in first or None in second:
        return None
    shape = _shape_of(m, "x")
    taken = ranges(first, shape)
    entries: list[Any] = []
    rest = iter(second)
    for axis, found in enumerate(taken):
        if axis < len(first) and not isinstance(first[axis], slice):
            entries.append(first[axis])
            continue
        entry = next(rest, _all)
        entries.append(index_of(found[entry]))
    return m.make("getitem", m["x"], index=tuple(entries))


def _index_of_reshape(m: Match) -> Atom | None:
    """Index what was reshaped, where the reshape only added or removed axes of one element."""
    shape, reshaped, index = _shape_of(m, "x"), m.params["shape"], m.params["i"]
    if None in index or [n for n in shape if n != 1] != [n for n in reshaped if n != 1]:
        return None
    entries: list[Any] = []
    for size, entry, taken in zip(reshaped, index, ranges(index, reshaped), strict=False):
        if size != 1:
            entries.append(entry)
        elif len(taken) != 1:
            return None
    rest = iter(entries)
    inner = tuple(next(rest, _all) if n != 1 else _all for n in shape)
    return _reshaped(m, m.make("getitem", m["x"], index=inner), m.out.shape)


def _read_elsewhere(m: Match) -> bool:
    return disjoint(m.params["i"], m.params["j"], _shape_of(m, "x"))


def _inside_padded(m: Match) -> Atom | None:
    """An index that takes nothing but what was padded."""
    if None in m.params["i"]:
        return None
    shape, entries = _shape_of(m, "x"), []
    index = m.params["i"]
    found = ranges(index, tuple(low + n + high for n, (low, high) in zip(shape, m.params["w"], strict=True)))
    for axis, (r, n, (low, _)) in enumerate(zip(found, shape, m.params["w"], strict=True)):
        if r and not (low <= min(r) and max(r) < low + n):
            return None
        inner = range(r.start - low, r.stop - low, r.step)
        keeps = axis >= len(index) or isinstance(index[axis], slice)
        entries.append(index_of(inner if keeps else inner[0]))
    return m.make("getitem", m["x"], index=tuple(entries))


def _one_of_joined(m: Match) -> Atom | None:
    """An index that stays within one of the arrays that were joined."""
    axis, sizes, index = m.params["a"], m.params["n"], m.params["i"]
    if None in index or axis >= len(index):
        return None
    taken = ranges(index, type_of_atom(m.inputs[0]).shape)[axis]
    start = 0
    for part, size in zip(m["xs"], sizes, strict=True):
        if taken and start <= min(taken) and max(taken) < start + size:
            inner = range(taken.start - start, taken.stop - start, taken.step)
            entry = index_of(inner if isinstance(index[axis], slice) else inner[0])
            return m.make("getitem", part, index=(*index[:axis], entry, *index[axis + 1 :]))
        start += size
    return None


def _reverse(m: Match) -> Any:
    return m.params["i"]


_SAME = Sample({"x": (4, 3), "v": (2,)}, {"i": (slice(None, None, -2), 1)})
_OTHER = (
    Sample({"x": (4, 3), "v": (3,)}, {"i": (1,), "j": (2,)}),
    Sample({"x": (8,), "v": (3,)}, {"i": (slice(0, 3),), "j": (slice(3, 8, 2),)}),
    Sample({"x": (8,), "v": (4,)}, {"i": (slice(0, 8, 2),), "j": (slice(1, 8, 2),)}),
)

_INDEXING = (
    Rule(
        "index that takes all",
        o.getitem(x, index="i"),
        o.reshape(x, shape=_out),
        _is_reshape,
        samples=(
            Sample({"x": (2, 3)}, {"i": (_all, slice(0, 3))}),
            Sample({"x": (2, 1)}, {"i": (_all, 0)}),
            Sample({"x": (3,)}, {"i": (None, _all)}),
        ),
    ),
    Rule(
        "index of index",
        o.getitem(o.getitem(x, index="i"), index="j"),
        _index_of_index,
        samples=(
            Sample({"x": (8, 3)}, {"i": (slice(None, None, -1), 1), "j": (slice(1, 6, 2),)}),
            Sample({"x": (8, 3)}, {"i": (slice(1, 7),), "j": (-1, slice(None, None, -1))}),
        ),
    ),
    Rule(
        "read what was placed",
        o.getitem(o.place(x, index="i", shape="s"), index="i"),
        x,
        samples=(Sample({"x": (2,)}, {"i": (slice(None, None, -2), 1), "s": (4, 3)}),),
    ),
    Rule(
        "place everywhere",
        o.place(x, index="i", shape="shape"),
        o.getitem(x, index=_reverse),
        _permutes,
        samples=(Sample({"x": (2, 3)}, {"i": (_all, _back), "shape": (2, 3)}),),
    ),
    Rule("read what was written", o.getitem(o.index_set(x, v, index="i"), index="i"), v, samples=(_SAME,)),
    Rule(
        "read beside what was written",
        o.getitem(o.index_set(x, v, index="i"), index="j"),
        o.getitem(x, index=lambda m: m.params["j"]),
        _read_elsewhere,
        samples=_OTHER,
    ),
    Rule(
        "write over what was written",
        o.index_set(o.index_set(x, v, index="i"), Hole("w"), index="i"),
        o.index_set(x, Hole("w"), index=lambda m: m.params["i"]),
        samples=(Sample({"x": (4, 3), "v": (2,), "w": (2,)}, {"i": (slice(None, None, -2), 1)}),),
    ),
    Rule(
        "read what was padded",
        o.getitem(o.pad(x, widths="w"), index="i"),
        _inside_padded,
        samples=(
            Sample({"x": (2, 3)}, {"w": ((1, 0), (2, 2)), "i": (slice(1, 3), slice(2, 5))}),
            Sample({"x": (2, 3)}, {"w": ((1, 0), (2, 2)), "i": (slice(2, 0, -1), 3)}),
        ),
    ),
    Rule(
        "index of reshape",
        o.getitem(o.reshape(x, shape="shape"), index="i"),
        _index_of_reshape,
        samples=(
            Sample({"x": (4, 3)}, {"shape": (4, 1, 3), "i": (1, _all, _back)}),
            Sample({"x": (1, 4)}, {"shape": (4,), "i": (slice(2),)}),
        ),
    ),
    Rule(
        "read one of joined",
        o.getitem(o.concatenate(Rest("xs"), axis="a", sizes="n"), index="i"),
        _one_of_joined,
        samples=(
            Sample({"xs": ((2, 3), (2, 2))}, {"a": 1, "n": (3, 2), "i": (_all, slice(1, 3))}),
            Sample({"xs": ((2, 3), (2, 2), (2, 1))}, {"a": 1, "n": (3, 2, 1), "i": (0, -3)}),
            Sample({"xs": ((4,), (5,))}, {"a": 0, "n": (4, 5), "i": (slice(7, 4, -2),)}),
        ),
    ),
)

MOVEMENT: tuple[Rule, ...] = (*_AXES, *_INDEXING)
"""Rules whose root moves elements."""
