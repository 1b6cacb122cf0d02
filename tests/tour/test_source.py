"""Coloured source: the text is kept, and each token is what it is."""

import html
import inspect
import re

import pytest

from wengert.tour import parts
from wengert.tour.parts import PARTS
from wengert.tour.source import coloured


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"</?span[^>]*>", "", markup))


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_text_is_kept(part) -> None:
    for step in part.steps:
        assert plain(coloured(step.code)) == step.code


def test_tokens() -> None:
    markup = coloured('if x < 1.5:  # a & b\n    y = "<" + f(x)')
    assert '<span class="k">if</span> x &lt; <span class="n">1.5</span>' in markup
    assert '<span class="c"># a &amp; b</span>' in markup
    assert '<span class="s">"&lt;"</span>' in markup


@pytest.mark.parametrize("source", ["", "x", "f'{x:{y}} {{z}} {a!r}'", 'x = """a\nb"""', "π = 'ᵀ'  # ′"])
def test_odd_sources(source: str) -> None:
    assert plain(coloured(source)) == source


def test_a_whole_module() -> None:
    source = inspect.getsource(parts)
    assert plain(coloured(source)) == source
