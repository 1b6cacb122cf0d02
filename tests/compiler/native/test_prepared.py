"""Object code with all that is needed to run it comes from the store, without simplifying and lowering again."""

from pathlib import Path

import numpy as np
import pytest

import wengert as wg
from wengert.compiler.native import prepared as module
from wengert.compiler.native.executable import Executable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path))
    return tmp_path


def program(scale: float = 2.0):
    weights = np.arange(40.0) * scale
    return wg.trace(lambda x: wg.sum(wg.sin(x) * weights))(wg.ones(40))


def test_the_second_time_nothing_is_lowered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Executable(program())
    assert not first.from_store
    monkeypatch.setattr(module, "lowering_of", None)
    second = Executable(program())
    assert second.from_store
    x = np.linspace(0, 1, 40)
    np.testing.assert_array_equal(first([x]), second([x]))


def test_constants_come_with_the_code(folder: Path) -> None:
    Executable(program(2.0))
    (found,) = Executable(program(3.0))([np.ones(40)])
    np.testing.assert_allclose(found, 3 * np.sin(1.0) * np.arange(40).sum())


def test_options_make_other_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Executable(program())
    assert not Executable(program(), ["algebra", "fuse", "registers"]).from_store
    monkeypatch.setenv("WENGERT_VECTOR_MATH", "0")
    assert not Executable(program()).from_store


def test_what_is_called_out_is_found_by_its_module(folder: Path) -> None:
    traced = wg.trace(lambda x: wg.sort(x) * 2)(wg.ones(40))
    assert Executable(traced)([np.arange(40.0)[::-1]])[0][1] == 2
    again = Executable(traced)
    assert again.from_store
    assert again.lowered.callouts
    np.testing.assert_array_equal(again([np.arange(40.0)[::-1]])[0], 2 * np.arange(40.0))


def test_an_entry_that_cannot_be_read_is_made_again(folder: Path) -> None:
    Executable(program())
    for entry in folder.iterdir():
        if entry.is_file():
            entry.write_bytes(b"nonsense")
    executable = Executable(program())
    assert not executable.from_store
    assert np.isfinite(executable([np.ones(40)])[0])
