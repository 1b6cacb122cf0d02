"""All tables together."""

from collections.abc import Iterator
from operator import attrgetter

import wengert as wg

from . import (
    contraction,
    elementwise,
    fourier,
    indexing,
    joining,
    linalg,
    programs,
    reductions,
    shaping,
    special,
    windows,
)
from .operation import Operation

FAMILIES = {
    "Elementwise": elementwise.OPERATIONS,
    "Special functions": special.OPERATIONS,
    "Along axes": reductions.OPERATIONS,
    "Shapes and places": shaping.OPERATIONS,
    "Joining and making": joining.OPERATIONS,
    "Indexing and writing": indexing.OPERATIONS,
    "Products": contraction.OPERATIONS,
    "Linear algebra": linalg.OPERATIONS,
    "Fourier transforms": fourier.OPERATIONS,
    "Convolution and pooling": windows.OPERATIONS,
    "Control flow and transforms": programs.OPERATIONS,
}


def operations() -> Iterator[Operation]:
    for family in FAMILIES.values():
        yield from family


def exists(name: str) -> bool:
    """Whether there is a public function of this name yet. TODO: remove it when every family has been merged."""
    try:
        attrgetter(name)(wg)
    except AttributeError:
        return False
    return True
