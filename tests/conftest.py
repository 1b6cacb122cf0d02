"""What tests of several folders share. The modules beside this file come as fixtures: tests import only the package."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from wengert.core.program import Program, check
from wengert.transforms.trace import Stager


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"wengert_tests_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session", autouse=True)
def every_program_is_checked() -> Iterator[None]:
    """Whatever the tests trace or linearize is type-checked, pruned and printed."""
    write = Stager.program

    def checked(*args: Any) -> Program:
        program = write(*args)
        check(program)
        check(program.pruned())
        assert str(program)
        return program

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stager, "program", checked)
        yield


@pytest.fixture(scope="session")
def laws() -> ModuleType:
    """The laws that every primitive obeys."""
    return _module("laws")


@pytest.fixture(scope="session")
def compiling() -> ModuleType:
    """The law that compiled equals eager."""
    return _module("compiling")


@pytest.fixture(scope="session")
def lowering() -> ModuleType:
    """Functions compiled, compared with what they give eagerly."""
    return _module("lowering")


@pytest.fixture(scope="session")
def programs() -> ModuleType:
    """Random programs."""
    return _module("programs")


@pytest.fixture(scope="session")
def references() -> ModuleType:
    """What each primitive computes, said a second time."""
    return _module("references")


@pytest.fixture(scope="session")
def staged() -> ModuleType:
    """Functions in Python and as programs, side by side."""
    return _module("staged")
