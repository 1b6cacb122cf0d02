"""The package as a whole: its names, what importing it does, and what it ships."""

import subprocess
import sys
from importlib import metadata
from importlib.resources import files
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import wengert as wg


def python(code: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *options, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )


def test_importing_warns_of_nothing() -> None:
    done = python("import wengert", "-W", "error")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = python("import wengert", "-OO", "-W", "error")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_leaves_heavy_modules_alone() -> None:
    heavy = (
        "scipy",
        "optree",
        "matplotlib",
        "sklearn",
        "llvmlite",
        "torch",
        "jax",
        "pytest",
        "hypothesis",
        "asyncio",
        "multiprocessing",
    )
    done = python(f"import sys, wengert; print(*[m for m in {heavy!r} if m in sys.modules])")
    assert done.stdout.split() == []
    assert done.stderr == ""


def test_the_commonest_use_needs_no_heavy_module() -> None:
    code = """
import sys, numpy as np, wengert as wg
x = wg.arange(4.0, requires_grad=True)
(2 * wg.dot(x, x)).backward()
with wg.record() as tape:
    wg.exp(x)
print(*[m for m in ("scipy", "optree", "matplotlib") if m in sys.modules])
"""
    done = python(code, "-W", "error")
    assert (done.stdout.split(), done.stderr) == ([], "")


def test_importing_changes_nothing_outside() -> None:
    done = python(
        "import sys, numpy, warnings; before = (numpy.geterr(), numpy.get_printoptions(), sys.getrecursionlimit(),"
        " list(warnings.filters)); import wengert; assert before == (numpy.geterr(), numpy.get_printoptions(),"
        " sys.getrecursionlimit(), list(warnings.filters))"
    )
    assert done.stderr == ""


@pytest.mark.parametrize("name", wg.__all__)
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    thing: Any = getattr(wg, name)
    if callable(thing) or isinstance(thing, ModuleType):
        assert thing.__doc__, f"{name} has no docstring"
        assert len(thing.__doc__.strip()) > 10
    assert not name.startswith("_")


def test_all_is_complete_sorted_and_without_doubles() -> None:
    assert len(set(wg.__all__)) == len(wg.__all__)
    modules = {"annotations", "backends", "compiler", "core", "eager", "functions", "interop", "ops", "show"}
    modules |= {"transforms", "tour"}
    public = {name for name in vars(wg) if not name.startswith("_")} - modules
    assert public - set(wg.__all__) == set()


def test_the_names_of_the_design_are_there() -> None:
    names = """
        array zeros ones arange no_grad enable_grad is_grad_enabled record grad value_and_grad jvp vjp hvp jacobian
        jacfwd jacrev hessian vmap compile checkpoint custom_vjp custom_jvp stop_gradient trace linearize testing linalg
        Array Program exp sum dot einsum tree_map program_of
    """
    for name in names.split():
        assert name in wg.__all__, name


def test_public_functions_say_where_they_are_from() -> None:
    for name in ("grad", "vmap", "sin", "sum", "array", "checkpoint"):
        assert getattr(wg, name).__module__.startswith("wengert.")


def test_type_information_is_shipped() -> None:
    assert (files("wengert") / "py.typed").is_file()


def test_metadata_where_it_is_installed() -> None:
    try:
        version = metadata.version("wengert")
    except metadata.PackageNotFoundError:
        pytest.skip("run from the source tree")
    assert version.count(".") == 2
    requirements = [r for r in metadata.requires("wengert") or [] if "extra ==" not in r]
    assert sorted(r.split(">")[0].strip() for r in requirements) == ["llvmlite", "numpy", "optree", "scipy"]


def test_no_global_state_is_left_by_the_examples_of_the_package() -> None:
    assert wg.is_grad_enabled()
    assert np.geterr()["divide"] == "warn"
