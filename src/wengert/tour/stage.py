"""The stage: runs the steps of the tour, and catches what they print and display.

A step is a function. Its docstring is a heading and an explanation; its body is the code that the reader sees, taken
from the source itself, so that what is shown is what ran. As in a notebook a step builds on earlier ones: its
parameters name variables that earlier steps of the part returned.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from typing import Any

__all__ = ["Part", "Picture", "Result", "Step", "display", "perform"]

EXTRAS = {"matplotlib": "plot", "sklearn": "digits"}
"""The optional modules that steps use, and the extras that install them."""


@dataclass(frozen=True)
class Picture:
    """What a step displayed: a drawing, or axes or a figure of matplotlib's; and what it shows, in a sentence."""

    content: Any
    caption: str


_displayed: ContextVar[list[Picture] | None] = ContextVar("displayed", default=None)


def display(picture: Any, caption: str = "") -> None:
    """Put a picture on the tour's page; outside the tour, say what it is.

    Parameters
    ----------
    picture
        A :class:`wengert.show.drawing.Drawing`, or axes or a figure of matplotlib's.
    caption
        What is to be seen.
    """
    pictures = _displayed.get()
    if pictures is None:
        print(caption or repr(picture))
    else:
        pictures.append(Picture(picture, caption))


@dataclass(frozen=True)
class Step:
    """A step: a function, with what is read from its source."""

    function: Callable[..., Any]

    @cached_property
    def heading(self) -> str:
        """The docstring's first line."""
        return self._text[0].rstrip(".")

    @cached_property
    def paragraphs(self) -> list[str]:
        """The rest of the docstring."""
        return self._text[1:]

    @cached_property
    def _text(self) -> list[str]:
        doc = inspect.getdoc(self.function) or self.function.__name__
        return [" ".join(paragraph.split()) for paragraph in doc.split("\n\n")]

    @cached_property
    def _definition(self) -> tuple[ast.FunctionDef, list[str]]:
        source = textwrap.dedent(inspect.getsource(self.function))
        (definition,) = ast.parse(source).body
        assert isinstance(definition, ast.FunctionDef)
        return definition, source.splitlines()

    @cached_property
    def takes(self) -> list[str]:
        """Variables of earlier steps that it builds on."""
        return list(inspect.signature(self.function).parameters)

    @cached_property
    def gives(self) -> list[str]:
        """Variables that it hands on to later steps: those that it returns."""
        match self._definition[0].body[-1]:
            case ast.Return(value=ast.Name(id=name)):
                return [name]
            case ast.Return(value=ast.Tuple(elts=names)):
                return [name.id for name in names if isinstance(name, ast.Name)]
        return []

    @cached_property
    def code(self) -> str:
        """The body, without the docstring and the return."""
        definition, lines = self._definition
        docstring, *body = definition.body
        end = body[-1].lineno - 1 if isinstance(body[-1], ast.Return) else len(lines)
        return textwrap.dedent("\n".join(lines[docstring.end_lineno : end])).strip("\n")


@dataclass(frozen=True)
class Part:
    """A part of the tour."""

    number: int
    name: str
    title: str
    summary: str
    functions: tuple[Callable[..., Any], ...]

    @cached_property
    def steps(self) -> list[Step]:
        """The steps in order."""
        return [Step(function) for function in self.functions]

    @cached_property
    def imports(self) -> str:
        """What the code of the steps needs: the lines of its module that import it."""
        module = inspect.getsource(sys.modules[self.functions[0].__module__])
        found = [node for node in ast.parse(module).body if isinstance(node, (ast.Import, ast.ImportFrom))]
        return "\n".join(ast.unparse(node) for node in found if isinstance(node, ast.Import) or not node.level)


@dataclass
class Result:
    """What came of a step."""

    step: Step
    output: str = ""
    pictures: list[Picture] = field(default_factory=list)
    failure: str = ""
    """The traceback, where a check failed or anything else went wrong."""
    missing: str = ""
    """What to install, or which step is missing, where the step could not run."""
    seconds: float = 0.0


class _Lines(StringIO):
    """Keeps what is written, and passes on each line once it is whole."""

    def __init__(self, echo: Callable[[str], None]) -> None:
        super().__init__()
        self._echo = echo
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._echo(line)
        return super().write(text)


def perform(step: Step, variables: dict[str, Any], echo: Callable[[str], None]) -> Result:
    """Run a step.

    Parameters
    ----------
    step
        What to run.
    variables
        What earlier steps of the part handed on; what this one does is added.
    echo
        Called with each line that the step prints, at once.
    """
    result = Result(step)
    absent = [name for name in step.takes if name not in variables]
    if absent:
        result.missing = f"It builds on {', '.join(absent)}, which an earlier step did not get to."
        return result
    started = time.perf_counter()
    output = _Lines(echo)
    token = _displayed.set(result.pictures)
    try:
        with redirect_stdout(output):
            given = step.function(*(variables[name] for name in step.takes))
        variables.update(zip(step.gives, given if len(step.gives) > 1 else (given,), strict=False))
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            result.failure = traceback.format_exc()
        else:
            library = {"sklearn": "scikit-learn"}.get(error.name or "", (error.name or "").partition(".")[0])
            result.missing = f'This needs {library}, which is not installed: pip install "wengert[{extra}]"'
    except Exception:
        result.failure = traceback.format_exc()
    finally:
        _displayed.reset(token)
    result.output = output.getvalue()
    result.seconds = time.perf_counter() - started
    return result
