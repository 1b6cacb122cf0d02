"""Which names an object file defines and which it takes from elsewhere, in each of the three formats."""

from __future__ import annotations

import struct

__all__ = ["names"]


def names(code: bytes) -> tuple[list[str], list[str]]:
    """The global names that an object file defines, and those that it needs.

    Raises
    ------
    ValueError
        It is in none of the formats ELF, Mach-O and COFF, of 64 bits.
    """
    if code[:6] == b"\x7fELF\x02\x01":
        return _elf(code)
    if code[:4] == b"\xcf\xfa\xed\xfe":
        return _mach_o(code)
    if code[:2] in {b"\x64\x86", b"\x64\xaa"}:
        return _coff(code)
    raise ValueError("of no known format")


def _text(table: bytes, start: int) -> str:
    return table[start : table.index(b"\0", start)].decode()


def _elf(code: bytes) -> tuple[list[str], list[str]]:
    defined: list[str] = []
    undefined: list[str] = []
    start, *_, count, _ = struct.unpack_from("<QIHHHHHH", code, 40)
    sections = list(struct.iter_unpack("<IIQQQQIIQQ", code[start : start + 64 * count]))
    for _, kind, _, _, offset, size, link, *_ in sections:
        if kind != 2:  # a symbol table
            continue
        strings = code[sections[link][4] : sections[link][4] + sections[link][5]]
        for name, info, _, section, _, _ in struct.iter_unpack("<IBBHQQ", code[offset : offset + size]):
            if info >> 4:  # not local
                (defined if section else undefined).append(_text(strings, name))
    return defined, undefined


def _mach_o(code: bytes) -> tuple[list[str], list[str]]:
    defined: list[str] = []
    undefined: list[str] = []
    (commands,) = struct.unpack_from("<I", code, 16)
    position = 32
    for _ in range(commands):
        command, size = struct.unpack_from("<II", code, position)
        if command == 2:  # the symbol table
            at, count, strings_at, strings_size = struct.unpack_from("<IIII", code, position + 8)
            strings = code[strings_at : strings_at + strings_size]
            for name, kind, section, _, _ in struct.iter_unpack("<IBBHQ", code[at : at + 16 * count]):
                if kind & 1 and not kind & 0xE0:  # not local, not for a debugger
                    # C's names carry an underscore there, which LLVM adds itself.
                    (defined if section else undefined).append(_text(strings, name).removeprefix("_"))
        position += size
    return defined, undefined


def _coff(code: bytes) -> tuple[list[str], list[str]]:
    defined: list[str] = []
    undefined: list[str] = []
    at, count = struct.unpack_from("<II", code, 8)
    strings = code[at + 18 * count :]
    skip = 0
    for name, _, section, _, storage, further in struct.iter_unpack("<8sIhHBB", code[at : at + 18 * count]):
        if skip:
            skip -= 1
            continue
        skip = further
        if storage == 2:  # not local
            zeros, offset = struct.unpack("<II", name)
            text = name.rstrip(b"\0").decode() if zeros else _text(strings, offset)
            (defined if section else undefined).append(text)
    return defined, undefined
