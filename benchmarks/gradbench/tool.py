"""This library as a tool of GradBench: `python -m benchmarks.gradbench.tool [--multithreaded]`.

Reads the suite's messages from standard input, a line of JSON each, and answers each with a line on standard output. It
ends when its input does.
"""

from __future__ import annotations

import sys

from benchmarks.processes import claim_output, use_threads

if __name__ == "__main__" and "--multithreaded" not in sys.argv:  # before NumPy is imported
    use_threads(1)

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, TextIO

from benchmarks.gradbench.problems import PROBLEMS
from benchmarks.gradbench.results import lists
from benchmarks.gradbench.timing import repeated

Message = Mapping[str, Any]
Reply = dict[str, Any]


class Malformed(Exception):
    """A line that is no message: there is nothing that could be answered."""


class Tool:
    """What was defined, and the answers to messages."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}

    def line(self, line: str) -> str:
        """The line that answers a line."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Malformed(f"a line is not JSON: {error}: {line[:80].rstrip()}") from None
        if not isinstance(message, dict) or type(message.get("id")) is not int:
            raise Malformed(f"a message is an object with a whole number as id, and not {line[:80].rstrip()}")
        answer = {"start": self._start, "define": self._define, "evaluate": self._evaluate}.get(
            str(message.get("kind"))
        )
        if answer is None:
            return json.dumps({"id": message["id"]})
        try:
            return json.dumps({"id": message["id"], **answer(message)}, allow_nan=False)
        except Exception as error:  # of whatever kind: the suite goes on with its next message
            said = "the result is not finite" if "not JSON compliant" in str(error) else str(error)
            failure = {"success": False, "error": f"{type(error).__name__}: {said}"}
            return json.dumps({"id": message["id"], **failure})

    def _start(self, message: Message) -> Reply:
        return {"tool": "wengert"}

    def _define(self, message: Message) -> Reply:
        name = message["module"]
        if name not in PROBLEMS:
            raise LookupError(f"there is no module {name!r}, only {', '.join(PROBLEMS)}")
        self._modules[name] = import_module(f"benchmarks.gradbench.{name}")
        return {"success": True}

    def _evaluate(self, message: Message) -> Reply:
        name, function, given = message["module"], message["function"], message["input"]
        if name not in self._modules:
            raise LookupError(f"the module {name!r} has not been defined")
        if function not in PROBLEMS[name].functions:
            raise LookupError(f"{name} has no function {function!r}, only {', '.join(PROBLEMS[name].functions)}")
        module = self._modules[name]
        runs, seconds = (given.get("min_runs", 1), given.get("min_seconds", 1)) if isinstance(given, dict) else (1, 0)
        prepared = module.prepare(given)
        result, times = repeated(getattr(module, function), prepared, runs, seconds)
        reply: Callable[[str, Any], Any] = getattr(module, "reply", lambda _, result: lists(result))
        timings = [{"name": "evaluate", "nanoseconds": time} for time in times]
        return {"success": True, "output": reply(function, result), "timings": timings}


def serve(lines: Iterable[str], answers: TextIO) -> None:
    """Answer every line, until there are no more."""
    tool = Tool()
    for line in lines:
        answers.write(tool.line(line) + "\n")
        answers.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.gradbench.tool", description="Wengert as a tool of GradBench.")
    parser.add_argument("--multithreaded", action="store_true", help="use all cores; by default one thread")
    parser.parse_args(arguments)
    answers = claim_output()
    sys.stdin.reconfigure(encoding="utf-8")
    try:
        serve(sys.stdin, answers)
    except Malformed as error:
        raise SystemExit(f"benchmarks.gradbench.tool: {error}") from None


if __name__ == "__main__":
    main()
