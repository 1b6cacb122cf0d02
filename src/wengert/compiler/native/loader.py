"""From object code to callable addresses.

Code for x86-64 Linux is put into memory here, so that a process that finds its code in the cache needs no LLVM (whose
import alone takes longer than a first call should). What this loader does not know goes to LLVM's.

One mapping holds everything, in three parts on pages of their own: code with the stubs to functions far away, what is
only read with the table of far addresses, and what is written to. No page is ever writable and executable at once.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import struct
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple, Protocol

from . import machine
from .machine import LinkError
from .objectfile import names

__all__ = ["LinkError", "Loaded", "load"]

Resolve = Callable[[str], int | None]


class Loaded(Protocol):
    """Code in memory, for as long as this object lives: whoever keeps an address keeps this as well."""

    def address(self, name: str) -> int:
        """Where a function begins."""


def load(code: bytes, resolve: Resolve) -> Loaded:
    """Bring object code into memory.

    Parameters
    ----------
    code
        A relocatable object file for this machine.
    resolve
        The address of a function or variable that the code takes from elsewhere; None if there is none.

    Raises
    ------
    LinkError
        Something that the code needs is not there, or it is no object code.
    """
    try:
        if _ours(code):
            try:
                return _Mapped(_Object(code), resolve)
            except _UnknownError:
                pass
        defined, undefined = names(code)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
        raise LinkError(f"not an object file that can be read: {error}") from None
    return machine.load_object(code, defined, undefined, resolve)


class _UnknownError(Exception):
    """Sound, perhaps, but more than this loader knows."""


_HEADER = b"\x7fELF\x02\x01\x01"
_RELOCATABLE, _X86_64 = 1, 62


@cache
def _host_is_ours() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64" and sys.maxsize > 2**32


def _ours(code: bytes) -> bool:
    return _host_is_ours() and code[:7] == _HEADER and struct.unpack_from("<HH", code, 16) == (_RELOCATABLE, _X86_64)


# The numbers are those of the System V ABI, its supplement for x86-64.
_PROGBITS, _SYMTAB, _RELA, _NOTE, _NOBITS, _REL, _SYMTAB_SHNDX, _UNWIND = 1, 2, 4, 7, 8, 9, 18, 0x70000001
_WRITE, _ALLOC, _EXECUTE, _TLS = 1, 2, 4, 0x400
_ABSOLUTE = 0xFFF1
_PLAIN_SYMBOLS = {0, 1, 2, 3, 4}  # no type, data, function, section, file

# Relocations: what is to be written, and how.
_R_64, _R_PC32, _R_PLT32, _R_GOTPCREL, _R_PC64, _R_GOTPCRELX, _R_REX_GOTPCRELX = 1, 2, 4, 9, 24, 41, 42
_THROUGH_TABLE = {_R_GOTPCREL, _R_GOTPCRELX, _R_REX_GOTPCRELX}
_REACH = 2**31  # of a distance

# A call to a function that may be out of reach goes to a stub, which jumps to the address in the table.
_STUB = b"\xff\x25"  # jmp [rip + distance]
_STUB_SIZE = 8

_CODE, _CONSTANTS, _VARIABLES = range(3)
# In the order in which they lie in memory, and what each may be used for. (The module exists on every system, its
# constants do not.)
_PARTS = {
    _CODE: getattr(mmap, "PROT_READ", 0) | getattr(mmap, "PROT_EXEC", 0),
    _CONSTANTS: getattr(mmap, "PROT_READ", 0),
    _VARIABLES: getattr(mmap, "PROT_READ", 0) | getattr(mmap, "PROT_WRITE", 0),
}


class _Section(NamedTuple):
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    name: str


class _Symbol(NamedTuple):
    name: str
    kind: int
    section: int
    value: int


class _Relocation(NamedTuple):
    section: int
    offset: int
    kind: int
    symbol: int
    addend: int


def _text(table: bytes, start: int) -> str:
    return table[start : table.index(b"\0", start)].decode()


class _Object:
    """An ELF object file, read."""

    def __init__(self, code: bytes) -> None:
        self.code = code
        start, *_, count, names_at = struct.unpack_from("<QIHHHHHH", code, 40)
        headers = [
            _Section(kind, flags, offset, size, link, info, max(align, 1), str(name))
            for name, kind, flags, _, offset, size, link, info, align, _ in struct.iter_unpack(
                "<IIQQQQIIQQ", code[start : start + 64 * count]
            )
        ]
        if any(s.kind != _NOBITS and s.offset + s.size > len(code) for s in headers) or len(headers) != count:
            raise ValueError("it ends before its last section")
        section_names = self._bytes(headers[names_at])
        self.sections = [s._replace(name=_text(section_names, int(s.name))) for s in headers]
        tables = [s for s in self.sections if s.kind == _SYMTAB]
        if len(tables) != 1:
            raise _UnknownError("symbol tables")
        strings = self._bytes(self.sections[tables[0].link])
        self.symbols = [
            _Symbol(_text(strings, name), info & 15, section, value)
            for name, info, _, section, value, _ in struct.iter_unpack("<IBBHQQ", self._bytes(tables[0]))
        ]
        self.loaded = [i for i, section in enumerate(self.sections) if self._is_loaded(section)]

    def _bytes(self, section: _Section) -> bytes:
        return self.code[section.offset : section.offset + section.size]

    def contents(self, index: int) -> bytes:
        """What a section holds at first; nothing where it is all zeros."""
        section = self.sections[index]
        return b"" if section.kind == _NOBITS else self._bytes(section)

    @staticmethod
    def _is_loaded(section: _Section) -> bool:
        both = section.flags & _WRITE and section.flags & _EXECUTE
        if section.kind in {_REL, _SYMTAB_SHNDX} or section.flags & _TLS or both:
            raise _UnknownError(f"section {section.name}")
        # Tables for unwinding the stack: no exception ever passes through this code.
        if not section.flags & _ALLOC or section.kind in {_UNWIND, _NOTE} or section.name == ".eh_frame":
            return False
        if section.kind not in {_PROGBITS, _NOBITS} or section.align > mmap.PAGESIZE:
            raise _UnknownError(f"section {section.name}")
        return True

    def relocations(self) -> Iterator[_Relocation]:
        """What is still to be filled in, of the sections that are loaded."""
        loaded = set(self.loaded)
        for section in self.sections:
            if section.kind == _RELA and section.info in loaded:
                for offset, info, addend in struct.iter_unpack("<QQq", self._bytes(section)):
                    yield _Relocation(section.info, offset, info & 0xFFFFFFFF, info >> 32, addend)


def _aligned(offset: int, align: int) -> int:
    return -(-offset // align) * align


class _Layout:
    """Where everything goes in the mapping: sections, stubs and the table of addresses, as offsets from its start."""

    def __init__(self, file: _Object, relocations: list[_Relocation]) -> None:
        used = sorted({r.symbol for r in relocations})
        external = [i for i in used if i and file.symbols[i].section == 0]
        through_table = {r.symbol for r in relocations if r.kind in _THROUGH_TABLE}
        self.used = used
        self.sections: dict[int, int] = {}
        self.stubs: dict[int, int] = {}
        self.table: dict[int, int] = {}
        self.spans: list[tuple[int, int]] = []
        end = 0
        for part in _PARTS:
            start = end = _aligned(end, mmap.PAGESIZE)
            for index in file.loaded:
                section = file.sections[index]
                if _part(section) == part:
                    self.sections[index] = end = _aligned(end, section.align)
                    end += section.size
            if part == _CODE:
                end = self._place(self.stubs, external, end, _STUB_SIZE)
            elif part == _CONSTANTS:
                end = self._place(self.table, sorted(through_table.union(external)), end, 8)
            self.spans.append((start, end))
        self.size = max(_aligned(end, mmap.PAGESIZE), mmap.PAGESIZE)

    @staticmethod
    def _place(places: dict[int, int], symbols: list[int], end: int, size: int) -> int:
        start = _aligned(end, size)
        places.update((symbol, start + size * i) for i, symbol in enumerate(symbols))
        return start + size * len(symbols)


class _Mapped:
    """An object file in memory."""

    def __init__(self, file: _Object, resolve: Resolve) -> None:
        relocations = list(file.relocations())
        layout = _Layout(file, relocations)
        # Private: a forked process has variables of its own.
        self._memory = mmap.mmap(-1, layout.size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._base = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        for index, offset in layout.sections.items():
            contents = file.contents(index)
            self._memory[offset : offset + len(contents)] = contents
        addresses = {number: self._target(file, layout, number, resolve) for number in layout.used}
        for number, place in layout.table.items():
            struct.pack_into("<Q", self._memory, place, addresses[number])
        for number, place in layout.stubs.items():
            self._memory[place : place + len(_STUB)] = _STUB
            struct.pack_into("<i", self._memory, place + 2, layout.table[number] - (place + 6))
        for relocation in relocations:
            self._fill(layout, relocation, addresses[relocation.symbol])
        for (start, end), protection in zip(layout.spans, _PARTS.values(), strict=True):
            if end > start:
                _protect(self._base + start, _aligned(end - start, mmap.PAGESIZE), protection)
        self._addresses = {
            symbol.name: self._base + layout.sections[symbol.section] + symbol.value
            for symbol in file.symbols
            if symbol.name and symbol.section in layout.sections
        }

    def address(self, name: str) -> int:
        """Where a function begins."""
        try:
            return self._addresses[name]
        except KeyError:
            raise LinkError(f"the compiled code has no {name}") from None

    def _target(self, file: _Object, layout: _Layout, number: int, resolve: Resolve) -> int:
        """The address that a symbol stands for."""
        symbol = file.symbols[number]
        if number == 0:
            return 0
        if symbol.kind not in _PLAIN_SYMBOLS:
            raise _UnknownError(f"symbol {symbol.name}")
        if symbol.section == 0:
            found = resolve(symbol.name)
            if found is None:
                raise LinkError(f"compiled code needs {symbol.name}, which is nowhere on this machine")
            return found
        if symbol.section == _ABSOLUTE:
            return symbol.value
        if symbol.section not in layout.sections:
            raise _UnknownError(f"symbol {symbol.name}")
        return self._base + layout.sections[symbol.section] + symbol.value

    def _fill(self, layout: _Layout, relocation: _Relocation, target: int) -> None:
        """Write an address or a distance where the code leaves room for it."""
        section, offset, kind, symbol, addend = relocation
        place = layout.sections[section] + offset
        here = self._base + place
        if kind == _R_64:
            form, value = "<Q", (target + addend) % 2**64
        elif kind == _R_PC64:
            form, value = "<q", target + addend - here
        elif kind in {_R_PC32, _R_PLT32}:
            form, value = "<i", target + addend - here
            if not -_REACH <= value < _REACH and kind == _R_PLT32 and symbol in layout.stubs:
                value = layout.stubs[symbol] + addend - place
            elif not -_REACH <= value < _REACH:
                raise _UnknownError("a variable far away")
        elif kind in _THROUGH_TABLE:
            form, value = "<i", layout.table[symbol] + addend - place
        else:
            raise _UnknownError(f"relocation {kind}")
        struct.pack_into(form, self._memory, place, value)


def _part(section: _Section) -> int:
    """The part of the mapping that a section goes to."""
    if section.flags & _EXECUTE:
        return _CODE
    # Constants that hold addresses are only written to until they do.
    return _VARIABLES if section.flags & _WRITE and not section.name.startswith(".data.rel.ro") else _CONSTANTS


@cache
def _mprotect() -> Callable[[int, int, int], int]:
    function = ctypes.CDLL(None, use_errno=True).mprotect
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    function.restype = ctypes.c_int
    return function


def _protect(start: int, size: int, protection: int) -> None:
    if _mprotect()(start, size, protection) != 0:
        number = ctypes.get_errno()
        raise LinkError(f"this system does not let memory become code: {os.strerror(number)}")
