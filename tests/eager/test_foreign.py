"""What a reader of other libraries' tutorials types works, or says what to write."""

import numpy as np
import pytest

import wengert as wg


def test_names_of_pytorch():
    x = wg.arange(6.0, requires_grad=True)
    assert x.numel() == 6
    assert x.view(2, 3).shape == x.view((2, 3)).shape == x.view(-1, 3).shape == (2, 3)
    assert x.unsqueeze(0).shape == (1, 6)
    assert x.unsqueeze(-1).shape == (6, 1)
    assert x.t().shape == (6,)
    assert x.view(2, 3).t().shape == (3, 2)
    y = x.clone()
    assert y.requires_grad
    (y.view(2, 3).t() ** 2).sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * np.arange(6.0))
    with pytest.raises(wg.ShapeError, match="mT"):
        wg.ones((2, 2, 2)).t()
    with pytest.raises(wg.DTypeError, match="astype"):
        x.view("float32")
    with pytest.raises(wg.DTypeError, match="astype"):
        x.view(np.float32)


def test_detaching_in_place():
    x = wg.arange(3.0, requires_grad=True)
    y = x * 2
    assert y.detach_() is y
    assert not y.requires_grad
    np.testing.assert_array_equal(y, [0, 2, 4])
    assert not x.detach_().requires_grad
    assert wg.grad(lambda a: wg.sum(a * (2 * a).detach_()))(wg.array([3.0])) == 6.0


@pytest.mark.parametrize(
    ("use", "advice"),
    [
        (lambda x: x.cuda(), "CPU"),
        (lambda x: x.mm(x), "x @ y"),
        (lambda x: x.mv(x), "x @ v"),
        (lambda x: x.add_(1), "x \\+= y"),
        (lambda x: x.at[0].set(1), "x\\[index\\] = value"),
        (lambda x: x.permute(1, 0), "transpose"),
        (lambda x: x.flags, "detach"),
        (lambda x: x.exp(), "wg.exp\\(x\\)"),
        (lambda x: x.expit(), "wg.special.expit\\(x\\)"),
        (lambda x: x.index_select(0, [1]), "no attribute 'index_select'$"),
    ],
)
def test_other_names_say_what_to_write(use, advice):
    with pytest.raises(AttributeError, match=advice):
        use(wg.ones((2, 2)))


def test_attributes_that_protocols_ask_for_are_just_missing():
    x = wg.ones(2)
    assert not hasattr(x, "__cuda_array_interface__")
    assert not hasattr(x, "__array_interface__")
    assert getattr(x, "cuda", None) is None


def test_what_is_elsewhere_is_not_listed():
    listed = dir(wg.ones(2))
    assert {"sum", "grad", "backward", "clone"} <= set(listed)
    assert not {"cuda", "exp", "expit", "flags"} & set(listed)
    assert not hasattr(wg.Array, "cuda")
