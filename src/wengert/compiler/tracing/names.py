"""Which names a function's code reads, and which modules are libraries into whose code nobody looks."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from dis import get_instructions
from types import CodeType
from typing import Any
from weakref import WeakKeyDictionary

__all__ = ["Names", "is_library", "module_of", "names_in"]

_GLOBAL = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
_ATTRIBUTE = {"LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "IMPORT_FROM"}
_LOOKS_UP = {"getattr", "hasattr", "vars", "dir", "attrgetter", "__dict__", "__getattribute__"}
_EVALUATES = {"globals", "locals", "eval", "exec"}


@dataclass(frozen=True, slots=True)
class Names:
    """What a code object, with those nested in it, reads by name."""

    globals: tuple[str, ...]
    attributes: tuple[str, ...]
    imports: tuple[tuple[str, int], ...]
    """Modules that it imports while it runs, and from how many packages up."""
    computed: bool
    """Whether it looks up attributes of which the name is not written there."""
    evaluated: bool
    """Whether it looks up variables of which the name is not written there."""


_known: WeakKeyDictionary[CodeType, Names] = WeakKeyDictionary()


def names_in(code: CodeType) -> Names:
    """What this code reads by name. A local variable is none; ``x.T`` reads an attribute, not a global ``T``."""
    found = _known.get(code)
    if found is None:
        found = _known[code] = _read(code)
    return found


def _read(code: CodeType) -> Names:
    variables: dict[str, None] = {}
    attributes: dict[str, None] = {}
    imports: dict[tuple[str, int], None] = {}
    matches = False
    for part in _nested(code):
        pushed: list[Any] = [0, 0]
        for instruction in get_instructions(part):
            operation, name = instruction.opname, instruction.argval
            if operation in _GLOBAL:
                variables[name] = None
            elif operation in _ATTRIBUTE:
                attributes[name] = None
            elif operation == "IMPORT_NAME":
                level = pushed[-2]
                imports[name, level if isinstance(level, int) else 0] = None
                attributes.update(dict.fromkeys(name.split(".")))
            elif operation == "MATCH_CLASS":
                matches = True
            if operation != "EXTENDED_ARG":
                pushed.append(name)
    return Names(
        tuple(variables),
        tuple(attributes),
        tuple(imports),
        matches or not _LOOKS_UP.isdisjoint(variables) or not _LOOKS_UP.isdisjoint(attributes),
        not _EVALUATES.isdisjoint(variables),
    )


def _nested(code: CodeType) -> Iterator[CodeType]:
    """A code object, and those of the lambdas, comprehensions, functions and classes in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


_LIBRARIES = {
    "wengert",
    "numpy",
    "scipy",
    "optree",
    "llvmlite",
    "builtins",
    "matplotlib",
    "pandas",
    "pytest",
    "_pytest",
}
_STANDARD = sys.stdlib_module_names | {"builtins"}
_FOLDERS = tuple(filter(None, (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))))


def is_library(name: Any, file: Any = None) -> bool:
    """Whether a module's code captures nothing of the user's, by its name and file."""
    if type(name) is not str:
        return False
    package = name.partition(".")[0]
    if package in _STANDARD:  # unless it is a script of the user's that is called code.py
        return type(file) is not str or file.startswith((*_FOLDERS, "<frozen"))
    return package in _LIBRARIES


_module = type.__dict__["__module__"].__get__


def module_of(cls: type) -> str:
    """The name of the module of a class; asks the class itself for nothing."""
    name = _module(cls)
    return name if type(name) is str else ""
