"""Trees: nested tuples, lists, dicts, named tuples and dataclasses of arrays, flattened and rebuilt."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

from .errors import TreeError
from .interpreter import Box
from .types import SCALARS

__all__ = ["Tree", "flatten", "leaf_names", "map_tree", "same_structure", "spread_prefix", "unflatten"]

Tree: TypeAlias = Any
"""The structure of a container; compares equal to the structure of a container built alike."""

_NAMESPACE = "wengert"
_registered: set[type] = set()
_registering = threading.Lock()


class _Leaf:
    """The structure of a single array: spares optree, and its import, in the commonest case."""

    def __repr__(self) -> str:
        return "*"


_LEAF = _Leaf()


def _is_array(x: Any) -> bool:
    return isinstance(x, (Box, *SCALARS)) or hasattr(x, "__array__")


def flatten(tree: Any) -> tuple[list[Any], Tree]:
    """The arrays of a container in order, and its structure.

    Anything that is not a tuple, list, dict, named tuple or dataclass (or registered with optree) is a leaf; None
    holds no array.
    """
    if _is_array(tree):
        return [tree], _LEAF
    import optree

    leaves, structure = optree.tree_flatten(tree, namespace=_NAMESPACE)
    new = {type(x) for x in leaves if dataclasses.is_dataclass(x) and not isinstance(x, type) and not _is_array(x)}
    if not new:
        return leaves, _LEAF if structure.is_leaf() else structure
    for cls in new:
        with _registering:
            if cls not in _registered:
                _register(cls)
    return flatten(tree)


def _register(cls: Any) -> None:
    import optree

    fields = [f.name for f in dataclasses.fields(cls)]

    def rebuild(_: Any, children: Any) -> Any:
        # not by __init__, which may check or convert its arguments: placeholders need not survive that
        instance: Any = object.__new__(cls)
        for name, child in zip(fields, children, strict=True):
            object.__setattr__(instance, name, child)
        return instance

    optree.register_pytree_node(
        cls,
        lambda instance: ([getattr(instance, name) for name in fields], None, fields),
        rebuild,
        namespace=_NAMESPACE,
    )
    _registered.add(cls)


def unflatten(structure: Tree, leaves: Any) -> Any:
    """The container of this structure with these leaves."""
    if structure is _LEAF:
        (leaf,) = leaves
        return leaf
    import optree

    return optree.tree_unflatten(structure, leaves)


def leaf_names(structure: Tree, name: str) -> list[str]:
    """How one would write each leaf of a container of this name."""
    return [name] if structure is _LEAF else [accessor.codify(name) for accessor in structure.accessors()]


def map_tree(function: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """Apply ``function`` to corresponding leaves of containers of the same structure."""
    leaves, structure = flatten(tree)
    others = [same_structure(other, structure) for other in rest]
    return unflatten(structure, [function(*xs) for xs in zip(leaves, *others, strict=True)])


def spread_prefix(prefix: Any, tree: Any, what: str) -> list[Any]:
    """For each array of a container the entry above it in ``prefix``, a container that may stop short of the arrays.

    None is an entry there; raises TreeError unless ``prefix`` has the structure of the container as far as it goes.
    """
    leaves, _ = flatten(tree)
    if prefix is None or isinstance(prefix, int):
        return [prefix] * len(leaves)
    import optree

    flatten(prefix)  # makes its dataclasses known
    entries, structure = optree.tree_flatten(prefix, none_is_leaf=True, namespace=_NAMESPACE)
    try:
        branches = structure.flatten_up_to(tree)
    except ValueError as error:
        raise TreeError(f"{what}={prefix!r} does not match the structure of the arrays: {error}") from None
    return [entry for entry, branch in zip(entries, branches, strict=True) for _ in flatten(branch)[0]]


def same_structure(tree: Any, structure: Tree, what: str = "the container") -> list[Any]:
    """The leaves of ``tree``; raises TreeError unless it has this structure."""
    leaves, found = flatten(tree)
    if found != structure:
        raise TreeError(f"{what} must have the structure {structure}, not {found}")
    return leaves
