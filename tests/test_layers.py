"""Imports point downward only, and what has no place in the package is not there.

Every module is read as text, never imported: an import inside a function counts like any other. One under
``TYPE_CHECKING`` does not: the public functions name in their annotations the array type that is built upon them, and
a program that runs never sees that.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "wengert"

# From the bottom up. A module imports from its own layer and from those before it.
LAYERS = ("core", "backends", "ops", "functions", "interop", "eager", "transforms", "compiler", "show", "top")
TOP = {"__init__", "__main__", "optim", "testing", "tour"}

# These layers reach values through a backend. Allowing what they may import, rather than forbidding the array libraries
# by name, leaves no library out.
ARRAY_FREE = {"core", "ops", "transforms"}
ALLOWED_THERE = sys.stdlib_module_names | {"wengert", "optree"}

# What ``import wengert`` leaves to the first function that needs it.
LAZY = ("llvmlite", "matplotlib", "optree", "scipy", "sklearn")

NO_NAME_FOR_A_MODULE = re.compile(r"_?(utils?|misc|helpers?)")


def layer_of(module: str) -> str | None:
    """The layer of a dotted module name, or None if it has none."""
    _, _, below = module.partition(".")
    name = below.split(".")[0] or "__init__"
    return name if name in LAYERS else "top" if name in TOP else None


def resolve(name: str, level: int, module: str, is_package: bool) -> str:
    """The absolute name of a relative import of `level` dots, as `module` means it."""
    if level == 0:
        return name
    parts = module.split(".")
    keep = len(parts) - level + is_package
    return ".".join([*parts[:keep], *([name] if name else [])])


def imports(tree: ast.AST, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Each import in `tree`, with its line: absolute names, `?` for one that is computed while the program runs."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=source, names=names, level=level):
                base = resolve(source or "", level, module, is_package)
                for alias in names:
                    submodule = base == "wengert" and (alias.name in LAYERS or alias.name in TOP)
                    yield node.lineno, f"wengert.{alias.name}" if submodule else base
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="__import__" | "import_module"),
                args=[argument, *_],
            ):
                match argument:
                    case ast.Constant(value=str(name)):
                        bare = name.lstrip(".")
                        yield node.lineno, resolve(bare, len(name) - len(bare), module, is_package)
                    case _:
                        yield node.lineno, "?"


class Running(ast.NodeTransformer):
    """Leaves out what only a type checker reads."""

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        match node.test:
            case ast.Name(id="TYPE_CHECKING"):
                return node.orelse
        return self.generic_visit(node)


def violations(source: str, module: str, is_package: bool = False) -> list[str]:
    """What `source` does that the module of this name may not."""
    tree = ast.parse(source)
    layer = layer_of(module)
    if layer is None:
        return [f"{module} is in no layer"]
    found = []
    for line, target in imports(Running().visit(tree), module, is_package):
        package = target.split(".")[0]
        if package == "wengert":
            other = layer_of(target)
            if other is None:
                found.append(f"line {line}: {target} is in no layer")
            elif LAYERS.index(other) > LAYERS.index(layer):
                found.append(f"line {line}: {layer} imports {target}, which is above it")
        elif layer in ARRAY_FREE and package not in ALLOWED_THERE:
            found.append(f"line {line}: {layer} imports {target}: it may use the standard library and optree only")
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                found.append(f"line {node.lineno}: import *")
            case ast.Name(id="exec") | ast.Attribute(value=ast.Name(id="builtins"), attr="exec"):
                found.append(f"line {node.lineno}: exec")
    return found


def name_of(path: Path) -> str:
    parts = ("wengert", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_keeps_to_its_layer(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8"), name_of(path), path.name == "__init__.py") == []


def test_the_modules_were_found() -> None:
    assert {layer_of(name_of(path)) for path in MODULES} >= {"core", "ops", "top"}


def test_llvmlite_is_imported_in_one_file() -> None:
    users = [
        name_of(path)
        for path in MODULES
        for _, target in imports(ast.parse(path.read_text(encoding="utf-8")), name_of(path), path.name == "__init__.py")
        if target.split(".")[0] == "llvmlite"
    ]
    assert set(users) == {"wengert.compiler.native.machine"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, wengert; print(*(name for name in sys.argv[1:] if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code, *LAZY], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == []


def test_every_module_has_a_name_that_says_what_it_is() -> None:
    names = {part for path in MODULES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert [name for name in names if NO_NAME_FOR_A_MODULE.fullmatch(name)] == []


# The checker itself: every rule is shown to fail, and to let pass what it should.


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("wengert.core.types", "import wengert.ops.linalg", "core imports wengert.ops.linalg"),
        ("wengert.core.types", "from ..ops import linalg", "core imports wengert.ops"),
        ("wengert.core.types", "from .. import ops", "core imports wengert.ops"),
        ("wengert.core.types", "from wengert import sin", "core imports wengert,"),
        (
            "wengert.core.types",
            "def f():\n    from ..eager.tape import Tape",
            "line 2: core imports wengert.eager.tape",
        ),
        (
            "wengert.ops.fft",
            "if TYPE_CHECKING:\n    pass\nelse:\n    from ..eager import Array",
            "ops imports wengert.eager",
        ),
        ("wengert.eager.tape", "import_module('wengert.transforms')", "eager imports wengert.transforms"),
        ("wengert.eager.tape", "importlib.import_module('..show', __package__)", "eager imports wengert.show"),
        ("wengert.show.text", "import wengert.testing", "show imports wengert.testing"),
        ("wengert.core.types", "import numpy as np", "core imports numpy"),
        ("wengert.ops.linalg", "def f():\n    import scipy.linalg", "line 2: ops imports scipy.linalg"),
        ("wengert.transforms.jvp", "from numpy.typing import NDArray", "transforms imports numpy.typing"),
        ("wengert.transforms.jvp", "__import__(name)", "transforms imports ?"),
        ("wengert.compiler.lowering.module", "from math import *", "import *"),
        ("wengert.compiler.lowering.module", "exec(source)", "exec"),
        ("wengert.compiler.lowering.module", "builtins.exec(source)", "exec"),
        ("wengert.extras", "", "in no layer"),
        ("wengert.show.text", "import wengert.extras", "wengert.extras is in no layer"),
    ],
)
def test_the_checker_complains(module: str, source: str, complaint: str) -> None:
    found = violations(source, module)
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (
            "wengert.ops.linalg",
            "from ..core.primitive import Primitive\nfrom .families import linear\nimport math, optree",
        ),
        ("wengert.eager.tape", "import numpy as np\nfrom . import array\nfrom .. import core"),
        ("wengert.functions.shaping", "if TYPE_CHECKING:\n    from ..eager.array import Array"),
        ("wengert.backends.numpy.special", "def special():\n    import scipy.special"),
        ("wengert.interop.scipy", "importlib.import_module(name)"),
        ("wengert.tour.page", "import wengert as wg\nfrom wengert import sin, testing"),
        ("wengert.core.trees", "def execute(): ...\nexecute()"),
    ],
)
def test_the_checker_lets_pass(module: str, source: str) -> None:
    assert violations(source, module) == []


def test_the_checker_knows_a_package_from_a_module() -> None:
    assert violations("from . import ops", "wengert.ops", is_package=True) == []
    assert violations("from .linalg import solve", "wengert.ops", is_package=True) == []
    assert violations("from .eager import Array", "wengert", is_package=True) == []
    assert len(violations("from ..eager import Array", "wengert.ops", is_package=True)) == 1


@pytest.mark.parametrize("name", ["utils", "util", "_utils", "misc", "helpers", "_helper"])
def test_names_that_say_nothing(name: str) -> None:
    assert NO_NAME_FOR_A_MODULE.fullmatch(name)
