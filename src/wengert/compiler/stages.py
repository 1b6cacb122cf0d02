"""The compiler's stages by name, and what each makes of a program, as text."""

from __future__ import annotations

from collections.abc import Collection

from ..core.errors import DTypeError
from ..core.program import Program
from .native import machine
from .native.executable import Executable

__all__ = ["Stages", "check_stages", "stage_names"]


def stage_names() -> tuple[str, ...]:
    """The stages that can be left out, by ``compile(..., off=...)``: those of the simplifier, then of the lowering."""
    from .lowering.module import LOWERING_STAGES
    from .simplify import STAGES

    return (*STAGES, *LOWERING_STAGES)


def check_stages(off: Collection[str]) -> tuple[str, ...]:
    """The names, checked."""
    names = (off,) if isinstance(off, str) else tuple(off)
    for name in names:
        if name not in stage_names():
            raise DTypeError(f"no stage is called {name!r}; there are {', '.join(stage_names())}")
    return names


class Stages:
    """What the compiler made of a function, stage by stage; printing it shows all of them.

    Attributes
    ----------
    program, simplified : Program
        As traced, and after the simplifier.
    """

    def __init__(self, executable: Executable) -> None:
        self._executable = executable
        self.program: Program = executable.program
        self.simplified: Program = executable.simplified

    @property
    def fused(self) -> str:
        """Which equations share a loop, which live in registers, and which are called out to NumPy."""
        from .lowering.plan_text import plan_text

        return plan_text(self._executable.lowered)

    @property
    def called_out(self) -> tuple[str, ...]:
        """The primitives that are evaluated by NumPy, in the order of the program."""
        return tuple(c.equation.primitive.name for c in self._executable.lowered.callouts)

    @property
    def llvm(self) -> str:
        """The module of LLVM IR, before LLVM optimises it."""
        return self._executable.lowered.ir

    @property
    def optimised(self) -> str:
        """The module as LLVM left it."""
        return machine.optimised(self.llvm).ir()

    @property
    def assembly(self) -> str:
        """The assembly of this machine."""
        return machine.optimised(self.llvm).assembly()

    def __str__(self) -> str:
        parts = {
            "program": str(self.program),
            "simplified": str(self.simplified),
            "fused": self.fused,
            "llvm": self.llvm,
            "assembly": self.assembly,
        }
        return "\n\n".join(f"{name}\n{'-' * len(name)}\n{text.strip()}" for name, text in parts.items()) + "\n"

    def __repr__(self) -> str:
        return f"<stages of {len(self.program.equations)} equation(s): program, simplified, fused, llvm, assembly>"
