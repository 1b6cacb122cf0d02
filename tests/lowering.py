"""Functions compiled for some arguments, compared with what they give eagerly."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import wengert as wg
from wengert.compiler.lowering.module import Lowered, lowered
from wengert.compiler.lowering.plan_text import plan_text
from wengert.compiler.native.executable import Executable
from wengert.compiler.simplify import simplified


def program_of(function: Callable[..., Any], *args: Any) -> Any:
    """The function's program, simplified."""
    return simplified(wg.trace(function)(*args))


def lowered_of(function: Callable[..., Any], *args: Any) -> Lowered:
    """Its module."""
    return lowered(program_of(function, *args))


def plan_of(function: Callable[..., Any], *args: Any) -> str:
    """What runs in which order."""
    return plan_text(lowered_of(function, *args))


def same(function: Callable[..., Any], *args: Any, off: Sequence[str] = (), tolerance: float = 1e-13) -> None:
    """The compiled function gives what it gives eagerly, in shape and dtype too."""
    traced = wg.trace(function)(*args)
    expected = [np.asarray(x) for x in traced.evaluate(*args)]
    for found, wanted in zip(Executable(traced, off)(args), expected, strict=True):
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
        np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)
