"""Python source as coloured HTML."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator
from html import escape

__all__ = ["coloured"]


def coloured(source: str) -> str:
    """The source as HTML, with a span of class k (keyword), s (string), c (comment) or n (number) around each token."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    parts, done = [], 0
    for kind, begin, end in _tokens(source):
        start, stop = max(done, starts[begin[0] - 1] + begin[1]), starts[end[0] - 1] + end[1]
        parts.append(escape(source[done:start], quote=False))
        parts.append(f'<span class="{kind}">{escape(source[start:stop], quote=False)}</span>')
        done = stop
    parts.append(escape(source[done:], quote=False))
    return "".join(parts)


def _tokens(source: str) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and (keyword.iskeyword(token.string)):
            yield "k", token.start, token.end
        elif token.type == tokenize.NUMBER:
            yield "n", token.start, token.end
        elif token.type == tokenize.COMMENT:
            yield "c", token.start, token.end
        elif tokenize.tok_name[token.type] in ("STRING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"):
            yield "s", token.start, token.end
