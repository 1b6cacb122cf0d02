"""All tables together."""

from collections.abc import Iterator

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
