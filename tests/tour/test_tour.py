"""The tour: every part runs, its checks hold, and the page shows its code, its output and its pictures."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot

from wengert.tour.parts import PARTS
from wengert.tour.run import chosen, main
from wengert.tour.stage import Part

VOID = {"meta", "img", "br", "hr", "link"}


class Page(HTMLParser):
    """The page as read by a parser: all tags are closed in order; its ids, links, pictures and texts."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.code: list[str] = []
        self.output: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "a":
            self.links.append(str(values["href"]))
        if tag == "img":
            self.pictures.append(values)
        if tag == "code" and "pre" in self.open:
            self.code.append("")
        if tag == "samp":
            self.output.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "pre" in self.open and "code" in self.open:
            self.code[-1] += data
        if "samp" in self.open:
            self.output[-1] += data


@pytest.fixture(autouse=True)
def backend() -> Iterator[None]:
    before = mpl.get_backend()
    yield
    pyplot.close("all")
    mpl.use(before)


EXPECTED = {
    "derivative": ("2.3000000000", "2.0000300000", "the tangent at x = 1 is y = 2.0 x + (-3.0)", "+0.540302305868"),
    "list": (
        "b: float64[] = matmul(a, a)\n  c: float64[] = multiply(2, b)",
        "gradient: [ 0.  4.  8. 12.]",
        "GraphError: backward() without a cotangent needs a scalar",
    ),
    "control-flow": ("k = 102400", "GraphError: the graph was freed by an earlier backward"),
    "rent": ("-3866.66666667 -1733.33333333 -1600.          -533.33333333", "386,666.67", "[680. 220. -60.  60.]"),
    "digits": ("1797 digits: 1437 to train on, 360 held out", "epoch 20", "held-out digits are read right"),
}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part(part: Part, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path), "--only", part.name]) == 0
    printed = capsys.readouterr()
    assert printed.err == "" or re.fullmatch(
        rf"part 1 of 1, {part.name}: {len(part.steps)} steps, \d+\.\d s\n", printed.err
    )
    assert printed.out.endswith(f"The page: {tmp_path / 'index.html'}\n")

    page = Page(tmp_path / "index.html")
    for text in EXPECTED[part.name]:
        assert text in "\n".join(page.output)
        assert text in printed.out
    # The code of every step is shown, in both places, and begins with its imports.
    assert page.code[0].startswith("import ")
    assert "wengert as wg" in page.code[0]
    for step, code in zip(part.steps, page.code, strict=True):
        assert code.endswith(step.code)
        assert all(line.strip() in printed.out for line in step.code.splitlines())
        assert step.heading in printed.out

    # What the page refers to is there, and nothing else.
    assert len(set(page.ids)) == len(page.ids)
    assert all(link.removeprefix("#") in page.ids for link in page.links if link.startswith("#"))
    assert not [link for link in page.links if not link.startswith("#")]
    names = [str(picture["src"]) for picture in page.pictures]
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", *names}
    assert all(picture["alt"] for picture in page.pictures)
    assert names
    for name in names:
        if name.endswith(".svg"):
            assert ET.parse(tmp_path / name).getroot().tag.endswith("svg")
        else:
            assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "http" not in text  # it works offline
    assert 'class="failure"' not in text
    assert 'class="missing"' not in text


def test_the_same_tour_writes_the_same_pictures(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert main(["--out", str(tmp_path / name), "--only", "1", "--only", "list"]) == 0
    pictures = sorted(path.name for path in (tmp_path / "a").glob("*.svg"))
    assert len(pictures) == 4
    for name in pictures:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_parts_are_chosen_by_number_or_name_and_come_in_order(tmp_path: Path) -> None:
    assert [chosen(str(part.number)) for part in PARTS] == list(PARTS)
    assert [chosen(part.name.upper()) for part in PARTS] == list(PARTS)
    assert main(["--out", str(tmp_path), "--only", "list", "--only", "1", "--only", "2"]) == 0
    ids = Page(tmp_path / "index.html").ids
    assert [name for name in ids if "-" not in name] == ["derivative", "list"]


@pytest.mark.parametrize(
    "arguments", [["--only", "6"], ["--only", "nothing"], ["--nothing"], ["--out", "{file}"]], ids=str
)
def test_bad_arguments(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SystemExit) as caught:
        main([argument.format(file=file) for argument in arguments])
    assert caught.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_help_names_the_parts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert "--out" in text
    assert all(part.name in text for part in PARTS)


def test_a_failed_check_fails_the_tour_and_the_rest_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken():
        """Broken."""
        assert 1 + 1 == 3

    def sound():
        """Sound."""
        print("still running")

    part = Part(1, "broken", "Broken", "It fails.", (broken, sound))
    monkeypatch.setattr("wengert.tour.run.PARTS", (part,))
    assert main(["--out", str(tmp_path), "--only", "broken"]) == 1
    printed = capsys.readouterr()
    assert "'1.1 Broken' failed" in printed.err
    assert "2 steps, 1 failed" in printed.err
    assert "still running" in printed.out
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "AssertionError" in text
    assert "something went wrong" in text
    assert "still running" in text


def test_without_the_extras_the_rest_still_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("matplotlib", "sklearn.datasets"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["--out", str(tmp_path), "--only", "1", "--only", "2", "--only", "5"]) == 0
    printed = capsys.readouterr()
    assert 'pip install "wengert[digits]"' in printed.out
    assert 'pip install "wengert[plot]"' in printed.out
    assert "left out" in printed.err
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "wengert[digits]" in text
    assert "incomplete" in text
    assert (tmp_path / "2-list-1.svg").exists()


def test_as_a_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wengert", "--only", "2"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "wengert-tour" / "index.html").exists()
    assert "wengert-tour" in run.stdout.splitlines()[-1]
    assert len(run.stderr.splitlines()) == 1
