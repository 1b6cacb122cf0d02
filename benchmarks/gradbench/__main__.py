"""GradBench's problems in several libraries: `python -m benchmarks.gradbench [PROBLEM ...] [--peers jax,torch]`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.gradbench.comparison import Participant, Plan, compare, participants
from benchmarks.gradbench.inputs import SIZES
from benchmarks.gradbench.libraries import LIBRARIES
from benchmarks.gradbench.problems import PROBLEMS
from benchmarks.gradbench.record import OWN, Record
from benchmarks.gradbench.tables import everything
from benchmarks.processes import machine
from benchmarks.report import README, write_between

BEGIN, END = "<!-- table of gradbench: begin -->", "<!-- table of gradbench: end -->"
PICTURE = README.with_name("gradbench.png")
GREETING = "hello"
"""No measure of speed: it is left out unless asked for."""


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gradbench", description="GradBench, side by side.")
    parser.add_argument("problems", nargs="*", metavar="PROBLEM", help=f"of {', '.join(PROBLEMS)}; by default all")
    parser.add_argument("--size", choices=("small", "default", "full"), default="default")
    parser.add_argument("--only", metavar="SIZE,...", help="sizes by their labels, instead")
    parser.add_argument("--peers", metavar="NAMES", default="jax,torch", help="by default jax,torch; '' for none")
    parser.add_argument("--python", metavar="PYTHON", default=sys.executable, help="the Python that has the peers")
    parser.add_argument("--data", metavar="FOLDER", type=Path, help="the suite's own files, for ba, ht and lstm")
    parser.add_argument("--threads", type=int, default=1, help="and cores for each library (1)")
    parser.add_argument("--repeats", type=int, default=7, help="turns of each function (7)")
    parser.add_argument("--limit", metavar="SECONDS", type=float, default=60, help="for one call (60)")
    parser.add_argument("--budget", metavar="SECONDS", type=float, default=30, help="for the repeats of a call (30)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all that was found, size by size")
    parser.add_argument("--resume", action="store_true", help="leave out what the JSON file has already")
    parser.add_argument("--picture", metavar="FILE", type=Path, help="draw the ratios")
    parser.add_argument("--write", action="store_true", help=f"put tables and picture in benchmarks/{README.name}")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    parse = parser()
    options = parse.parse_args(arguments)
    peers = [key for key in options.peers.split(",") if key and key != OWN]
    if unknown := [key for key in peers if key not in LIBRARIES]:
        parse.error(f"there is no library {', '.join(unknown)}, only {', '.join(LIBRARIES)}")
    if unknown := [name for name in options.problems if name not in PROBLEMS]:
        parse.error(f"there is no problem {', '.join(unknown)}, only {', '.join(PROBLEMS)}")
    if options.threads < 1 or options.repeats < 1:
        parse.error("there has to be at least one thread, and one repeat")
    if options.resume and options.json is None:
        parse.error("--resume needs --json FILE")
    problems = options.problems or [name for name in PROBLEMS if name != GREETING]

    with TemporaryDirectory(prefix="gradbench-") as cache:
        pythons = {key: sys.executable if key == OWN else options.python for key in LIBRARIES}
        plan = Plan(pythons, Path(cache), options.data, options.threads, options.repeats, options.limit, options.budget)
        record = measured(problems, options, [OWN, *peers], plan)
    text = everything(record, PICTURE.name if options.write and record.peers else None)
    print(text)
    if record.peers and (options.picture or options.write):
        from benchmarks.gradbench import pictures

        for path in [*([options.picture] if options.picture else []), *([PICTURE] if options.write else [])]:
            pictures.save(pictures.ratios(record), path)
    if options.write:
        write_between(README, BEGIN, END, text)


def measured(problems: Sequence[str], options: argparse.Namespace, keys: Sequence[str], plan: Plan) -> Record:
    """Everything that was asked for, with what an earlier run found."""
    record = begun(problems[0], keys, plan)
    if options.resume and options.json.exists():
        earlier = Record.load(options.json)
        if (earlier.circumstances, earlier.libraries) != (record.circumstances, record.libraries):
            raise SystemExit(f"{options.json} was measured in other circumstances: {earlier.circumstances}")
        record = earlier
    for problem in problems:
        sizes = options.only.split(",") if options.only else SIZES[problem][options.size]
        left = [size for size in sizes if not record.has(problem, size)]
        if not left:
            continue
        with participants(problem, record.libraries, plan) as entered:
            for size, found in compare(problem, left, entered, plan):
                record.problems.setdefault(problem, {})[size] = found
                if options.json:
                    record.save(options.json)
    return record


def begun(problem: str, keys: Sequence[str], plan: Plan) -> Record:
    """A record without results: which libraries there are, and in what circumstances."""
    versions, missing = [f"numpy {np.__version__}"], {}
    for key in keys:
        participant = Participant(key, problem, plan)
        participant.close()
        if participant.missing:
            missing[key] = participant.missing
        else:
            versions.append(f"{key} {participant.version}")
    if OWN in missing:
        raise SystemExit(f"Wengert cannot be imported: {missing[OWN]}")
    circumstances = {
        "machine": machine(plan.threads, versions),
        "threads": plan.threads,
        "repeats": plan.repeats,
        "limit": plan.limit,
        "budget": plan.budget,
        "data": plan.data is not None,
    }
    return Record(circumstances, [key for key in keys if key not in missing], missing=missing)


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    main()
