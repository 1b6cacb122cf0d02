import os
import stat
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from wengert.compiler.native import settings, store
from wengert.compiler.native.store import Store, host, key_of

POSIX = hasattr(os, "geteuid")
only_posix = pytest.mark.skipif(not POSIX, reason="rights are of another kind here")

KEY, OTHER = key_of("one"), key_of("another")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def filled(folder: Path) -> Iterator[Store]:
    """A store with one entry, and its folder."""
    kept = Store(folder)
    kept.put(KEY, b"code")
    yield kept
    if folder.is_dir():
        folder.chmod(0o700)


def entry(folder: Path, key: str = KEY) -> Path:
    return folder / f"{key}.object"


def test_what_was_put_is_there_in_the_next_process(folder: Path) -> None:
    assert Store(folder).get(KEY) is None
    assert not folder.exists()  # nothing is made only to look
    Store(folder).put(KEY, b"code")
    assert Store(folder).get(KEY) == b"code"
    assert Store(folder).get(OTHER) is None


def test_a_later_entry_takes_the_place_of_an_earlier_one(filled: Store) -> None:
    filled.put(KEY, b"other code")
    assert filled.get(KEY) == b"other code"
    assert filled.info()[0] == 1


def test_info_and_clear(filled: Store, folder: Path) -> None:
    filled.put(OTHER, b"x" * 1000)
    entries, size = filled.info()
    assert entries == 2
    assert size == sum(file.stat().st_size for file in folder.iterdir())
    filled.clear()
    assert filled.info() == (0, 0)
    assert filled.get(KEY) is None
    filled.put(KEY, b"code")
    assert filled.get(KEY) == b"code"


def test_an_empty_payload_is_a_payload(filled: Store) -> None:
    filled.put(KEY, b"")
    assert filled.get(KEY) == b""


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65])
def test_a_key_is_a_digest(filled: Store, key: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        filled.get(key)


def test_keys_tell_parts_from_one_another() -> None:
    keys = {key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("abc", ""), key_of("", "abc")}
    assert len(keys) == 5
    assert key_of("é") == key_of("é".encode())


# Entries that are not what they say


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:10],
        lambda content: content[:-1],
        lambda content: content + b"!",
        lambda content: content[:-1] + b"!",
        lambda content: b"X" + content[1:],
        lambda content: content.replace(b"object 1", b"object 2"),
        lambda content: os.urandom(200),
    ],
)
def test_a_damaged_entry_is_removed(filled: Store, folder: Path, damage: "object") -> None:
    assert callable(damage)
    entry(folder).write_bytes(damage(entry(folder).read_bytes()))
    assert filled.get(KEY) is None
    assert not entry(folder).exists()
    filled.put(KEY, b"new code")
    assert filled.get(KEY) == b"new code"


def test_a_folder_in_the_place_of_an_entry(filled: Store, folder: Path) -> None:
    entry(folder, OTHER).mkdir()
    assert filled.get(OTHER) is None
    filled.put(OTHER, b"code")
    assert filled.get(KEY) == b"code"


# Who can write


@only_posix
def test_folder_and_entries_are_the_users_alone(filled: Store, folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry(folder).stat().st_mode) == 0o600


@only_posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_folder_that_others_can_write_is_refused_with_one_warning(filled: Store, folder: Path, mode: int) -> None:
    folder.chmod(mode)
    kept = Store(folder)
    with pytest.warns(RuntimeWarning, match="can be written by other users.*chmod go-w.*WENGERT_CACHE_DIR") as caught:
        assert kept.get(KEY) is None
    assert str(folder) in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kept.get(KEY) is None
        kept.put(OTHER, b"code")
        kept.clear()
    assert entry(folder).exists()
    assert not entry(folder, OTHER).exists()


@only_posix
def test_a_folder_that_others_can_read_will_do(filled: Store, folder: Path) -> None:
    folder.chmod(0o755)
    assert Store(folder).get(KEY) == b"code"


@only_posix
def test_an_entry_that_others_can_write_is_refused(filled: Store, folder: Path) -> None:
    entry(folder).chmod(0o666)
    with pytest.warns(RuntimeWarning, match=f"{KEY}.object can be written by other users"):
        assert Store(folder).get(KEY) is None


@only_posix
def test_another_users_folder_is_refused(filled: Store, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    with pytest.warns(RuntimeWarning, match="belongs to another user"):
        assert Store(folder).get(KEY) is None


@only_posix
def test_a_link_in_the_place_of_an_entry_is_not_followed(filled: Store, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    entry(folder).rename(elsewhere)
    entry(folder).symlink_to(elsewhere)
    assert filled.get(KEY) is None


# A disk that does not do what it should


def test_a_file_in_the_place_of_the_folder(folder: Path) -> None:
    folder.write_text("no folder")
    kept = Store(folder)
    kept.put(KEY, b"code")
    assert kept.get(KEY) is None
    assert kept.info() == (0, 0)
    kept.clear()


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    folder.write_text("no folder")
    kept = Store(folder / "below")
    kept.put(KEY, b"code")
    assert kept.get(KEY) is None


def test_a_disk_that_is_read_only(filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> int:
        raise OSError("read-only file system")

    monkeypatch.setattr(store, "_open_private", refuses)
    monkeypatch.setattr(os, "utime", refuses)
    monkeypatch.setattr(os, "unlink", refuses)
    filled.put(OTHER, b"code")
    assert filled.get(OTHER) is None
    assert filled.get(KEY) == b"code"
    filled.clear()


def test_a_disk_that_is_full(filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no device that is always full")
    monkeypatch.setattr(store, "_open_private", lambda path, flags: os.open("/dev/full", os.O_WRONLY))
    filled.put(OTHER, b"code" * 10000)
    assert filled.get(OTHER) is None
    assert [file.name for file in folder.iterdir()] == [entry(folder).name]


# Size


def small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("WENGERT_CACHE_SIZE", "1")
    return Store(folder)


def test_the_entries_used_longest_ago_go_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = small(folder, monkeypatch)
    keys = [key_of(str(i)) for i in range(5)]
    for i, key in enumerate(keys[:4]):
        kept.put(key, bytes(240_000))
        os.utime(entry(folder, key), (i, i))
    assert kept.get(keys[0]) is not None  # now the one used last
    kept.put(keys[4], bytes(240_000))
    assert [kept.get(key) is not None for key in keys] == [True, False, False, True, True]
    assert kept.info()[1] <= 1_000_000


def test_what_other_processes_add_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = small(folder, monkeypatch), small(folder, monkeypatch)
    for i in range(200):
        (one if i % 2 else other).put(key_of(str(i)), bytes(20_000))
    assert one.info()[1] <= 2_000_000  # each has seen at least its own


def test_an_entry_larger_than_the_cache_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = small(folder, monkeypatch)
    kept.put(KEY, b"code")
    kept.put(OTHER, bytes(1_000_001))
    assert kept.get(OTHER) is None
    assert kept.get(KEY) == b"code"


def test_a_size_of_zero_switches_it_off(filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_SIZE", "0")
    kept = Store(folder)
    kept.put(OTHER, b"")
    assert kept.get(KEY) is None
    assert not entry(folder, OTHER).exists()


def test_what_a_process_left_unfinished_is_removed_later(filled: Store, folder: Path) -> None:
    old, new = folder / f"{OTHER}.object.1.2.part", folder / f"{OTHER}.object.3.4.part"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    long_ago = time.time() - 100_000
    os.utime(old, (long_ago, long_ago))
    Store(folder).put(OTHER, b"code")
    assert not old.exists()
    assert new.exists()


# Several at once

WRITER = """
import sys
from pathlib import Path
from wengert.compiler.native.store import Store, key_of
kept = Store(Path(sys.argv[1]))
wrong = 0
for turn in range(150):
    key = key_of(str(turn % 7))
    kept.put(key, key.encode() * 500)
    found = kept.get(key_of(str((turn + 3) % 7)))
    if found is not None and found != key_of(str((turn + 3) % 7)).encode() * 500:
        wrong += 1
print(wrong, kept.info()[0])
"""


def test_several_processes_write_and_read_at_once(folder: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", WRITER, str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    results = [process.communicate(timeout=60)[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert results == [["0", "7"]] * 3
    assert all(file.name.endswith(".object") for file in folder.iterdir())


def test_several_threads_write_and_read_at_once(folder: Path) -> None:
    kept, wrong = Store(folder), []

    def work() -> None:
        for turn in range(50):
            key = key_of(str(turn % 5))
            kept.put(key, key.encode() * 100)
            if kept.get(key) != key.encode() * 100:
                wrong.append(key)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert kept.info()[0] == 5


# Where it is


def test_the_folder_can_be_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "told"))
    Store().put(KEY, b"code")
    assert entry(tmp_path / "told").exists()


@only_posix
def test_the_users_own_folder_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WENGERT_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert settings.cache_folder() == tmp_path / "xdg" / "wengert"
    Store().put(KEY, b"code")
    assert Store().get(KEY) == b"code"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert settings.cache_folder() == tmp_path / ".cache" / "wengert"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert settings.cache_folder() == tmp_path / "Library" / "Caches" / "wengert"


def test_on_windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WENGERT_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert settings.cache_folder() == tmp_path / "wengert" / "cache"
    monkeypatch.delenv("LOCALAPPDATA")
    assert settings.cache_folder() is None


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("WENGERT_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", homeless)
    kept = Store()
    kept.put(KEY, b"code")
    assert kept.get(KEY) is None
    assert kept.info() == (0, 0)


# The machine


def test_the_host_is_named_without_loading_llvm() -> None:
    code = "import sys; from wengert.compiler.native.store import host; print(host()); print('llvmlite' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    *named, loaded = run.stdout.splitlines()
    assert loaded == "False"
    assert named == host().splitlines()


def test_what_the_host_says() -> None:
    said = host()
    for name in ("system", "processor", "python", "numpy", "wengert", "llvmlite"):
        assert f"{name}: " in said
    assert sys.implementation.cache_tag in said


def test_processors_differ_by_what_they_can_do(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    text = "processor\t: 0\nmodel name\t: A\ncpu MHz\t\t: {}\nflags\t\t: sse {}\n\nprocessor\t: 1\nmodel name\t: B\n"
    found = []
    for speed, flag in [(1, "avx"), (2, "avx"), (1, "avx2")]:
        file.write_text(text.format(speed, flag))
        found.append(store._first_processor(str(file)))
    assert found == ["A; sse avx", "A; sse avx", "A; sse avx2"]
    file.write_text("")
    with pytest.raises(OSError, match="cpuinfo"):
        store._first_processor(str(file))


def test_a_changed_source_file_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    source = tmp_path / "below" / "rules.py"
    source.write_text("1")
    before = store._sources(tmp_path)
    assert store._sources(tmp_path) == before
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "rules.py").write_text("1")
    (tmp_path / "notes.txt").write_text("1")
    assert store._sources(tmp_path) == before
    source.write_text("12")
    assert store._sources(tmp_path) != before
