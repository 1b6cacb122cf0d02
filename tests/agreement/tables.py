"""All tables together."""

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

FAMILIES = (
    elementwise,
    special,
    reductions,
    shaping,
    joining,
    indexing,
    contraction,
    linalg,
    fourier,
    windows,
    programs,
)
OPERATIONS = [operation for family in FAMILIES for operation in family.OPERATIONS]


def exists(operation: Operation) -> bool:
    """TODO: remove when every family is merged; then a name that is missing is an error."""
    try:
        attrgetter(operation.name)(wg)
    except AttributeError:
        return False
    return True
