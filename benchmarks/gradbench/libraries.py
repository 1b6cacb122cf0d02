"""The libraries that are compared, and how each is set up: in double precision, with so many threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.gradbench.timing import finished

Wait = Callable[[Any], Any]


@dataclass(frozen=True)
class Library:
    key: str
    name: str
    folder: str
    """The folder of its problems, a module each."""
    set_up: Callable[[Any, int], Wait] = lambda module, threads: finished
    """Called with the library's module before anything else; gives what waits for a result."""

    def has(self, problem: str) -> bool:
        """Whether the problem has been written in it."""
        return (Path(__file__).parent / self.folder / f"{problem}.py").exists()

    def module(self, problem: str) -> str:
        return ".".join(filter(None, ("benchmarks.gradbench", self.folder, problem)))

    def start(self, threads: int) -> tuple[Wait, str]:
        """Import it; how to wait for its results, and its version."""
        wait = self.set_up(import_module(self.key), threads)
        try:
            return wait, version(self.key)
        except PackageNotFoundError:  # imported from its source folder
            return wait, "(source tree)"


def _jax(jax: Any, threads: int) -> Wait:
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    return jax.block_until_ready


def _torch(torch: Any, threads: int) -> Wait:
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(threads)
    return finished


LIBRARIES: dict[str, Library] = {
    library.key: library
    for library in (
        Library("wengert", "Wengert", ""),
        Library("jax", "JAX", "in_jax", _jax),
        Library("torch", "PyTorch", "in_torch", _torch),
    )
}
