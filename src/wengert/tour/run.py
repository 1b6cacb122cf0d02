"""``python -m wengert``: the command line of the tour."""

from __future__ import annotations

import argparse
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .page import Page
from .parts import PARTS
from .progress import Progress
from .stage import Part, Result, perform

__all__ = ["main", "take"]

DEFAULT_FOLDER = "wengert-tour"


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the tour as the command line says; the exit status is 0 if all checks held."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        parts = [chosen(name) for name in options.only]
    except LookupError as error:
        parser.error(str(error))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a sign shows ? for it
    folder = Path(options.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"cannot write to {folder}: {error.strerror or error}")
    if not __debug__:
        print("python -O leaves out the checks of the tour", file=sys.stderr)
    page, failed = take(folder, sorted(set(parts), key=PARTS.index) or PARTS)
    print(f"The page: {page}")
    for what in failed:
        print(f"wengert: {what} failed", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {part.number}  {part.name:14}{part.title}" for part in PARTS)
    parser = argparse.ArgumentParser(
        prog="python -m wengert",
        description="A tour of automatic differentiation: code, what it prints, and a page with pictures.",
        epilog=f"parts:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        default=DEFAULT_FOLDER,
        help=f"folder for the page and its pictures (default: {DEFAULT_FOLDER})",
    )
    parser.add_argument(
        "--only",
        metavar="PART",
        action="append",
        default=[],
        help="take only this part, by number or name; can be given several times",
    )
    return parser


def chosen(name: str) -> Part:
    """The part with this number or name."""
    for part in PARTS:
        if name.strip().lower() in (str(part.number), part.name):
            return part
    known = ", ".join(f"{part.number} or {part.name}" for part in PARTS)
    raise LookupError(f"there is no part {name!r}; the parts are {known}")


def take(folder: Path, parts: Sequence[Part] = PARTS) -> tuple[Path, list[str]]:
    """Take the tour: print it, and write its page.

    Parameters
    ----------
    folder
        Where the page and its pictures go; it exists.
    parts
        Which parts, in order.

    Returns
    -------
    page
        The page's path.
    failed
        Parts' steps that went wrong.
    """
    _draw_without_a_screen()
    progress = Progress(sum(len(part.steps) for part in parts), sys.stderr)
    page = Page(folder)
    failed: list[str] = []
    out = sys.stdout  # the steps' own printing is redirected

    def say(text: str = "") -> None:
        progress.clear()
        print(text, file=out, flush=True)
        progress.draw()

    for position, part in enumerate(parts, 1):
        started = time.perf_counter()
        say(f"{part.number}. {part.title}\n{'=' * (len(part.title) + 3)}\n")
        say(_wrapped(part.summary))
        results = []
        variables: dict[str, Any] = {}
        for number, step in enumerate(part.steps, 1):
            progress.begin(step.heading)
            heading = f"{part.number}.{number} {step.heading}"
            say(f"\n{heading}\n{'-' * len(heading)}\n")
            for paragraph in step.paragraphs:
                say(_wrapped(paragraph) + "\n")
            code = step.code if number > 1 else f"{part.imports}\n\n{step.code}"
            say(textwrap.indent(code, "    ") + "\n")
            result = perform(step, variables, say)
            for line in (result.missing, *result.failure.splitlines()):
                if line:
                    say(f"! {line}")
            if result.failure:
                failed.append(f"{heading!r}")
            results.append(result)
            progress.end()
        progress.begin("pictures")
        page.add(part, results)
        say()
        progress.line(_summary(position, len(parts), part, results, time.perf_counter() - started))
    path = page.write()
    progress.clear()
    return path, failed


def _summary(position: int, count: int, part: Part, results: Sequence[Result], seconds: float) -> str:
    wrong = sum(bool(result.failure) for result in results)
    absent = sum(bool(result.missing) for result in results)
    notes = [
        f"{len(results)} steps",
        *([f"{wrong} failed"] if wrong else []),
        *([f"{absent} left out"] if absent else []),
    ]
    return f"part {position} of {count}, {part.name}: {', '.join(notes)}, {seconds:.1f} s"


def _wrapped(text: str) -> str:
    return textwrap.fill(text.replace("`", ""), 88)


def _draw_without_a_screen() -> None:
    try:
        import matplotlib
    except ModuleNotFoundError:
        return  # the steps that need it say so
    matplotlib.use("Agg")
