"""Why some of NumPy's functions have no namesake here: for the table of docs/numpy-functions.md, and for errors."""

from __future__ import annotations

__all__ = ["ABSENT"]

_FILE = "it writes numbers to a file, which no derivative follows"
_CALENDAR = "it is about dates, and arrays here hold numbers"
_MEMORY = "it asks about memory, which an array shows to nobody"
_TEXT = "it makes text, of the values alone: it works as it is"
_PLAN = "it plans a contraction without computing it; give it x.detach()"

ABSENT = {
    "numpy.array2string": _TEXT,
    "numpy.array_repr": _TEXT,
    "numpy.array_str": _TEXT,
    "numpy.busday_count": _CALENDAR,
    "numpy.busday_offset": _CALENDAR,
    "numpy.datetime_as_string": _CALENDAR,
    "numpy.einsum_path": _PLAN,
    "numpy.is_busday": _CALENDAR,
    "numpy.isnat": _CALENDAR,
    "numpy.may_share_memory": _MEMORY,
    "numpy.save": _FILE,
    "numpy.savetxt": _FILE,
    "numpy.savez": _FILE,
    "numpy.savez_compressed": _FILE,
    "numpy.shares_memory": _MEMORY,
}
"""The reasons, by the functions' full names."""
