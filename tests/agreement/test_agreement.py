"""Values and derivatives equal PyTorch's, but for the differences that are listed."""

from pathlib import Path

import numpy as np
import pytest

import wengert as wg

torch = pytest.importorskip("torch", reason="values and derivatives are compared with PyTorch's where it is installed")

from . import differences, page, tables  # noqa: E402
from .inputs import normal, pointwise  # noqa: E402
from .operation import Disagreement, compare, operation  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "agreement-with-pytorch.md"
OPERATIONS = list(tables.operations())
DIFFERENCES = [*differences.CONVENTIONS, *differences.ACCURACY]

# NumPy warns of what is computed and then masked out.
pytestmark = pytest.mark.filterwarnings("ignore:.* encountered in:RuntimeWarning")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_values_and_derivatives_agree(operation):
    assert compare(operation).inputs >= 200


def test_there_are_many_operations_and_none_twice():
    names = [o.name for o in OPERATIONS]
    assert len(set(names)) == len(names) >= 150


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda d: d.shown)
def test_the_listed_differences_are_as_listed(difference):
    equal = np.testing.assert_allclose
    for found, expected in zip(difference.gradients_in_torch(), difference.in_torch, strict=True):
        equal(found, expected, rtol=1e-12, atol=0)
    if isinstance(difference.in_wengert, type):
        with pytest.raises(difference.in_wengert):
            difference.gradients_in_wengert()
        return
    for found, expected in zip(difference.gradients_in_wengert(), difference.in_wengert, strict=True):
        equal(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("point", differences.SAME, ids=lambda p: p.shown)
def test_elsewhere_the_choices_are_the_same(point):
    for found, expected in zip(point.gradients_in_wengert(), point.gradients_in_torch(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


def test_the_page_shows_the_tables():
    text = PAGE.read_text(encoding="utf-8")
    assert page.renewed(text) == text, "python -m tests.agreement --write renews docs/agreement-with-pytorch.md"


# The comparison itself: every part of it can fail.


def _with_rule(rule):
    """A sine with a derivative of its own."""

    @wg.custom_vjp
    def sine(x):
        return wg.sin(x)

    sine.defvjp(lambda x: (wg.sin(x), x), lambda x, cotangent: (rule(x, cotangent),))
    return sine


def _sine_with_clipped_gradient(x):
    z = x.clone()
    z.register_hook(lambda gradient: torch.clamp(gradient, -0.5, 0.5))
    return torch.sin(z)


@pytest.mark.parametrize(
    ("what", "theirs", "mine"),
    [
        ("value", torch.sin, lambda x: wg.sin(x) * (1 + 2e-9)),
        ("value", torch.sin, lambda x: wg.astype(wg.sin(x), "float32")),
        ("value", torch.sin, lambda x: wg.sin(x)[None]),
        ("value", torch.sin, lambda x: (wg.sin(x), wg.cos(x))),
        ("value", lambda x: torch.where(x > 2, torch.nan, x), lambda x: x),
        ("gradient", torch.sin, lambda x: wg.stop_gradient(wg.sin(x))),
        ("gradient", lambda x: torch.sin(x.detach()), wg.sin),
        ("gradient", torch.sin, _with_rule(lambda x, ct: ct * wg.cos(x) * (1 + 2e-9))),
        ("tangent", _sine_with_clipped_gradient, _with_rule(lambda x, ct: wg.clip(ct * wg.cos(x), -0.5, 0.5))),
        ("second derivative", torch.sin, _with_rule(lambda x, ct: ct * wg.stop_gradient(wg.cos(x)))),
    ],
)
def test_a_disagreement_is_found(what, theirs, mine):
    with pytest.raises(Disagreement, match=f"the {what} differs"):
        compare(operation("sin", theirs, pointwise(normal), wengert=mine))
