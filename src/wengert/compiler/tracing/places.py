"""Places where objects keep what they hold, and how to read them without running anything of the user's.

What is asked here of an unknown object is its type and what the interpreter's own descriptors say, nothing else: no
``isinstance``, which asks the object for ``__class__``, no attribute by way of ``getattr``, no comparison.
"""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from contextvars import ContextVar
from enum import Enum
from functools import partial
from operator import attrgetter
from struct import Struct
from threading import local
from types import (
    CellType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    SimpleNamespace,
    WrapperDescriptorType,
)
from typing import Any, Generic, NamedTuple, TypeAlias

import numpy as np

from ...core.interpreter import Box
from .names import is_library, module_of

__all__ = [
    "BUFFERS",
    "LISTS",
    "SETS",
    "Captured",
    "Check",
    "Get",
    "Identity",
    "Layout",
    "cell_contents",
    "class_dict",
    "class_mro",
    "class_name",
    "in_context",
    "is_array",
    "is_empty",
    "is_generated",
    "is_unset",
    "join",
    "key_text",
    "layout_of",
    "of_library",
    "plain_key",
    "set_items",
]

Get: TypeAlias = Callable[[Any], Any]
Check: TypeAlias = tuple[Get, Any, Any, str]  # get(key) is the third; and the place's name


class Captured(NamedTuple):
    """An array that a function captured, and where."""

    path: str
    """The place as one would write it: ``w``, ``self.layers[0].weight``."""
    get: Get
    key: Any

    def read(self) -> Any:
        """The array that stands there now."""
        return self.get(self.key)


class Identity:
    """An object that is equal to nothing but itself."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self.thing is other.thing


# ---------------------------------------------------------------------------------------------------------------------
# What needs no walk
# ---------------------------------------------------------------------------------------------------------------------


def is_array(x: Any) -> bool:
    """Whether this is an array of numbers; a NumPy scalar is a number."""
    kind = type(x)
    return issubclass(kind, Box) or (issubclass(kind, np.ndarray) and x.dtype.kind in "biufc")


_EXACT = {bool, int, str, bytes, type(None), type(Ellipsis), type(NotImplemented), range}
_float, _complex = Struct("d").pack, Struct("dd").pack


def plain_key(x: Any) -> Hashable | None:
    """What equal numbers, texts, dtypes and tuples of them share; None for all else.

    Zeros of different signs are not the same constant, and NaN is the same as itself.
    """
    kind = type(x)
    if kind in _EXACT:
        return kind, x
    if kind is float:
        return kind, _float(x)
    if kind is complex:
        return kind, _complex(x.real, x.imag)
    if kind is tuple:
        return _keys(kind, x)
    if kind is slice:
        return _keys(kind, (x.start, x.stop, x.step))
    if kind is frozenset:
        keys = [plain_key(item) for item in x]
        return None if any(key is None for key in keys) else (kind, frozenset(keys))
    if issubclass(kind, np.generic) and module_of(kind) == "numpy" and kind is not np.void and kind is not np.object_:
        return kind, x.dtype, x.tobytes()
    if issubclass(kind, np.dtype):
        return np.dtype, x
    return None


def _keys(kind: type, items: Sequence[Any]) -> Hashable | None:
    keys = [plain_key(item) for item in items]
    return None if any(key is None for key in keys) else (kind, *keys)


# ---------------------------------------------------------------------------------------------------------------------
# How places are read: by functions written in C, which run nothing of the user's
# ---------------------------------------------------------------------------------------------------------------------

class_dict = type.__dict__["__dict__"].__get__
class_mro = type.__dict__["__mro__"].__get__
class_name = type.__dict__["__name__"].__get__
cell_contents = attrgetter("cell_contents")


def is_empty(cell: CellType) -> bool:
    """Whether a variable is not assigned yet."""
    try:
        cell_contents(cell)
    except ValueError:
        return True
    return False


def is_unset(place: tuple[Get, Any]) -> bool:
    """Whether a slot holds nothing."""
    get, thing = place
    try:
        get(thing)
    except AttributeError:
        return True
    return False


def in_context(variable: ContextVar[Any]) -> Any:
    """The value of a context variable; None where it has none."""
    return variable.get(None)


def set_items(x: Any) -> list[Any]:
    """The elements of a set."""
    return list(set.__iter__(x) if issubclass(type(x), set) else frozenset.__iter__(x))


LISTS: dict[type, tuple[Get, Callable[[Any, int], Any], Get]] = {
    list: (list.copy, list.__getitem__, list.__len__),
    deque: (deque.copy, deque.__getitem__, deque.__len__),
}
SETS = (set, frozenset)
BUFFERS = (bytearray, array)
_STATELESS = {id(c) for c in (object, Generic, SimpleNamespace, tuple, list, dict, deque, set, frozenset, Enum)}
"""Classes whose instances hold nothing that the walk does not see."""

_GENERATED = {"__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__", "__setattr__", "__delattr__"}


_ABSTRACT = {"abc", "typing", "collections.abc"}


class Layout(NamedTuple):
    """Where the instances of a class keep what they hold."""

    attributes: Get | None
    direct: bool
    """Whether ``x.__dict__`` is the interpreter's own affair."""
    slots: list[tuple[str, Get]]
    library: str | None
    random: bool
    """Whether they have a state that advances unseen."""
    seen_through: bool
    """Whether there is nothing more to an instance."""


def layout_of(kind: type) -> Layout:
    """Where instances keep what they hold: by the descriptors of the interpreter's own making only."""
    attributes: Get | None = None
    known = random = False
    slots: list[tuple[str, Get]] = []
    bases = class_mro(kind)
    library = module_of(kind).partition(".")[0] if of_library(kind) else None
    for base in bases:
        entries = class_dict(base)
        entry = entries.get("__dict__")
        if entry is not None and not known:
            known = True
            attributes = entry.__get__ if type(entry) is GetSetDescriptorType else None
        module = module_of(base)
        random |= module in ("random", "_random") or module.startswith("numpy.random")
        if not of_library(base) or library == "wengert":
            slots += [(n, x.__get__) for n, x in entries.items() if type(x) is MemberDescriptorType]
        else:
            random |= "__next__" in entries and module not in _ABSTRACT
    seen = all(id(base) in _STATELESS or not of_library(base) or module_of(base) in _ABSTRACT for base in bases)
    if issubclass(kind, local):  # which asks the user's class for new ones in each thread
        attributes = None
    elif kind is SimpleNamespace:
        attributes = attrgetter("__dict__")
    reader = next(x for x in (class_dict(base).get("__getattribute__") for base in bases) if x is not None)
    direct = attributes is not None and type(reader) is WrapperDescriptorType  # C's, which looks at the class first
    return Layout(attributes, direct, slots, library, random, seen or issubclass(kind, partial))


def of_library(cls: type) -> bool:
    """Whether a class is of a library."""
    module = module_of(cls)
    return is_library(module, getattr(sys.modules.get(module), "__file__", None))


def is_generated(function: FunctionType, name: str) -> bool:
    """Whether a dataclass, or attrs, wrote a method: it names all fields, but the user's code does not."""
    file = function.__code__.co_filename
    return name in _GENERATED and (file == "<string>" or file.startswith("<attrs generated"))


def join(path: str, name: str) -> str:
    """The text of an attribute's place."""
    return f"{path}.{name}" if path else name


def key_text(key: Any) -> str:
    """A key as one would write it; an unknown object is not asked."""
    return repr(key) if plain_key(key) is not None else f"<{class_name(type(key))}>"
