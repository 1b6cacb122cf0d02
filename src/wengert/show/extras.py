"""Libraries that only some features need: asked for where they are used, with a word on how to get them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["needs"]


@contextmanager
def needs(what: str, library: str, extra: str) -> Iterator[None]:
    """A scope for imports of an optional library: where it is missing, the error says how to install it.

    Parameters
    ----------
    what
        The feature that needs the library, as the error names it.
    library
        The library's name.
    extra
        The extra of this package that installs it.

    Raises
    ------
    ModuleNotFoundError
        If the library is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        message = f'{what} needs {library}, which is not installed: pip install "wengert[{extra}]"'
        raise ModuleNotFoundError(message, name=error.name) from None
