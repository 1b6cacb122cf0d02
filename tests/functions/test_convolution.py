"""Convolutions follow their definition, and their derivatives are right."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import wengert as wg

FEW = settings(max_examples=30, deadline=None)


def inner(a, b):
    return np.sum(np.conj(np.asarray(a)) * np.asarray(b)).real


@st.composite
def settings_of_conv(draw):
    """Shapes of an image and of filters, and what else there is to say."""
    rank, groups = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    some = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * rank))  # noqa: E731
    stride, dilation, kernel = some(1, 3), some(1, 2), some(1, 3)
    padding = draw(st.tuples(*[st.tuples(*[st.integers(0, 2)] * 2)] * rank))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    sizes = tuple(r + n for r, n in zip(reach, some(0, 3), strict=True))
    channels, filters = draw(st.integers(0, 2)), draw(st.integers(1, 2))
    x = (draw(st.integers(0, 2)), channels * groups, *sizes)
    params = {"stride": stride, "dilation": dilation, "padding": padding, "groups": groups}
    return x, (filters * groups, channels, *kernel), params


@FEW
@given(data=st.data(), case=settings_of_conv())
def test_conv(data, case, arrays, like_numpy, tolerance, references):
    shape, filters, params = case
    x = data.draw(arrays(shape, finite=True))
    w = data.draw(arrays(filters, finite=True))
    one = (1,) * len(params["stride"])

    def definition(x, w, *, stride, dilation, padding, groups):
        rest = {"lhs_dilation": one, "rhs_dilation": dilation, "groups": groups}
        return references.of("convolution")(x, w, strides=stride, padding=padding, **rest)

    like_numpy("conv", x, w, numpy=definition, rtol=10 * tolerance(x, w), **params)


@FEW
@given(data=st.data(), case=settings_of_conv())
def test_conv_transpose_is_the_transpose(data, case):
    shape, filters, params = case
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    x, w = rng.normal(size=shape), rng.normal(size=filters)
    out = wg.conv(x, w, **params)
    y = rng.normal(size=out.shape)
    kernel = [(k - 1) * d + 1 for k, d in zip(filters[2:], params["dilation"], strict=True)]
    rest = [
        (n + low + high - k) % s
        for n, (low, high), k, s in zip(shape[2:], params["padding"], kernel, params["stride"], strict=True)
    ]
    back = wg.conv_transpose(y, w, output_padding=rest, **params)
    assert back.shape == x.shape
    np.testing.assert_allclose(inner(out, y), inner(x, back), atol=1e-10)
    np.testing.assert_allclose(back, wg.vjp(lambda x: wg.conv(x, w, **params), x)[1](y)[0], atol=1e-12)


def test_forms_of_arguments():
    x, w = np.arange(24.0).reshape(1, 2, 3, 4), np.arange(16.0).reshape(2, 2, 2, 2)
    expected = wg.conv(x, w, stride=(1, 1), padding=((1, 1), (1, 1)))
    for padding in (1, (1, 1), [1, (1, 1)], np.int64(1)):
        np.testing.assert_array_equal(wg.conv(x, w, padding=padding), expected)
    np.testing.assert_array_equal(wg.conv(x[0], w, padding=1), expected[0])
    np.testing.assert_array_equal(wg.conv(x.tolist(), w.tolist(), padding=1), expected)
    np.testing.assert_array_equal(wg.conv(x, w, padding="valid"), wg.conv(x, w))
    np.testing.assert_array_equal(wg.conv_transpose(x[0], w, stride=2), wg.conv_transpose(x, w, stride=2)[0])


@pytest.mark.parametrize("size", [4, 5, 6, 7])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_same_padding(size, stride, kernel):
    """As many windows as strides in the image, in its middle: for stride 1 as PyTorch, for others as TensorFlow."""
    x, w = np.arange(1.0, size + 1)[None], np.ones((1, 1, kernel))
    out = wg.conv(x, w, stride=stride, padding="same")
    assert out.shape == (1, -(-size // stride))
    missing = max(0, (out.shape[1] - 1) * stride + kernel - size)
    wide = np.pad(x[0], (missing // 2, missing - missing // 2))
    expected = [wide[i : i + kernel].sum() for i in range(0, len(wide) - kernel + 1, stride)]
    np.testing.assert_array_equal(out[0], expected)


def test_values_from_pytorch():
    """Numbers that PyTorch gives for ``conv2d`` and ``conv_transpose2d``."""
    x = np.arange(18.0).reshape(1, 2, 3, 3)
    w = np.arange(16.0).reshape(2, 2, 2, 2)
    strided = [[[63, 145], [186, 380]], [[135, 337], [474, 1052]]]
    np.testing.assert_array_equal(wg.conv(x, w, stride=2, padding=1)[0], strided)
    last_rows = [[183, 174, 197, 186, 211], [267, 266, 289, 286, 311]]
    np.testing.assert_array_equal(wg.conv_transpose(x, w, stride=2, padding=1, output_padding=1)[0, :, -1], last_rows)


# Derivatives ----------------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(5)
X, W = RNG.normal(size=(2, 2, 4, 3)), RNG.normal(size=(2, 2, 2, 2))


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (lambda x, w: wg.conv(x, w, padding=((1, 0), (0, 2))), (X, W)),
        (lambda x, w: wg.conv(x, w, stride=(2, 1), dilation=(1, 2)), (X, W)),
        (lambda x, w: wg.conv(x, w, groups=2, padding="same"), (X, W[:, :1])),
        (lambda x, w: wg.conv_transpose(x, w, stride=(2, 3), padding=1, output_padding=(1, 0)), (X, W)),
        (lambda x, w: wg.conv_transpose(x, w, groups=2, stride=2, dilation=2), (X[0], W[:, :1])),
        (lambda x, w: wg.tanh(wg.conv(wg.tanh(wg.conv(x, w)), w)), (X[:1], W[:, :, :1])),
        (lambda x, w: wg.conv(x, w), (X[0, :, 0] + 1j, W[:, :, 0] * 1j)),
    ],
)
def test_derivatives(function, args, smooth):
    smooth(function, *args)


def test_nested_transforms():
    """The Hessian of a sum of squares is that of a linear map, for each image of a batch alone."""
    loss = lambda x: wg.sum(wg.conv(x, W) ** 2)  # noqa: E731
    pushed = lambda x: wg.jvp(loss, (x,), (wg.ones(x.shape),))[1]  # noqa: E731
    found = wg.vmap(wg.grad(pushed))(X)
    forth = wg.conv(np.ones((2, 2, 4, 3)), W)
    np.testing.assert_allclose(found, 2 * wg.conv_transpose(forth, W).numpy(), atol=1e-12)


def test_a_batch_of_filters_and_images_is_groups():
    filters = RNG.normal(size=(3, 2, 2, 2, 2))
    images = RNG.normal(size=(3, 2, 2, 4, 3))
    for axes, args in (((None, 0), (X, filters)), ((0, 0), (images, filters)), ((0, None), (images, W))):
        found = wg.vmap(lambda x, w: wg.conv(x, w, padding=1), in_axes=axes)(*args)
        for i in range(3):
            pair = [a if axis is None else a[i] for a, axis in zip(args, axes, strict=True)]
            np.testing.assert_allclose(found[i], wg.conv(*pair, padding=1), atol=1e-12)


def test_dtypes():
    x, w = np.ones((1, 1, 4)), np.ones((1, 1, 2))
    assert wg.conv(x.astype("float32"), w.astype("float32")).dtype == "float32"
    assert wg.conv(x.astype(int), w.astype("float32")).dtype == "float64"
    assert wg.conv(x.astype("int8"), w.astype("int8")).dtype == "int8"
    assert wg.conv(x.astype(bool), w.astype(bool)).dtype == "bool"
    a = wg.array(x.astype("float32"), requires_grad=True)
    wg.sum(wg.conv(a, w.astype("float32"))).backward()
    assert a.grad.dtype == "float32"


def test_compiled():
    f = wg.compile(lambda x, w: wg.sum(wg.tanh(wg.conv(x, w, stride=2, padding=1))))
    g = lambda x, w: wg.sum(wg.tanh(wg.conv(x, w, stride=2, padding=1)))  # noqa: E731
    for found, expected in zip(wg.grad(f, argnums=(0, 1))(X, W), wg.grad(g, argnums=(0, 1))(X, W), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-12)


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shapes", "params", "message"),
    [
        (((1, 2, 5), (1, 2)), {}, r"takes an image of shape"),
        (((5,), (1, 2, 3)), {}, r"not the shapes \(5,\) and \(1, 2, 3\)"),
        (((1, 3, 5), (1, 2, 3)), {}, r"see 2 channels.* has 3 channels"),
        (((1, 2, 5), (3, 1, 3)), {"groups": 2}, r"must be a multiple of 2"),
        (((1, 2, 5), (1, 2, 6)), {}, r"larger than an image of shape \(5,\) with padding \(\(0, 0\),\)"),
        (((1, 2, 0), (1, 2, 1)), {"padding": 1}, r"may be empty"),
        (((1, 2, 5), (1, 2, 3)), {"stride": 0}, r"stride must be at least 1, not 0"),
        (((1, 2, 5), (1, 2, 3)), {"stride": (1, 1)}, r"stride \(1, 1\) has 2 entries, for 1 axes"),
        (((1, 2, 5), (1, 2, 3)), {"padding": -1}, r"padding must be at least 0"),
        (((1, 2, 5), (1, 2, 3)), {"padding": "full"}, r"'valid' or 'same', not 'full'"),
        (((1, 2, 5), (1, 2, 3)), {"padding": (1, 2)}, r"padding \(1, 2\) has 2 entries, for 1 axes"),
        (((1, 2, 5), (1, 2, 3)), {"groups": 0}, r"groups must be at least 1"),
    ],
)
def test_errors_of_conv(shapes, params, message):
    with pytest.raises(wg.ShapeError, match=message):
        wg.conv(*map(np.ones, shapes), **params)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"output_padding": 1}, r"output_padding 1 must be less than the stride"),
        ({"padding": "same"}, r"not 'same'"),
        ({"padding": 4}, r"padding 4 leaves nothing"),
        ({"groups": 3}, r"in 3 group\(s\)"),
    ],
)
def test_errors_of_conv_transpose(params, message):
    with pytest.raises(wg.ShapeError, match=message):
        wg.conv_transpose(np.ones((1, 2, 5)), np.ones((2, 1, 3)), **params)


def test_errors_of_types():
    with pytest.raises(wg.DTypeError, match=r"dilation must be an integer or a sequence of integers, not 1\.5"):
        wg.conv(np.ones((1, 2, 5)), np.ones((1, 2, 3)), dilation=1.5)
    with pytest.raises(wg.DTypeError, match="expected numbers"):
        wg.conv("image", np.ones((1, 2, 3)))
