"""LLVM: from the text of a module to object code for this machine. The one file that imports llvmlite.

It does so when it is first asked for something: a program whose object code is in the cache never loads LLVM.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

__all__ = ["JITLoaded", "LinkError", "MachineError", "Optimised", "load_object", "optimised"]

# llvmlite locks each of its calls; this lock makes one compilation of several calls one step, so that two threads
# share a target machine without knowing of each other.
_LOCK = threading.RLock()


class MachineError(Exception):
    """The compiler wrote what LLVM does not take: a fault of this library, never of its user."""


class LinkError(MachineError):
    """Object code that cannot be brought into memory: a function that it calls is not to be found, for example."""


@dataclass(frozen=True)
class Optimised:
    """A compiled module: its object code, and on request what LLVM made of it on the way.

    The texts are made by compiling once more: nobody reads them but a person, and a module kept for it would cost
    every compilation.
    """

    object: bytes
    source: str
    level: int = 3
    vectorize: bool = True

    def ir(self) -> str:
        """The module as LLVM's optimiser left it."""
        with _LOCK, _module(self.source) as module:
            _optimise(module, self.level, self.vectorize)
            return str(module)

    def assembly(self) -> str:
        """The assembly that the object code was made of."""
        with _LOCK, _module(self.source) as module:
            _optimise(module, self.level, self.vectorize)
            return str(_target().emit_assembly(module))


def optimised(ir: str, level: int = 3, vectorize: bool = True) -> Optimised:
    """Compile the text of an LLVM module to position-independent object code for this machine.

    Parameters
    ----------
    ir
        The module. Its target triple and data layout are set here, whatever it says.
    level
        How far LLVM optimises, 0 to 3. Instructions are always selected at level 3.
    vectorize
        Whether loops become vector code.

    Raises
    ------
    MachineError
        The text is no module; the message shows the line.
    """
    with _LOCK, _module(ir) as module:
        _optimise(module, level, vectorize)
        return Optimised(_target().emit_object(module), ir, level, vectorize)


@cache
def _llvm() -> Any:
    """llvmlite's binding, ready for the machine it runs on."""
    with _LOCK:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        return llvm


@cache
def _target() -> Any:
    """The host, with all that its processor can do."""
    with _LOCK:
        llvm = _llvm()
        return llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
            cpu=llvm.get_host_cpu_name(),
            features=llvm.get_host_cpu_features().flatten(),
            opt=3,
            reloc="pic",
            codemodel="small",
        )


@cache
def _data_layout() -> str:
    return str(_target().target_data)


def _module(ir: str) -> Any:
    """The parsed and verified module, in a context of its own: types and names of one compilation stay in it."""
    llvm, target = _llvm(), _target()
    try:
        module = llvm.parse_assembly(ir, llvm.create_context())
    except RuntimeError as error:
        raise MachineError(str(error)) from None  # with the line, and a mark below it
    module.triple = target.triple
    module.data_layout = _data_layout()
    try:
        _verify(module)
    except MachineError:
        module.close()
        raise
    return module


def _verify(module: Any) -> None:
    try:
        module.verify()
    except RuntimeError as error:
        raise MachineError(str(error)) from None


def _optimise(module: Any, level: int, vectorize: bool) -> None:
    llvm = _llvm()
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = vectorize
    options.slp_vectorization = False  # LLVM 22's gave uses before definitions; nothing of ours was faster by it
    options.loop_interleaving = vectorize
    options.loop_unrolling = level > 0
    with llvm.create_pass_builder(_target(), options) as builder:
        builder.getModulePassManager().run(module, builder)
    _verify(module)  # selecting instructions for an invalid module ends the process


_NUMBERS = count()


@cache
def _jit() -> Any:
    return _llvm().create_lljit_compiler(_target(), use_jit_link=False, suppress_errors=True)


class JITLoaded:
    """Object code in memory, put there by LLVM."""

    def __init__(self, tracker: Any) -> None:
        self._tracker = tracker

    def address(self, name: str) -> int:
        """Where a function begins."""
        try:
            return int(self._tracker[name])
        except KeyError:
            raise LinkError(f"the compiled code has no {name}") from None


def load_object(
    code: bytes, defined: Iterable[str], undefined: Iterable[str], resolve: Callable[[str], int | None]
) -> JITLoaded:
    """Put object code of any format that LLVM knows into memory.

    Parameters
    ----------
    code
        The object file.
    defined, undefined
        The names of its functions that may be asked for, and those that it takes from elsewhere.
    resolve
        The addresses of the latter. What it does not know is looked for in this process.
    """
    with _LOCK:
        llvm = _llvm()
        builder = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
        missing = []
        for name in undefined:
            address = resolve(name)
            if address is None:
                missing.append(name)
            else:
                builder.import_symbol(name, address)
        for name in defined:
            builder.export_symbol(name)
        library = f"wengert.{next(_NUMBERS)}"
        try:
            return JITLoaded(builder.link(_jit(), library))
        except RuntimeError as error:
            hint = f"; nowhere on this machine: {', '.join(missing)}" if missing else ""
            raise LinkError(f"{error}{hint}") from None
