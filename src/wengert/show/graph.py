"""``draw``: a program, a tape or recorded arrays as a graph."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from ..core.program import Program
from ..eager.array import Array
from ..eager.record import Tape, program_of

if TYPE_CHECKING:
    from .drawing import Drawing

__all__ = ["draw"]


def draw(what: Program | Tape | Array | Sequence[Array], path: str | PathLike[str] | None = None) -> Drawing:
    """A program as a graph: a box for each input and equation, a line for each variable that an equation reads.

    The boxes say what the program's text says, with the same names of variables. Inputs are blue, what is returned
    is orange, captured arrays are dashed.

    Parameters
    ----------
    what : Program, Tape, Array, or sequence of Array
        A traced function, a tape, or arrays that were recorded: of these what led to them.
    path : str or path, optional
        Save the picture there as well: ``.svg``, or ``.png`` and ``.pdf`` through matplotlib.

    Returns
    -------
    Drawing
        Shown by a notebook; ``save(path)`` writes it, ``svg`` is its text.

    Raises
    ------
    TypeError
        If it is none of these.
    GraphError
        If an array was not recorded.

    Examples
    --------
    >>> import wengert as wg
    >>> x = wg.arange(4.0, requires_grad=True)
    >>> wg.draw(2 * wg.dot(x, x))
    <drawing of 4 nodes and 4 lines: show it in a notebook, or save(path)>
    """
    from .drawing import drawing_of  # only now: it would take a tenth of the time of ``import wengert``

    drawing = drawing_of(_program(what))
    if path is not None:
        drawing.save(path)
    return drawing


def _program(what: Any) -> Program:
    if isinstance(what, Program):
        return what
    if isinstance(what, Tape):
        return what.program()
    if isinstance(what, Array):
        return program_of(what)
    if isinstance(what, (tuple, list)) and what and all(isinstance(x, Array) for x in what):
        return program_of(*what)
    advice = "; trace it first: wg.draw(wg.trace(f)(x))" if callable(what) else ""
    raise TypeError(f"draw takes a program, a tape or recorded arrays, not {type(what).__name__}{advice}")
