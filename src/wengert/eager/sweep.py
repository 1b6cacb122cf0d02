"""The reverse sweep: cotangents flow from outputs to leaves, against the order in which the equations ran."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any

from ..backends import backend
from ..core.errors import GraphError, ShapeError
from ..core.interpreter import Box, state, strip, wrap
from ..core.types import Value
from ..ops.elementwise import astype, real
from ..ops.shaping import unbroadcast
from .tape import Node, Output

__all__ = ["sweep"]

Lift = Callable[[Value, Node], Value]


def sweep(
    roots: Iterable[tuple[Node, Value]], *, retain: bool, lift: Lift | None = None, targets: Collection[Node] = ()
) -> dict[Node, Value]:
    """The cotangents of all leaves that the roots depend on.

    Parameters
    ----------
    roots
        Nodes with their cotangents, which have the nodes' shapes and dtypes.
    retain
        Whether the equations keep what they saved; else it is let go as soon as it was used.
    lift
        Makes a recorded array of a saved value and its node, so that the sweep is itself recorded.
    targets
        Nodes that count as leaves: their cotangents are given, and nothing beyond them is swept.

    Raises
    ------
    GraphError
        If an earlier sweep let go of what this one needs; nothing has been changed then.
    """
    watch = state.watch
    if watch is None:
        return _sweep(roots, retain, lift, targets, None)
    state.set_watch(None)  # what a rule computes is looked at as that rule's result
    try:
        return _sweep(roots, retain, lift, targets, watch)
    finally:
        state.set_watch(watch)


def _sweep(
    roots: Iterable[tuple[Node, Value]], retain: bool, lift: Lift | None, targets: Collection[Node], watch: Any
) -> dict[Node, Value]:
    cotangents: dict[Node, Any] = {}
    for node, ct in roots:
        _accumulate(cotangents, node, ct)
    order = _reachable(cotangents, targets)
    found: dict[Node, Value] = {}
    take = cotangents.pop
    owned: set[Node] = set()  # nodes whose cotangent is an array that only this sweep knows, and may write into
    with backend.quiet():
        while order:
            node = order.pop()
            ct = take(node, None)
            if ct is not None and node.hooks is not None:
                ct = _call_hooks(node, ct)
                owned.discard(node)
            primitive = node.primitive
            if primitive is None or (targets and node in targets):
                if ct is not None:
                    _arrive(cotangents, found, node, ct, targets)
                continue
            if ct is not None:
                saved = node.saved if lift is None else _lifted(node, lift)
                if primitive.pulls is not None and node.wanted <= 2 and watch is None:
                    # one recorded input: as below, without the detours, since this is the hot path
                    i = node.wanted >> 1
                    parent = node.inputs[i]
                    ct = primitive.pulls[i](ct, saved, node.params)  # type: ignore[misc]
                    if ct.shape != parent.shape or ct.dtype is not parent.dtype:
                        ct = _fitted(ct, parent)
                    earlier = cotangents.get(parent)
                    cotangents[parent] = ct if earlier is None else earlier + ct
                elif (primitive.add_to or primitive.erase) and node.wanted & 1 and not isinstance(ct, Box):
                    _write(cotangents, owned, node, ct, saved)
                else:
                    parts = primitive.vjp(ct, saved, node.params, node.wanted)  # type: ignore[misc]
                    if watch is not None:
                        watch.swept(node, ct, parts)
                    for parent, part in zip(node.inputs, parts, strict=False):
                        if part is not None:
                            _accumulate(cotangents, parent, part)
            if not retain:
                node.saved = None
    return found


def _reachable(roots: Iterable[Node], targets: Collection[Node]) -> list[Node]:
    """All nodes that the roots depend on, in the order in which they were recorded."""
    found = list(roots)
    seen = set(found)
    for node in found:  # grows as it goes
        if targets and node in targets:
            continue
        if node.saved is None:
            raise GraphError(
                f"the graph was freed by an earlier backward: what {_name(node)} had saved is gone; "
                "call backward(retain_graph=True) the first time to go through it again"
            )
        for parent in node.inputs:
            if isinstance(parent, Node) and parent not in seen:
                seen.add(parent)
                found.append(parent)
    found.sort(key=attrgetter("order"))
    return found


def _name(node: Node) -> str:
    return "an equation" if node.primitive is None else f"the equation of {node.primitive.name}"


def _accumulate(cotangents: dict[Node, Any], node: Node, ct: Value) -> None:
    """Add to a node's cotangent."""
    if ct.shape != node.shape or ct.dtype is not node.dtype:
        ct = _fitted(ct, node)
    earlier = cotangents.get(node)
    cotangents[node] = ct if earlier is None else earlier + ct


def _fitted(ct: Value, node: Node) -> Value:
    """A cotangent in the shape and dtype of its node: here, and only here, broadcasting is undone."""
    if ct.shape != node.shape:
        ct = unbroadcast(ct, node.shape)
    if ct.dtype != node.dtype:
        if ct.dtype.kind == "c" and node.dtype.kind != "c":
            ct = real(ct)
        if ct.dtype != node.dtype:
            ct = astype(ct, dtype=node.dtype)
    return ct


def _arrive(
    cotangents: dict[Node, Any], found: dict[Node, Value], node: Node, ct: Value, targets: Collection[Node]
) -> None:
    """What becomes of the cotangent of a node that is no equation, or counts as a leaf."""
    if isinstance(node, Output) and node not in targets:
        _collect(cotangents, node, ct)
    else:
        found[node] = ct


def _write(cotangents: dict[Node, Any], owned: set[Node], node: Node, ct: Value, saved: Sequence[Any]) -> None:
    """The sweep through reading or writing at an index, in memory of its own: n elements one by one cost n, not n²."""
    primitive, parent, rest = node.primitive, node.inputs[0], saved[1:-1]
    assert primitive is not None
    earlier = cotangents.get(parent)
    traced = any(isinstance(x, Box) for x in rest)  # indices of another level: memory of this one cannot follow them
    if primitive.add_to is not None and parent.shape and not isinstance(earlier, Box) and not traced:
        if parent not in owned:
            fresh = backend.zeros(parent.shape, parent.dtype) if earlier is None else _copy(earlier)
            cotangents[parent] = earlier = fresh
            owned.add(parent)
        primitive.add_to(earlier, ct, *rest, **node.params)
        return
    if primitive.erase is not None and node.wanted & 2:
        part = primitive.vjp(ct, saved, node.params, 2)[1]  # type: ignore[misc]
        _accumulate(cotangents, node.inputs[1], backend.frozen_copy(part))
    if primitive.erase is not None and parent.shape and not traced:
        part = ct if node in owned else _copy(ct)
        primitive.erase(part, *rest, **node.params)
        if earlier is None:
            owned.add(parent)
    else:
        (part, *_) = primitive.vjp(ct, saved, node.params, 1)  # type: ignore[misc]
    cotangents[parent] = part if earlier is None else earlier + part


def _copy(x: Value) -> Value:
    return backend.asarray(x, copy=True)


def _collect(cotangents: dict[Node, Any], output: Output, ct: Value) -> None:
    """Put the cotangent of one output beside those of the equation's other outputs; None is zero."""
    (equation,) = output.inputs
    parts = cotangents.setdefault(equation, [None] * output.count)
    earlier = parts[output.index]
    parts[output.index] = ct if earlier is None else earlier + ct


def _call_hooks(node: Node, ct: Value) -> Value:
    for hook in node.hooks or ():
        replacement = hook(wrap(ct))
        if replacement is not None:
            ct = strip(wrap(replacement))
            if ct.shape != node.shape:
                raise ShapeError(f"a hook gave shape {ct.shape} for a gradient of shape {node.shape}")
    return ct


def _lifted(node: Node, lift: Lift) -> list[Value]:
    """The saved values as recorded arrays: inputs with their nodes, the output with this one."""
    lifted: list[Value] = []
    for i, value in enumerate(node.saved):
        if i < len(node.inputs):
            parent = node.inputs[i]
            recorded = isinstance(parent, Node) and value is not parent and value is not None
            lifted.append(lift(value, parent) if recorded else value)
        elif node.primitive is not None and node.primitive.call is not None:
            lifted.append(None)  # what a call computed on the side is computed anew, from the recorded inputs
        elif isinstance(value, tuple):
            lifted.append(tuple(lift(v, Output(node, k, len(value), v.shape, v.dtype)) for k, v in enumerate(value)))
        else:
            lifted.append(value if value is None else lift(value, node))
    return lifted
