import pytest

from wengert.show.extras import needs


def test_a_missing_library_is_named_with_what_installs_it() -> None:
    with pytest.raises(ModuleNotFoundError, match=r'plot needs matplotlib.*pip install "wengert\[plot\]"') as caught:  # noqa: SIM117
        with needs("plot", "matplotlib", "plot"):
            raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")
    assert caught.value.name == "matplotlib"


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="other"), needs("plot", "matplotlib", "plot"):
        raise ValueError("other")


def test_nothing_happens_where_it_is_there() -> None:
    with needs("plot", "matplotlib", "plot"):
        import matplotlib
    assert matplotlib
