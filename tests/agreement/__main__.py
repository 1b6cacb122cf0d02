"""``python -m tests.agreement``: how many operations and inputs agree with PyTorch, and the largest differences.

``--write`` renews the tables of docs/agreement-with-pytorch.md. Other arguments choose the operations by name.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from . import page, tables
from .operation import COMPARED, Agreement, Disagreement, compare

PAGE = Path(__file__).parents[2] / "docs" / "agreement-with-pytorch.md"


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        PAGE.write_text(page.renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    torch.set_num_threads(1)
    agreements: list[Agreement] = []
    disagreeing = 0
    print(f"{'operation':24}{'inputs':>8}" + "".join(f"{c:>19}" for c in COMPARED))
    for operation in tables.operations():
        if arguments and operation.name not in arguments:
            continue
        try:
            found = compare(operation)
        except Disagreement as error:
            disagreeing += 1
            print(error)
            continue
        agreements.append(found)
        print(f"{operation.name:24}{found.inputs:8}" + "".join(f"{found.largest[c]:19.1e}" for c in COMPARED))
    inputs = sum(a.inputs for a in agreements)
    print(
        f"{len(agreements)} operations agree with PyTorch {torch.__version__} on {inputs} inputs; {disagreeing} do not"
    )
    for c in COMPARED:
        print(f"largest relative difference of a {c}: {max((a.largest[c] for a in agreements), default=0):.1e}")
    return bool(disagreeing)


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        sys.exit(main(sys.argv[1:]))
