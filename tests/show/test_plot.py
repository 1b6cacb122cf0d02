"""Plots: what is drawn are the function's values and derivatives, with gaps where there are none."""

import math
import sys
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import wengert as wg
from wengert.show.plot import plot

mpl.use("Agg")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    pyplot.close("all")


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


def curves(ax: Axes) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    lines = [line for line in ax.lines if not str(line.get_label()).startswith("_")]
    return {str(line.get_label()): (np.asarray(line.get_xdata()), np.asarray(line.get_ydata())) for line in lines}


def quadratic(x):
    return 3 * x**2 - 4 * x


def loop(a):
    b = 2 * a
    while wg.linalg.norm(b) < 1000:
        b = 2 * b
    return b if wg.sum(b) > 0 else 100 * b


def test_the_function_its_derivative_and_a_tangent(ax: Axes) -> None:
    assert plot(quadratic, (0, 3), tangent_at=1, ax=ax) is ax
    found = curves(ax)
    assert list(found) == ["quadratic(x)", "quadratic′(x)", "tangent at x = 1:  y = 2x − 3"]
    x, y = found["quadratic(x)"]
    assert (x[0], x[-1]) == (0, 3)
    np.testing.assert_allclose(y, quadratic(x), rtol=1e-14, atol=1e-14)
    x, y = found["quadratic′(x)"]
    np.testing.assert_allclose(y, 6 * x - 4, rtol=1e-14, atol=1e-14)
    x, y = found["tangent at x = 1:  y = 2x − 3"]
    np.testing.assert_allclose(y, 2 * x - 3)
    assert ax.get_xlim() == (0, 3)
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == list(found)


def test_derivatives_of_higher_order(ax: Axes) -> None:
    plot(wg.sin, (-3, 3), derivatives=5, ax=ax)
    found = curves(ax)
    assert list(found) == ["sin(x)", "sin′(x)", "sin′′(x)", "sin′′′(x)", "sin⁽⁴⁾(x)", "sin⁽⁵⁾(x)"]
    for order, (x, y) in enumerate(found.values()):
        np.testing.assert_allclose(y, np.sin(x + order * np.pi / 2), atol=1e-12)


def test_the_function_alone(ax: Axes) -> None:
    plot(wg.exp, (0, 1), derivatives=0, ax=ax)
    assert list(curves(ax)) == ["exp(x)"]


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (lambda x: np.sum(np.stack([x, x**2])), lambda x: 1 + 2 * x),
        (lambda x: 3.0, lambda x: 0 * x),
        (lambda x: x if x > 0.1 else 0.5 * x, lambda x: np.where(x > 0.1, 1, 0.5)),
        (lambda x: max(x, 0.3 * x), lambda x: np.where(x > 0, 1, 0.3)),
    ],
    ids=["numpy", "numpy and arrays", "constant", "branch", "max"],
)
def test_functions_of_any_kind(f, slope, ax: Axes) -> None:
    plot(f, (-2.0, 2.03), ax=ax)
    _, (x, y) = curves(ax).values()
    shown = np.isfinite(y)
    assert shown.sum() > 495
    np.testing.assert_allclose(y[shown], slope(x)[shown], rtol=1e-13, atol=1e-13)


def test_a_function_with_a_loop_is_plotted_point_by_point(ax: Axes) -> None:
    plot(loop, (0.5, 8), ax=ax)
    (x, y), (_, slope) = curves(ax).values()
    good = np.isfinite(y) & np.isfinite(slope)
    assert 490 < good.sum() < len(x)  # gaps at the jumps
    np.testing.assert_allclose(slope[good], y[good] / x[good])
    assert set(slope[good]) == {128, 256, 512, 1024, 2048}


def test_gaps_where_there_is_no_value(ax: Axes) -> None:
    plot(np.log, (-1, 3), tangent_at=1, ax=ax)
    for name in ("log(x)", "log′(x)"):
        x, y = curves(ax)[name]
        assert np.isnan(y[x <= 0]).all()
        assert np.isfinite(y[x > 0.05]).all()


def test_a_pole_is_a_gap_and_does_not_flatten_the_rest(ax: Axes) -> None:
    plot(lambda x: 1 / x, (-5, 5.01), ax=ax)
    x, y = curves(ax)["f(x)"]
    (gap,) = np.flatnonzero(np.isnan(y))
    assert abs(x[gap]) < 0.05
    low, high = ax.get_ylim()
    assert -20 < low < -1
    assert 1 < high < 20


def test_jumps_are_gaps(ax: Axes) -> None:
    plot(wg.floor, (0.5, 3.5), ax=ax)
    _, y = curves(ax)["floor(x)"]
    assert np.isnan(y).sum() == 3
    assert set(y[np.isfinite(y)]) == {0, 1, 2, 3}


def test_a_curve_finer_than_the_points_has_no_gaps(ax: Axes) -> None:
    plot(lambda x: wg.sin(5000 * x), (0, 1), ax=ax)
    assert np.isfinite(curves(ax)["f(x)"][1]).all()


def test_a_function_without_any_value(ax: Axes) -> None:
    plot(lambda x: wg.log(-1 - x**2), (0, 1), ax=ax)
    assert np.isnan(curves(ax)["f(x)"][1]).all()


def test_several_tangents(ax: Axes) -> None:
    plot(wg.cos, (-1, 1), tangent_at=[-0.5, 0], ax=ax)
    labels = list(curves(ax))[2:]
    assert labels == ["tangent at x = −0.5:  y = 0.4794x + 1.117", "tangent at x = 0:  y = 1"]


def test_a_new_figure_where_none_is_given() -> None:
    ax = plot(wg.sin, (0, 1))
    assert ax.figure in map(pyplot.figure, pyplot.get_fignums())


@pytest.mark.parametrize("interval", [(1, 0), (0, 0), (0, math.inf), (math.nan, 1), 3, (1, 2, 3), "ab", None])
def test_a_bad_interval(interval, ax: Axes) -> None:
    with pytest.raises(ValueError, match="interval"):
        plot(wg.sin, interval, ax=ax)
    assert not ax.lines


def test_bad_arguments(ax: Axes) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        plot(wg.sin, (0, 1), derivatives=-1, ax=ax)
    with pytest.raises(TypeError):
        plot(wg.sin, (0, 1), derivatives=1.5, ax=ax)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="function"):
        plot(3, (0, 1), ax=ax)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="outside"):
        plot(wg.sin, (0, 1), tangent_at=2, ax=ax)
    with pytest.raises(ValueError, match=r"no tangent at x = -0\.5"):
        plot(np.log, (-1, 1), tangent_at=-0.5, ax=ax)


def test_a_function_that_returns_no_number(ax: Axes) -> None:
    with pytest.raises(wg.ShapeError, match=r"\(2,\)"):
        plot(lambda x: wg.stack([x, x]), (0, 1), ax=ax)
    with pytest.raises(wg.DTypeError, match="complex128"):
        plot(lambda x: 1j * x, (0, 1), ax=ax)
    with pytest.raises(TypeError):
        plot(lambda x: "text", (0, 1), ax=ax)


def test_a_lost_derivative_is_an_error(ax: Axes) -> None:
    with pytest.raises(wg.ConversionError, match=r"math\.sin"):
        plot(math.sin, (0, 1), ax=ax)


def test_missing_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "wengert\[plot\]"'):
        plot(wg.sin, (0, 1))
