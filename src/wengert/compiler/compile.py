"""``compile``: a function as machine code. The compiler is imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

__all__ = ["compile"]


def compile(
    function: Callable[..., Any] | None = None,
    *,
    static_argnums: int | Sequence[int] = (),
    off: Collection[str] = (),
) -> Any:
    """A function like ``function``, as machine code.

    The function is traced when it is called with arguments of new shapes or dtypes: it runs once, on placeholders, and
    what it does with them becomes a program, which is compiled. Python's own control flow may depend on values: the
    program then holds for the way that was taken, with a guard at each decision, and other ways are compiled when they
    are met. So it is with ``float(x)``, ``int(x)``, ``x.item()`` and ``x.tolist()``, and where NumPy asks for integers
    or booleans (``a[x > 0]`` of a NumPy array ``a``). What else Python does, such as printing, it does when the
    function is traced. Arrays that the function captured are read anew at each call, and derivatives flow to them;
    other captured values are watched. Where the function cannot be compiled it runs eagerly, with one warning that says
    why.

    Parameters
    ----------
    function : callable
        Takes and returns arrays, numbers, or containers of them; NumPy arrays come out as arrays of this library. It
        must not write into its arguments or into what it captured. Left out, the result is a decorator.
    static_argnums : int or sequence of int
        Positional arguments that the function is specialised on by value; they must be hashable. So are all arguments
        that are neither arrays nor numbers.
    off : collection of str
        Stages of the compiler to leave out, to find the one at fault: see ``wengert.compiler.stages.stage_names``.

    Returns
    -------
    A :class:`Compiled` function, which takes part in all transforms. ``lower(*args)`` shows what the compiler makes of
    it, ``cache_info()`` what it holds.

    Raises
    ------
    DTypeError, TreeError, GraphError
        When it is called, if the function cannot be traced.

    Examples
    --------
    >>> import wengert as wg
    >>> @wg.compile
    ... def f(x):
    ...     b = x * 2
    ...     while wg.linalg.norm(b) < 1000:
    ...         b = b * 2
    ...     return wg.sum(b)
    >>> f(wg.array([1.0, 2.0]))
    Array(1536.)
    >>> wg.grad(f)(wg.array([1.0, 2.0]))
    Array([512., 512.])
    """
    from .compiled import Compiled

    if function is None:
        return partial(Compiled, static_argnums=static_argnums, off=off)
    return Compiled(function, static_argnums, off)
