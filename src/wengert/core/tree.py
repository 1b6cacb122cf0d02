"""Trees: nested tuples, lists, dicts, named tuples and dataclasses of arrays, flattened and rebuilt."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
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


class _Tuple:
    """The structure of a tuple of arrays, or of such tuples: spares optree, which takes long to import."""

    __slots__ = ("parts", "size")

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts
        self.size: int = sum(1 if part is _LEAF else part.size for part in parts)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Tuple):
            return self.parts == other.parts
        if isinstance(other, _Leaf):
            return False
        import optree

        alike: Any = self.rebuilt(iter([0] * self.size))
        return bool(optree.tree_structure(alike, namespace=_NAMESPACE) == other)

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        return f"({', '.join(map(repr, self.parts))}{',' if len(self.parts) == 1 else ''})"

    def rebuilt(self, leaves: Iterator[Any]) -> tuple[Any, ...]:
        """The tuple with the next of these leaves."""
        return tuple(next(leaves) if part is _LEAF else part.rebuilt(leaves) for part in self.parts)

    def names(self, name: str) -> list[str]:
        """How one would write each leaf."""
        return [leaf for k, part in enumerate(self.parts) for leaf in leaf_names(part, f"{name}[{k}]")]


def _plain(tree: Any, leaves: list[Any]) -> Any:
    """The structure of an array or of nested tuples of arrays, which are added to the leaves; None for others."""
    if _is_array(tree):
        leaves.append(tree)
        return _LEAF
    if type(tree) is not tuple:
        return None
    parts = []
    for item in tree:
        part = _plain(item, leaves)
        if part is None:
            return None
        parts.append(part)
    return _Tuple(tuple(parts))


def _is_array(x: Any) -> bool:
    return isinstance(x, (Box, *SCALARS)) or hasattr(x, "__array__")


def flatten(tree: Any) -> tuple[list[Any], Tree]:
    """The arrays of a container in order, and its structure.

    Anything that is not a tuple, list, dict, named tuple or dataclass (or registered with optree) is a leaf; None
    holds no array.
    """
    plain: list[Any] = []
    found = _plain(tree, plain)
    if found is not None:
        return plain, found
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
    if isinstance(structure, _Tuple):
        given = list(leaves)
        if len(given) != structure.size:
            raise ValueError(f"{structure} has {structure.size} leaves, not {len(given)}")
        return structure.rebuilt(iter(given))
    import optree

    return optree.tree_unflatten(structure, leaves)


def leaf_names(structure: Tree, name: str) -> list[str]:
    """How one would write each leaf of a container of this name."""
    if isinstance(structure, _Tuple):
        return structure.names(name)
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
