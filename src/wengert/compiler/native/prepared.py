"""Object code for a program: from the store, or compiled and stored.

The store is asked twice. Under the program as it was traced it has the code with all that is needed to run it, so that
neither the simplifier nor the lowering need run, nor be imported; under the module of LLVM IR, the code alone, which
programs share that are traced differently and come out the same.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.program import Program
from . import machine, settings, symbols
from .calling import layout_is_known
from .identity import identity
from .store import Store, host, key_of

if TYPE_CHECKING:
    from ..lowering.callout import CallOut
    from ..lowering.module import Lowered

__all__ = ["Prepared", "compiled_again", "lowering_of", "prepared"]


@dataclass(frozen=True)
class Prepared:
    """Object code, and what its caller must provide."""

    code: bytes
    outputs: tuple[tuple[tuple[int, ...], str], ...]
    """Shapes and dtypes of the results."""
    arena: int
    constants: tuple[np.ndarray[Any, Any], ...]
    callouts: Sequence[CallOut]
    from_store: bool


def prepared(program: Program, off: Collection[str]) -> Prepared:
    """Object code for a program."""
    store = Store()
    key = _key(program, off)
    if key is not None:
        found = _loaded(store.get(key))
        if found is not None:
            return found
    lowered = lowering_of(program, off)[1]
    from_store, code = _object_code(store, lowered.ir)
    outputs = tuple((t.shape, np.dtype(t.dtype).str) for t in lowered.outputs)
    constants = tuple(_contiguous(value) for value in lowered.constants.values())
    made = Prepared(code, outputs, lowered.arena, constants, lowered.callouts, from_store)
    if key is not None and not lowered.callouts and sum(c.nbytes for c in constants) < _LARGE:
        store.put(key, pickle.dumps((code, outputs, lowered.arena, constants)))
    return made


def compiled_again(program: Program, off: Collection[str]) -> Prepared:
    """Object code for a program of which the stored code could not be used."""
    lowered = lowering_of(program, off)[1]
    outputs = tuple((t.shape, np.dtype(t.dtype).str) for t in lowered.outputs)
    constants = tuple(_contiguous(value) for value in lowered.constants.values())
    code = machine.optimised(lowered.ir).object
    Store().put(key_of(lowered.ir, host()), code)
    return Prepared(code, outputs, lowered.arena, constants, lowered.callouts, False)


_LARGE = 1 << 20
"""Constants of so many bytes are not stored with the code."""


def lowering_of(program: Program, off: Collection[str]) -> tuple[Program, Lowered]:
    """The simplified program and its module."""
    from ..lowering.module import lowered
    from ..simplify import STAGES, simplified

    simple = simplified(program, [name for name in off if name in STAGES])
    return simple, lowered(simple, off)


def _key(program: Program, off: Collection[str]) -> str | None:
    """The key of a program, and of everything that decides what code it becomes."""
    text = identity(program)
    if text is None:
        return None
    surroundings = (sorted(off), symbols.threads(), settings.vector_math(), layout_is_known())
    return key_of("program", text, repr(surroundings), host())


def _loaded(payload: bytes | None) -> Prepared | None:
    if payload is None:
        return None
    code, outputs, arena, constants = pickle.loads(payload)
    return Prepared(code, outputs, arena, constants, (), True)


def _object_code(store: Store, ir: str) -> tuple[bool, bytes]:
    key = key_of(ir, host())
    found = store.get(key)
    if found is not None:
        return True, found
    code = machine.optimised(ir).object
    store.put(key, code)
    return False, code


def _contiguous(constant: Any) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(constant).reshape(np.shape(constant))
