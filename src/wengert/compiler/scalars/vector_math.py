"""Vector versions of the math functions: glibc's libmvec, by the names of the x86-64 vector function ABI.

Where a call of ``sin`` stands in a loop that LLVM vectorises, an attribute of the call says which function takes
four arguments at once. All of these were held against NumPy and the C library: they are within 4 ulp, of subnormal and
huge arguments too, and right about zeros with their signs, infinities and NaN, alone among ordinary lanes or together.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["ARITY", "variants"]

ARITY = {
    **dict.fromkeys(
        ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"), 1
    ),
    **dict.fromkeys(("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "erf", "erfc"), 1),
    **dict.fromkeys(("atan2", "hypot", "pow"), 2),
}
"""The functions of libmvec and their numbers of arguments; before glibc 2.35 it had sin, cos, exp, log and pow only."""

# The letter of the instruction set, and the bytes of its registers; one that has a wider one has the narrower ones too.
_REGISTERS = {"b": 16, "d": 32, "e": 64}


def variants(name: str, itemsize: int, isa: str | None, has: Callable[[str], bool]) -> list[tuple[str, int]]:
    """Symbols and numbers of lanes of the vector versions of a function, the widest first.

    Narrower ones are given too: a loop over numbers of several sizes has as many lanes as the widest number allows.

    Parameters
    ----------
    name
        As in C, for float64.
    itemsize
        Bytes of an argument: 8, or 4 for float32.
    isa
        ``"b"`` (SSE), ``"d"`` (AVX2), ``"e"`` (AVX-512), or None for none.
    has
        Whether the machine's libmvec has a symbol.
    """
    arity = ARITY.get(name)
    if isa is None or arity is None:
        return []
    found = []
    for letter, size in reversed(_REGISTERS.items()):
        lanes = size // itemsize
        symbol = f"_ZGV{letter}N{lanes}{'v' * arity}_{name}{'f' if itemsize == 4 else ''}"
        if letter <= isa and has(symbol):
            found.append((symbol, lanes))
    return found
