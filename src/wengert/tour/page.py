"""The tour's page: one HTML file, its pictures beside it, nothing else."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..show.drawing import Drawing
from .source import coloured
from .stage import Part, Picture, Result

__all__ = ["Page"]

STYLE = """
:root { color-scheme: light; --ink: #1f2328; --soft: #59636e; --rule: #d9dee3; --blue: #0b5c94; --paper: #fff;
  --code: #f6f7f9; --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
* { box-sizing: border-box; }
html { font-size: 106.25%; scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.6;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }
body > * { max-width: 46rem; margin-inline: auto; padding-inline: 1.25rem; }
header { padding-top: 3.5rem; }
h1 { font-size: 2.3rem; line-height: 1.15; letter-spacing: -.02em; margin: 0 0 .6rem; }
h2 { font-size: 1.6rem; line-height: 1.25; letter-spacing: -.01em; margin: 0 0 .25rem; }
h3 { font-size: 1.1rem; line-height: 1.35; margin: 2.4rem 0 .4rem; }
h2 .number, h3 .number { color: var(--blue); font-weight: 600; margin-right: .55em;
  font-variant-numeric: tabular-nums; }
p { margin: 0 0 .8rem; text-wrap: pretty; }
.lead { font-size: 1.12rem; color: var(--soft); }
a { color: var(--blue); text-underline-offset: .15em; text-decoration-thickness: 1px; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
nav { margin-block: 1.8rem 0; }
nav ol { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--rule); }
nav li { border-bottom: 1px solid var(--rule); }
nav li a { display: grid; grid-template-columns: 1.8rem 1fr auto; padding: .5rem .1rem; text-decoration: none; }
nav li a:hover strong { text-decoration: underline; }
nav .number { color: var(--blue); font-weight: 600; }
nav strong { color: var(--ink); font-weight: 600; }
nav .note { color: var(--soft); font-size: .9rem; font-variant-numeric: tabular-nums; }
section { margin-top: 4rem; }
section > .lead { margin-bottom: 0; }
pre, code { font-family: var(--mono); }
code { font-size: .88em; background: var(--code); border-radius: 4px; padding: .1em .3em; }
pre { font-size: .81rem; line-height: 1.55; margin: 0; padding: .8rem 1rem; overflow-x: auto; tab-size: 4; }
pre code { font-size: inherit; background: none; padding: 0; }
.source { background: var(--code); border-radius: 8px 8px 0 0; }
.source:last-of-type { border-radius: 8px; }
.output { border: 1px solid var(--rule); border-top: 0; border-radius: 0 0 8px 8px; color: #32383f;
  white-space: pre-wrap; overflow-wrap: break-word; }
.k { color: #8250df; } .s { color: #0a6640; } .c { color: var(--soft); font-style: italic; } .n { color: #0550ae; }
figure { margin: 1.2rem 0 0; overflow-x: auto; }
figure img { display: block; margin-inline: auto; max-width: 100%; height: auto; }
figure img.wide { max-width: none; }
figcaption { color: var(--soft); font-size: .9rem; text-align: center; margin: .5rem auto 0; max-width: 38rem;
  text-wrap: balance; }
.failure { border-left: 4px solid #d1242f; background: #ffebe9; padding: .7rem 1rem; margin-top: .8rem;
  border-radius: 0 8px 8px 0; }
.failure pre { padding: 0; }
.missing { border-left: 4px solid #bf8700; background: #fff8c5; padding: .7rem 1rem; margin: .8rem 0 0;
  border-radius: 0 8px 8px 0; }
footer { margin-top: 4.5rem; padding-block: 1.2rem 3rem; color: var(--soft); font-size: .9rem; }
footer p { border-top: 1px solid var(--rule); padding-top: 1.2rem; }
@media (max-width: 34rem) { html { font-size: 100%; } header { padding-top: 2rem; } h1 { font-size: 1.9rem; }
  section { margin-top: 3rem; } pre { padding: .7rem .8rem; font-size: .76rem; }
  .output { white-space: pre; } }
@media print { body > * { max-width: none; } pre { white-space: pre-wrap; } article, figure { break-inside: avoid; } }
""".strip()

INTRODUCTION = """
Automatic differentiation computes exact derivatives of programs. This page was written by
<code>python -m wengert</code>: it ran the code that you see here, what the code printed stands below it, and its checks
held unless the page says otherwise. In the code <code>wg</code> is the library, <code>np</code> is NumPy, and
<code>display</code> puts a picture on the page.
""".strip()


class Page:
    """The page that grows as the tour goes on: ``add`` saves a part's pictures, ``write`` the page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts: list[tuple[Part, list[Result], list[str]]] = []

    def add(self, part: Part, results: Sequence[Result]) -> None:
        """Add a part; its pictures are written to the folder."""
        articles = []
        pictures = 0
        for number, result in enumerate(results, 1):
            figures = []
            for picture in result.pictures:
                pictures += 1
                figures.append(_figure(save(picture, self.folder, f"{part.number}-{part.name}-{pictures}"), picture))
            articles.append("\n".join(_article(part, number, result, figures)))
        self._parts.append((part, list(results), articles))

    def write(self) -> Path:
        """Write ``index.html``, and give its path."""
        path = self.folder / "index.html"
        path.write_text("\n".join(self._lines()) + "\n", encoding="utf-8")
        return path

    def _lines(self) -> Iterator[str]:
        yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="description" content="A tour of automatic differentiation with Wengert.">'
        yield f"<title>Wengert: a tour</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>"
        yield "<header>\n<h1>A tour of automatic differentiation</h1>"
        yield f'<p class="lead">{INTRODUCTION}</p>\n</header>'
        yield '<nav aria-label="Parts">\n<ol>'
        for part, results, _ in self._parts:
            yield (
                f'<li><a href="#{part.name}"><span class="number">{part.number}</span>'
                f'<strong>{escape(part.title)}</strong><span class="note">{_state(results)}</span></a></li>'
            )
        yield "</ol>\n</nav>\n<main>"
        for part, _, articles in self._parts:
            yield f'<section id="{part.name}">'
            yield f'<h2><span class="number">{part.number}</span>{escape(part.title)}</h2>'
            yield f'<p class="lead">{_prose(part.summary)}</p>'
            yield from articles
            yield "</section>"
        yield f"</main>\n<footer>\n<p>{_versions()}</p>\n</footer>\n</body>\n</html>"


def save(picture: Picture, folder: Path, stem: str) -> str:
    """Write a picture to the folder; gives the file's name."""
    content = picture.content
    if isinstance(content, Drawing):
        return content.save(folder / f"{stem}.svg").name
    from matplotlib import pyplot, rc_context

    figure: Any = getattr(content, "figure", content)
    bitmap = any(ax.images for ax in figure.axes)
    name = f"{stem}.png" if bitmap else f"{stem}.svg"
    # The same picture gives the same file.
    with rc_context({"svg.hashsalt": stem}):
        figure.savefig(folder / name, dpi=192, metadata={} if bitmap else {"Date": None})
    pyplot.close(figure)
    return name


def _article(part: Part, number: int, result: Result, figures: Sequence[str]) -> Iterator[str]:
    name = f"{part.name}-{number}"
    step = result.step
    yield f'<article id="{name}">'
    yield f'<h3><a href="#{name}"><span class="number">{part.number}.{number}</span>{_prose(step.heading)}</a></h3>'
    for paragraph in step.paragraphs:
        yield f"<p>{_prose(paragraph)}</p>"
    code = step.code if number > 1 else f"{part.imports}\n\n{step.code}"
    yield f'<pre class="source"><code>{coloured(code)}</code></pre>'
    if result.output:
        yield f'<pre class="output"><samp>{escape(result.output.rstrip(), quote=False)}</samp></pre>'
    if result.missing:
        yield f'<p class="missing">{escape(result.missing, quote=False)}</p>'
    if result.failure:
        yield f'<div class="failure"><p>This went wrong:</p><pre>{escape(result.failure, quote=False)}</pre></div>'
    yield from figures
    yield "</article>"


def _figure(name: str, picture: Picture) -> str:
    caption = escape(picture.caption)
    text = f"<figcaption>{_prose(picture.caption)}</figcaption>" if caption else ""
    return f'<figure><img src="{name}" alt="{caption}" loading="lazy">{text}</figure>'


def _prose(text: str) -> str:
    """Text with `code` in backticks, as HTML; formulas are not broken."""
    text = re.sub(r" ([=−*]) ", "\u00a0\\1\u00a0", escape(text, quote=False))
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def _state(results: Sequence[Result]) -> str:
    if any(result.failure for result in results):
        return "something went wrong"
    if any(result.missing for result in results):
        return "incomplete"
    return f"{sum(result.seconds for result in results):.1f} s"


def _versions() -> str:
    import numpy as np

    try:
        own = version("wengert")
    except PackageNotFoundError:
        own = "from source"
    return f"Wengert {own}, Python {platform.python_version()}, NumPy {np.__version__}, {platform.system()}."
