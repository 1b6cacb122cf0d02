"""The walk from a function to everything that its code can reach by name, without running anything of the user's."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Hashable
from contextvars import ContextVar
from enum import EnumMeta
from functools import partial
from importlib.util import resolve_name
from operator import attrgetter, itemgetter
from threading import local
from types import BuiltinFunctionType, FunctionType, MethodType, MethodWrapperType, ModuleType
from typing import Any

import numpy as np

from ...core.program import Program
from .names import is_library, names_in
from .places import (
    BUFFERS,
    LISTS,
    SETS,
    Captured,
    Check,
    Get,
    Identity,
    Layout,
    cell_contents,
    class_dict,
    class_mro,
    class_name,
    in_context,
    is_array,
    is_empty,
    is_generated,
    is_unset,
    join,
    key_text,
    layout_of,
    of_library,
    plain_key,
    set_items,
)

__all__ = ["Reach"]

_code, _defaults, _keyword_defaults = map(attrgetter, ("__code__", "__defaults__", "__kwdefaults__"))

_BOUND = (BuiltinFunctionType, MethodWrapperType)
"""Methods of objects written in C."""
_OWN = {"function", "_function", "__wrapped__", "_rule", "_rules"}
"""Where objects of this package hold what the user gave them."""
_TRANSPARENT = {"numpy", "scipy", "collections", "functools", "contextlib"}
"""Libraries whose objects act for the user's: their code is not read, so all that they hold counts."""
_USUAL = {("np", "numpy"), ("wg", "wengert"), ("sp", "scipy")}
"""Names for libraries that nobody binds to anything else."""
_CONSTRUCTION = {"__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__"}
_NOT_ARITHMETIC = {"__repr__", "__str__", "__del__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__"}


class _Holder:
    """Something of which the attributes count that are named in code: more of them may be named later in the walk."""

    __slots__ = ("attributes", "construct", "done", "get", "path", "slots", "thing")

    def __init__(self, thing: Any, path: str, attributes: Any, get: Get | None, slots: list[tuple[str, Get]]) -> None:
        self.thing, self.path, self.attributes, self.get, self.slots = thing, path, attributes, get, slots
        self.done: set[str] = set()
        self.construct = False


class Reach:
    """The walk. What it found is in its attributes, of which `Environment` makes use."""

    def __init__(self, function: Any, limit: int) -> None:
        self.arrays: list[Captured] = []
        self.aliases: list[tuple[Get, Any, int, str]] = []
        self.checks: list[Check] = []
        self.objects: list[tuple[Any, type, Any, int, str]] = []
        self.contents: list[tuple[Get, Any, list[Any], str]] = []
        self.keys: list[tuple[dict[str, Any], list[str], str]] = []
        self.generators: list[str] = []
        self.sources: list[tuple[str, Any]] = []
        self.token: list[Hashable] = []
        self.complete = True
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []  # an id stands for an object only while it lives
        self._indices: dict[int, int] = {}
        self._places: set[tuple[int, str]] = set()
        self._names: dict[str, None] = {}
        self._any_name = False
        self._holders: list[_Holder] = []
        self._classes: dict[int, _Holder] = {}
        self._layouts: dict[int, Layout] = {}
        self._queue: deque[tuple[Any, str]] = deque()
        self._main: dict[str, Any] | None = None
        self._refer(function, "")
        self._walk(limit)

    def _walk(self, limit: int) -> None:
        scanned = (-1, False, -1)
        while self._queue or scanned != (len(self._names), self._any_name, len(self._holders)):
            while self._queue:
                if len(self._kept) > limit:
                    self.complete = False
                    return
                self._visit(*self._queue.popleft())
            scanned = len(self._names), self._any_name, len(self._holders)
            for holder in self._holders[:]:
                self._attributes(holder)

    # What stands in a place

    def _place(self, get: Get, key: Any, path: str, fixed: bool = False) -> None:
        """Look at a place, and note how to see whether it still holds the same; a fixed one always does."""
        value = get(key)
        if not is_array(value):
            if not fixed:
                self.checks.append((get, key, value, path))
            self._note(value, path)
        elif id(value) in self._numbers:
            self.aliases.append((get, key, self._indices[id(value)], path))
            self.token.append(("again", self._numbers[id(value)]))
        else:
            self._indices[id(value)] = len(self.arrays)
            self._number(value)
            self.arrays.append(Captured(path, get, key))
            self.token.append("array")

    def _note(self, value: Any, path: str) -> None:
        """Note what is no array."""
        key = plain_key(value)
        self.token.append(self._refer(value, path) if key is None else key)

    def _refer(self, value: Any, path: str) -> Hashable:
        """A reference to something that is visited once."""
        known = self._numbers.get(id(value))
        if known is not None:
            return "again", known
        self._number(value)
        self._queue.append((value, path))
        return "new"

    def _number(self, value: Any) -> None:
        self._numbers[id(value)] = len(self._kept)
        self._kept.append(value)

    def _once(self, holder: Any, name: str) -> bool:
        """Whether a place was not looked at before."""
        place = id(holder), name
        if place in self._places:
            return False
        self._places.add(place)
        return True

    # What things are

    def _visit(self, value: Any, path: str) -> None:
        kind = type(value)
        if kind is FunctionType:
            self._function(value, path)
        elif kind is MethodType:
            self.token.append("method")
            self._place(attrgetter("__func__"), value, path, fixed=True)
            self._place(attrgetter("__self__"), value, join(path, "__self__") if path else "self", fixed=True)
        elif kind is property:
            self.token.append("property")
            for part in ("fget", "fset"):
                self._place(attrgetter(part), value, path, fixed=True)
        elif kind is staticmethod or kind is classmethod:
            self.token.append(kind.__name__)
            self._place(attrgetter("__func__"), value, path, fixed=True)
        elif issubclass(kind, ModuleType):
            self._module(value, path)
        elif issubclass(kind, type):
            self.token.append(Identity(value))
            self._class(value, construct=True)
        elif kind is ContextVar:
            self.token.append(Identity(value))
            self._place(in_context, value, f"{path}.get()")
        elif kind in _BOUND and type(value.__self__) not in (ModuleType, type(None)):
            self.token.append(("bound", value.__name__))
            self._place(attrgetter("__self__"), value, join(path, "__self__"), fixed=True)
        else:
            if issubclass(kind, partial):
                self._partial(value, path)
            self._items(value, path)
            self._object(value, path or "self")

    def _function(self, function: FunctionType, path: str) -> None:
        code, variables = function.__code__, function.__globals__
        self.token.append(Identity(code))
        own = (
            type(name := variables.get("__name__")) is str and name.partition(".")[0] == "wengert"
        )  # a transform: nobody changes that
        if path and not own:  # a reloader exchanges code; but of the function that was compiled, it is not asked
            self.checks.append((_code, function, code, path))
        if function.__defaults__ is not None and not own:
            self.checks.append((_defaults, function, function.__defaults__, path))
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if not self._once(cell, ""):
                self.token.append(("cell", self._numbers[id(cell)]))
                continue
            self._number(cell)
            if is_empty(cell):
                self.checks.append((is_empty, cell, True, name))
                self.token.append("empty")
            elif name == "__class__":  # what super() reads
                self._class(cell_contents(cell))
            else:
                self._place(cell_contents, cell, name, fixed=own)
        arguments = code.co_varnames[: code.co_argcount]
        for number, name in enumerate(arguments[len(arguments) - len(function.__defaults__ or ()) :]):
            self._place(itemgetter(number), function.__defaults__, name, fixed=True)
        if function.__kwdefaults__:
            self._place(_keyword_defaults, function, join(path, "__kwdefaults__"))
        attributes = function.__dict__
        if attributes:
            if "__wrapped__" in attributes:
                self._place(attributes.__getitem__, "__wrapped__", join(path, "__wrapped__"), fixed=own)
            if not own:
                self._hold(_Holder(function, path, attributes, attributes.__getitem__, []))
        if not is_library(variables.get("__name__"), variables.get("__file__")):
            self._main = variables if self._main is None else self._main
            self._read(function, variables)

    def _read(self, function: FunctionType, variables: dict[str, Any]) -> None:
        """Follow the names in a function's code."""
        names = names_in(function.__code__)
        module = variables.get("__name__")
        prefix = "" if variables is self._main else f"{module}."
        for name in names.globals:
            found = dict.get(variables, name)
            if found is np and "random" in names.attributes:
                self._source(f"{name}.random", np.random)
            if not self._once(variables, name):
                continue
            if dict.__contains__(variables, name):
                library = found.__name__ if type(found) is ModuleType else None
                fixed = (name, library) in _USUAL or (name == library and is_library(library))
                self._place(dict.__getitem__.__get__(variables), name, prefix + name, fixed)
            else:  # a builtin, until a global of this name is bound
                self.checks.append((dict.__contains__.__get__(variables), name, False, prefix + name))
                self.token.append("absent")
        for name, level in names.imports:
            package = variables.get("__package__") or ""
            full = (
                resolve_name("." * level + name, package) if 0 < level <= package.count(".") + bool(package) else name
            )
            if not is_library(full):
                self._place(sys.modules.get, full, name)
            elif full == "random" or full.startswith("numpy.random"):
                self._source(full, sys.modules.get(full, np.random))
        self._names.update(dict.fromkeys(names.attributes))
        self._any_name |= names.computed
        self.complete &= not names.evaluated

    def _source(self, path: str, source: Any) -> None:
        """Note something that has a state which advances unseen."""
        self.generators.append(path)
        self.sources.append((path, source))

    def _partial(self, value: partial[Any], path: str) -> None:
        self.token.append("partial")
        for part in ("func", "args", "keywords"):
            get = partial.__dict__[part].__get__
            if part == "args":
                for number in range(len(value.args)):
                    self._place(itemgetter(number), value.args, join(path, f"args[{number}]"), fixed=True)
            else:
                self._place(get, value, join(path, part), fixed=True)

    def _module(self, module: ModuleType, path: str) -> None:
        self.token.append(Identity(module))
        variables = object.__getattribute__(module, "__dict__")
        name = variables.get("__name__")
        if not is_library(name, variables.get("__file__")):
            self._holders.append(_Holder(module, path, variables, dict.__getitem__.__get__(variables), []))
        elif name == "random" or name == "numpy.random":
            self._source(path, module)

    def _class(self, cls: type, construct: bool = False) -> None:
        """Follow what is named of a class, and what operators on its instances call."""
        for owner in class_mro(cls):
            holder = self._classes.get(id(owner))
            if holder is not None:
                holder.construct |= construct
            elif not of_library(owner):
                attributes = class_dict(owner)
                holder = _Holder(owner, class_name(owner), attributes, attributes.get, [])
                holder.construct = construct
                self._classes[id(owner)] = holder
                self._kept.append(owner)
                self._holders.append(holder)
                self.checks.append((len, attributes, len(attributes), holder.path))

    def _items(self, value: Any, path: str) -> None:
        """Follow the items of a container."""
        given = type(value)
        for kind, (copy, item, length) in LISTS.items():
            if issubclass(given, kind):
                items = list(copy(value))
                self.token.append((kind.__name__, len(items)))
                if any(map(is_array, items)):
                    self.checks.append((len if given is kind else length, value, len(items), path))
                    for number in range(len(items)):
                        self._place(item.__get__(value), number, f"{path}[{number}]")
                else:
                    self.contents.append((copy, value, items, path))
                    for number, x in enumerate(items):
                        self._note(x, f"{path}[{number}]")
        if issubclass(given, dict):
            self._entries(value, path)
        elif issubclass(given, tuple):
            items = list(tuple.__iter__(value))
            fields = class_dict(given).get("_fields")
            self.token.append(("tuple", len(items)))
            exact = tuple(items)
            for number in range(len(items)):
                named = type(fields) is tuple and len(fields) == len(items)
                place = f"{path}.{fields[number]}" if named else f"{path}[{number}]"
                self._place(itemgetter(number), exact, place, fixed=True)
        elif issubclass(given, SETS):
            items = set_items(value)
            self.token.append(("set", len(items)))
            if issubclass(given, set):
                self.contents.append((set_items, value, items, path))
            for x in items:
                self._note(x, path)
        elif issubclass(given, BUFFERS):
            items = list(bytes(value))
            self.token.append((given.__name__, bytes(items)))
            self.contents.append((bytes, value, items, path))

    def _entries(self, value: dict[Any, Any], path: str) -> None:
        entries = dict.copy(value)
        self.token.append(("dict", len(entries)))
        if type(value) is dict and all(type(key) is str for key in entries):
            self.keys.append((value, list(entries), path))
        else:
            self.contents.append((dict.keys, value, list(entries), path))
        holds_arrays = any(map(is_array, entries.values()))
        if not holds_arrays:
            self.contents.append((dict.values, value, list(entries.values()), path))
        for key, x in entries.items():
            place = f"{path}[{key_text(key)}]"
            self._note(key, place)
            if holds_arrays:
                self._place(dict.__getitem__.__get__(value), key, place)
            else:
                self._note(x, place)

    def _object(self, value: Any, path: str) -> None:
        """Follow the attributes of an object."""
        kind = type(value)
        layout = self._layouts.get(id(kind))
        if layout is None:
            layout = self._layouts[id(kind)] = layout_of(kind)
        is_enum = issubclass(type(kind), EnumMeta)
        self.token.append(Identity(kind))
        if layout.random:
            self._source(path.removesuffix(".__self__"), value)
        if not layout.seen_through or is_enum or kind is object:
            self.token.append(Identity(value))
        if issubclass(kind, local):
            self.complete = False
        if not of_library(kind):
            self._class(kind)
        if is_enum or issubclass(kind, (Program, *SETS)):  # immutable, or all told already
            return
        attributes = layout.attributes(value) if layout.attributes is not None else None
        if attributes is None and not layout.slots:
            return
        get = None if attributes is None else dict.__getitem__.__get__(attributes)
        holder = _Holder(value, path, attributes, get, layout.slots)
        if layout.library in _TRANSPARENT:
            self._attributes(holder, every=True)
            self._watch(holder, layout)
        elif layout.library == "wengert":
            self._attributes(holder, only=_OWN)
        else:
            self._hold(holder, layout)

    def _hold(self, holder: _Holder, layout: Layout | None = None) -> None:
        """Follow the attributes that are named."""
        self._holders.append(holder)
        self._watch(holder, layout)

    def _watch(self, holder: _Holder, layout: Layout | None = None) -> None:
        """Note how to see that there are new attributes, which may be named, too."""
        thing, attributes, path = holder.thing, holder.attributes, holder.path
        if layout is None or (layout.direct and attributes is not None):
            self.objects.append((thing, type(thing), attributes, len(attributes), path))
        elif layout.attributes is not None:
            self.checks.append((layout.attributes, thing, attributes, path))
            self.checks.append((len, attributes, len(attributes), path))

    def _attributes(self, holder: _Holder, every: bool = False, only: set[str] | None = None) -> None:
        """Look at the attributes that were not looked at before and count by now."""
        thing, done = holder.thing, holder.done
        is_class, is_module = issubclass(type(thing), type), issubclass(type(thing), ModuleType)
        every |= self._any_name and not is_module and only is None
        names = self._names if only is None else only
        found = 0
        for name in list(holder.attributes or ()):
            if name in done or type(name) is not str:
                continue
            if is_class and name.startswith("__"):
                if not holder.construct and name in _CONSTRUCTION:
                    continue
                done.add(name)
                value = holder.attributes[name]
                inner = value.__func__ if type(value) in (staticmethod, classmethod) else value
                if type(inner) is not FunctionType or name in _NOT_ARITHMETIC or is_generated(inner, name):
                    continue
            elif not every and name not in names:
                continue
            if self._once(thing, name):
                done.add(name)
                found = found or self._headed(holder)
                self.token.append(name)
                assert holder.get is not None
                self._place(holder.get, name, join(holder.path, name))
        for name, get in holder.slots:
            if name not in done and (every or name in names):
                done.add(name)
                found = found or self._headed(holder)
                self.token.append(name)
                if is_unset((get, thing)):
                    self.checks.append((is_unset, (get, thing), True, join(holder.path, name)))
                    self.token.append("unset")
                else:
                    self._place(get, thing, join(holder.path, name))

    def _headed(self, holder: _Holder) -> int:
        """Write into the token whose attributes follow."""
        self.token.append(("of", self._numbers.get(id(holder.thing), -1)))
        return 1
