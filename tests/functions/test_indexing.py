"""Indexing, reading and writing, is NumPy's, for every form of index; and so are its derivatives."""

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import wengert as wg
from wengert.functions.index_parts import basic_index, is_basic
from wengert.functions.indexing import getitem, setitem

FEW = settings(max_examples=40, deadline=None)
MANY = settings(max_examples=400, deadline=None)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@st.composite
def mixed_indices(draw, shape, masks=True):
    """Indices that an array of this shape has: integers, slices, ..., None, integer and boolean arrays, mixed."""
    together = draw(hnp.array_shapes(min_dims=1, max_dims=2, max_side=3))
    entries, axis, ellipsis = [], 0, False
    while True:
        n = shape[axis] if axis < len(shape) else None
        kinds = ["end", "end", "none", *["ellipsis"] * (not ellipsis), *["truth"] * masks]
        if n is not None:
            kinds += ["slice", "all", *["mask"] * masks]
            if n:
                kinds += ["int", "scalar", "array", "array", "list"]
        match draw(st.sampled_from(kinds)):
            case "end":
                break
            case "none":
                entries.append(None)
                continue
            case "truth":
                entries.append(draw(st.sampled_from([True, False, np.True_, np.array(True)])))
                continue
            case "ellipsis":
                entries.append(...)
                ellipsis = True
                axis += draw(st.integers(0, len(shape) - axis))
                continue
            case "slice":
                entries.append(draw(st.slices(n)))
            case "all":
                entries.append(slice(None))
            case "int":
                entries.append(draw(st.integers(-n, n - 1)))
            case "scalar":
                entries.append(draw(st.sampled_from([np.int64, np.array, np.uint8]))(draw(st.integers(0, n - 1))))
            case "mask":
                rank = draw(st.integers(1, min(2, len(shape) - axis)))
                entries.append(draw(hnp.arrays(bool, shape[axis : axis + rank])))
                axis += rank - 1
            case kind:
                part = together[draw(st.integers(0, len(together) - 1)) :]
                part = tuple(1 if draw(st.integers(0, 4)) == 0 else m for m in part)
                array = draw(hnp.arrays(np.int64, part, elements=st.integers(-n, n - 1)))
                entries.append(array.tolist() if kind == "list" else array)
        axis += 1
        if axis > len(shape):
            break
    index = tuple(entries)
    return index[0] if len(index) == 1 and draw(st.booleans()) else index


def numbers(shape, dtype=np.float64):
    """Distinct numbers."""
    return np.arange(1, 1 + np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


@st.composite
def broadcasting_to(draw, shape):
    """Shapes that broadcast to this one, some with more axes in front."""
    part = [1 if draw(st.integers(0, 3)) == 0 else n for n in shape]
    part = part[draw(st.integers(0, len(part))) :] if draw(st.booleans()) else part
    return (1,) * draw(st.sampled_from([0, 0, 0, 1])) + tuple(part)


def numpy_result(operation):
    """What NumPy gives, or None where it refuses the index or the value."""
    try:
        return operation()
    except (IndexError, ValueError, TypeError):
        return None


def same(found, expected):
    assert isinstance(found, wg.Array)
    assert found.shape == np.shape(expected)
    assert found.dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found.detach().numpy(), expected)


# Reading


def read_like_numpy(x, index):
    expected = numpy_result(lambda: x[index])
    recorded = wg.array(x, requires_grad=x.dtype.kind == "f")
    if expected is None:
        for array in (wg.array(x), recorded):
            with pytest.raises(IndexError):
                array[index]
        return
    same(wg.array(x)[index], expected)
    same(recorded[index], expected)
    assert recorded[index].requires_grad == (x.dtype.kind == "f")
    found = getitem(x, index)
    assert not isinstance(found, wg.Array)
    assert np.array_equal(found, expected)


@MANY
@given(data=st.data(), shape=SHAPES, dtype=st.sampled_from([np.float64, np.int32]))
def test_reading_by_mixed_indices(data, shape, dtype):
    read_like_numpy(numbers(shape, dtype), data.draw(mixed_indices(shape)))


@MANY
@given(data=st.data(), shape=SHAPES)
def test_reading_by_basic_indices(data, shape):
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    read_like_numpy(numbers(shape), index)
    if is_basic(index):
        plain = basic_index(index if isinstance(index, tuple) else (index,), len(shape))
        assert ... not in plain
        assert np.array_equal(numbers(shape)[plain], numbers(shape)[index])


@FEW
@given(data=st.data(), shape=hnp.array_shapes(min_dims=1, max_dims=4, max_side=4))
def test_reading_by_integer_arrays(data, shape):
    index = data.draw(hnp.integer_array_indices(shape))
    read_like_numpy(numbers(shape), index)
    same(wg.array(numbers(shape))[tuple(wg.array(i) for i in index)], numbers(shape)[index])


@FEW
@given(shape=SHAPES, data=st.data())
def test_reading_by_a_mask(shape, data):
    mask = data.draw(hnp.arrays(bool, shape[: data.draw(st.integers(0, len(shape)))]))
    read_like_numpy(numbers(shape), mask)
    same(wg.array(numbers(shape))[wg.array(mask)], numbers(shape)[mask])


def test_an_ellipsis_that_stands_for_no_axis_separates_index_arrays():
    x = numbers((2, 3, 4))
    for index in [([0, 1], ..., [0, 2], slice(None)), (0, slice(None), [[1], [2]]), (slice(None), 0, [1, 2])]:
        read_like_numpy(x, index)


@pytest.mark.parametrize(
    ("index", "primitives"),
    [
        (2, ["getitem"]),
        (slice(1, 3), ["getitem"]),
        ((1, 2), ["getitem"]),
        ((..., 0), ["getitem"]),
        ((None, 1), ["getitem"]),
        ((np.int64(1), np.array(2)), ["getitem"]),
        ([0, 2], ["gather"]),
        ((0, [0, 2]), ["gather"]),
        ((slice(None), [0, 2]), ["gather", "transpose"]),
        ((slice(None), [0, 2], 1), ["gather", "transpose"]),
        ((slice(1, 3), [0, 2]), ["getitem", "gather", "transpose"]),
        ((slice(1, 3), 0, [0, 2]), ["getitem", "gather", "transpose"]),
        (numbers((3, 4, 5)) > 4, ["gather"]),
        ((..., np.array([True] * 4 + [False])), ["gather", "transpose"]),
    ],
)
def test_a_part_with_nothing_to_do_has_no_equation(index, primitives):
    program = wg.trace(lambda x: x[index])(wg.array(numbers((3, 4, 5))))
    assert [equation.primitive.name for equation in program.equations] == primitives


def test_a_mask_selects_no_element_twice_and_says_so():
    def unique(index):
        program = wg.trace(lambda x: x[index])(wg.array(numbers((3, 3))))
        return program.equations[0].params["unique"]

    mask = np.array([True, False, True])
    assert unique(mask)
    assert unique((mask, mask))
    assert unique((mask, 0))
    assert unique([1])
    assert not unique([1, 1])
    assert not unique((np.array([True, False, False]), [1, 1, 2]))
    assert not unique((mask, [[0, 1], [0, 1]]))


# Writing


@MANY
@given(data=st.data(), shape=SHAPES, dtype=st.sampled_from([np.float64, np.float64, np.int32]))
def test_writing_by_mixed_indices(data, shape, dtype):
    x = numbers(shape, dtype)
    index = data.draw(mixed_indices(shape))
    selected = numpy_result(lambda: x[index])
    assume(selected is not None)
    value = -numbers(data.draw(broadcasting_to(np.shape(selected))), data.draw(st.sampled_from([dtype, np.float32])))
    value = 7 if data.draw(st.integers(0, 5)) == 0 else value
    expected = x.copy()
    assume(numpy_result(lambda: expected.__setitem__(index, value) or True))

    found = setitem(x, index, value)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(x, numbers(shape, dtype))  # x stays
    same(setitem(wg.array(x), index, wg.array(value)), expected)
    for written in (wg.array(x), wg.array(x, requires_grad=dtype is np.float64) * 1):
        before = written * 1
        written[index] = value
        same(written, expected)
        same(before, x)


@FEW
@given(data=st.data(), shape=hnp.array_shapes(max_dims=3, max_side=4))
def test_writing_where_an_element_is_written_twice(data, shape):
    x = numbers(shape)
    index = data.draw(hnp.integer_array_indices(shape))
    value = -numbers(np.shape(x[index]))
    expected = x.copy()
    for place in np.ndindex(np.broadcast_shapes(*[i.shape for i in index])):
        expected[tuple(np.broadcast_to(i, value.shape[: len(place)])[place] for i in index)] = value[place]
    same(setitem(wg.array(x), index, value), expected)


def test_writing_converts_to_the_dtype_of_the_array():
    x = wg.arange(3)
    same(setitem(x, 0, 2.7), np.array([2, 1, 2]))
    same(setitem(x, x > 0, wg.array(2.7)), np.array([0, 2, 2]))
    same(setitem(wg.zeros(2, dtype="float32"), [True, False], 1e-9), np.array([1e-9, 0], dtype="float32"))
    same(setitem(wg.zeros(2, dtype=complex), 1, 2), np.array([0, 2 + 0j]))
    same(setitem(wg.zeros(2, dtype=bool), wg.array([True, False]), 3.5), np.array([True, False]))


@pytest.mark.parametrize(
    ("index", "value", "primitives"),
    [
        (1, 2.0, ["index_set"]),
        ((..., slice(1, 3)), 2.0, ["index_set"]),
        ([0, 2], 2.0, ["scatter_set"]),
        ((slice(None), [0, 2]), 2.0, ["scatter_set"]),
        ((0, [0, 2]), [1.0, 2.0], ["scatter_set"]),
        ((slice(1, 3), [0, 2]), 2.0, ["getitem", "scatter_set", "index_set"]),
        (numbers((3, 4)) > 4, 2.0, ["where"]),
        (np.array([True, False, True]), [1.0, 2.0, 3.0, 4.0], ["where"]),
        (np.array([True, False, True]), [[1.0], [2.0]], ["scatter_set"]),
    ],
)
def test_the_equations_of_writing(index, value, primitives):
    program = wg.trace(lambda x: setitem(x, index, value))(wg.array(numbers((3, 4))))
    assert [equation.primitive.name for equation in program.equations] == primitives


# Indices that are themselves computed


def test_the_bounds_of_a_slice_are_read_when_it_is_made():
    n = wg.array(1)
    x = wg.arange(4.0, requires_grad=True)
    y = x[n : wg.array(3)]
    n += 1
    y.sum().backward()
    same(x.grad, np.array([0.0, 1, 1, 0]))


def test_computed_indices_inside_transforms():
    x = np.array([0.3, -0.2, 0.9, 0.1])

    def largest_two(v):
        return (v[wg.argsort(v)[-2:]] ** 2).sum()

    same(wg.grad(largest_two)(x), np.array([0.6, 0, 1.8, 0]))
    same(wg.vmap(wg.grad(largest_two))(np.stack([x, -x])), np.array([[0.6, 0, 1.8, 0], [0, 0.4, 0, -0.2]]))
    same(wg.grad(lambda v: (v[v > 0] ** 2).sum())(x), np.array([0.6, 0, 1.8, 0.2]))
    same(wg.grad(lambda v: v[wg.argmax(v)] * v[0])(x), np.array([0.9, 0, 0.3, 0]))


@FEW
@given(
    data=st.data(),
    shape=hnp.array_shapes(min_dims=1, max_dims=3, max_side=3),
    size=st.integers(1, 3),
    both=st.booleans(),
)
def test_batched_integer_indices(data, shape, size, both):
    x = numbers((size, *shape))
    n = shape[0]
    first = data.draw(
        hnp.arrays(np.int64, (size, *data.draw(st.sampled_from([(), (2,)]))), elements=st.integers(-n, n - 1))
    )
    rest = data.draw(mixed_indices(shape[1:], masks=False))
    rest = rest if isinstance(rest, tuple) else (rest,)

    def read(v, i):
        return v[(i, *rest)]

    expected = numpy_result(lambda: np.stack([x[k][(i if i.ndim else int(i), *rest)] for k, i in enumerate(first)]))
    assume(expected is not None)
    if both:
        same(wg.vmap(read)(x, first), expected)
        written = wg.vmap(lambda v, i: setitem(v, (i, *rest), 0.0))(x, first)
    else:
        shared = np.stack([x[0][(i if i.ndim else int(i), *rest)] for i in first])
        same(wg.vmap(read, in_axes=(None, 0))(x[0], first), shared)
        written = wg.vmap(lambda v, i: setitem(v, (i, *rest), 0.0), in_axes=(None, 0))(x[0], first)
    for k, i in enumerate(first):
        copy = x[k if both else 0].copy()
        copy[(i if i.ndim else int(i), *rest)] = 0
        same(written[k], copy)


def test_entries_of_a_batch_that_read_the_same_element_of_a_shared_array():
    def total(x):
        return (wg.vmap(lambda i: x[i])(wg.array([1, 1, 2])) * wg.array([1.0, 10, 100])).sum()

    same(wg.grad(total)(wg.zeros(3)), np.array([0.0, 11, 100]))


def test_a_mask_that_differs_between_the_entries_of_a_batch():
    x = wg.array([[1.0, -2, 3], [-4, 5, -6]])
    with pytest.raises(wg.ConversionError, match=r"boolean indexing .* vmap"):
        wg.vmap(lambda v: v[v > 0].sum())(x)

    def clipped(v):
        v = v * 1
        v[v < 0] = 0
        return v

    same(wg.vmap(clipped)(x), np.array([[1.0, 0, 3], [0, 5, 0]]))
    same(wg.vmap(wg.grad(lambda v: (clipped(v) ** 2).sum()))(x), np.array([[2.0, 0, 6], [0, 10, 0]]))


# Derivatives


@settings(max_examples=25, deadline=None)
@given(data=st.data(), shape=hnp.array_shapes(max_dims=3, max_side=3))
def test_derivatives_of_reading(data, shape):
    index = data.draw(mixed_indices(shape))
    assume(numpy_result(lambda: numbers(shape)[index]) is not None)
    wg.testing.check_grads(lambda x: x[index] ** 2, (numbers(shape) / 8,), order=2, modes=("fwd", "rev"))


@settings(max_examples=25, deadline=None)
@given(data=st.data(), shape=hnp.array_shapes(max_dims=3, max_side=3))
def test_derivatives_of_writing(data, shape):
    x = numbers(shape) / 8
    index = data.draw(mixed_indices(shape))
    selected = numpy_result(lambda: x[index])
    assume(selected is not None)
    value = numbers(data.draw(broadcasting_to(np.shape(selected)))) / 8
    assume(numpy_result(lambda: x.copy().__setitem__(index, value) or True))
    wg.testing.check_grads(lambda x, v: setitem(x, index, v) ** 2, (x, value), order=2, modes=("fwd", "rev"))


@settings(max_examples=25, deadline=None)
@given(data=st.data(), shape=hnp.array_shapes(max_dims=3, max_side=3))
def test_of_values_written_to_the_same_place_the_last_has_the_derivative(data, shape):
    index = data.draw(hnp.integer_array_indices(shape))
    layout = data.draw(st.sampled_from([np.ascontiguousarray, np.asfortranarray]))
    index = tuple(map(layout, index))
    value = layout(numbers(np.shape(numbers(shape)[index])) / 8)

    def write(x, v):
        return setitem(x, index, v) ** 2

    wg.testing.check_grads(write, (numbers(shape) / 4, value), order=2, modes=("fwd", "rev"))


@pytest.mark.parametrize("index", [0, slice(1, None), [0, 2], np.array([True, False, True]), (slice(1, 3), [True] * 2)])
def test_derivatives_of_writing_a_constant(index):
    for value in (0, 2.5, np.float64(1.5), np.array([[3.0]])):
        wg.testing.check_grads(lambda x, v=value: setitem(x, index, v) ** 2, (numbers((3, 2)) / 8,), order=2)
    same(wg.vmap(lambda v: setitem(wg.zeros((3, 2)), index, v))(np.ones(2))[1], setitem(np.zeros((3, 2)), index, 1.0))


def test_which_value_is_the_last_does_not_depend_on_the_layout_in_memory():
    index = np.array([[1, 1], [1, 2]])
    value = np.array([[1.0, 2], [3, 4]])
    for i in (index, np.asfortranarray(index)):
        for v in (value, np.asfortranarray(value)):
            same(setitem(wg.zeros(3), i, v), np.array([0.0, 3, 4]))
            same(wg.grad(lambda v, i=i: setitem(wg.zeros(3), i, v).sum())(v), np.array([[0.0, 0], [1, 1]]))


def test_derivatives_of_writing_in_place():
    def chain(x, v):
        y = x * x
        y[1:] = y[:-1] * v
        y[[0, 0]] = v[:2]
        y[y > 5] = v[0]
        return y

    wg.testing.check_grads(chain, (np.array([1.5, 0.5, 3.0]), np.array([0.3, 0.7])), order=2)
    same(wg.grad(lambda v: setitem(wg.zeros(2), [0, 0, 1, 0], v).sum())(np.ones(4)), np.array([0.0, 0, 1, 1]))


# Errors


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (3, "out of bounds"),
        ((0, 0, 0), "too many indices"),
        ((..., 0, 0, 0), "too many indices"),
        (([0], [0], [0]), "too many indices"),
        ((..., ...), "only"),
        ([3], "out of bounds"),
        (1.0, "integers.*not 1.0"),
        ("a", "integers.*not 'a'"),
        ([0.5], "integers"),
        (np.array([]), "float64"),
        (np.array(1.0), "float64"),
        (np.array([True, False]), r"\(2,\) does not match.*\(3, 2\)"),
        (([0, 1], [0, 1, 0]), r"\(2,\) and \(3,\)"),
        (({},), "integers"),
    ],
)
def test_an_index_that_is_none_or_outside(index, message):
    x = wg.ones((3, 2))
    with pytest.raises(IndexError, match=message):
        x[index]
    with pytest.raises(IndexError):
        setitem(x, index, 0.0)
    same(x, np.ones((3, 2)))


def test_other_errors():
    x = wg.ones((3, 2))
    with pytest.raises(TypeError, match=r"bounds of a slice.*1\.5"):
        x[1.5:]
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        setitem(x, 0, [1.0, 2, 3])
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(2,\)"):
        setitem(x, 0, np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"\(3,\).*\(2, 2\)"):
        setitem(x, [0, 1], [1.0, 2, 3])
    with pytest.raises(TypeError, match="imaginary"):
        setitem(x, 0, 1j)
    with pytest.raises(TypeError, match="imaginary"):
        setitem(x, [0], wg.array([1j, 2j]))
    with pytest.raises(TypeError, match="gradient"):
        setitem(wg.arange(3), 0, wg.array(1.0, requires_grad=True))


# Functions


@FEW
@given(data=st.data(), mode=st.sampled_from(["raise", "wrap", "clip"]))
def test_take(data, mode, arrays, like_numpy):
    a = data.draw(arrays(hnp.array_shapes(max_dims=3, max_side=3)))
    axis = data.draw(st.none() | st.integers(-a.ndim, a.ndim - 1))
    n = a.size if axis is None else a.shape[axis]
    reach = n if mode == "raise" else 2 * n + 1
    low = 0 if mode == "raise" else -reach
    shape = data.draw(hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=2))
    indices = data.draw(hnp.arrays(np.int64, shape, elements=st.integers(low, reach - 1)))
    like_numpy("take", a, indices, axis=axis, mode=mode)
    if mode == "raise":
        like_numpy("take", a, indices - n, axis=axis)


def test_take_of_what_is_outside():
    with pytest.raises(IndexError, match="out of bounds"):
        wg.take([1.0, 2.0], 2)
    with pytest.raises(IndexError, match="integers"):
        wg.take([1.0, 2.0], [0.0])
    with pytest.raises(ValueError, match="'raise', 'wrap' or 'clip'"):
        wg.take([1.0], 0, mode="around")
    with pytest.raises(ValueError, match="axis 1"):
        wg.take([1.0], 0, axis=1)
    same(wg.take([1.0], []), np.array([]))


@FEW
@given(data=st.data())
def test_take_along_axis(data, arrays, like_numpy):
    a = data.draw(arrays(hnp.array_shapes(max_dims=3, max_side=3)))
    axis = data.draw(st.integers(-a.ndim, a.ndim - 1))
    shape = list(a.shape)
    shape[axis] = data.draw(st.integers(0, 3))
    n = a.shape[axis]
    indices = data.draw(hnp.arrays(np.int64, tuple(shape), elements=st.integers(-n, n - 1)))
    like_numpy("take_along_axis", a, indices, axis=axis)
    like_numpy("take_along_axis", a, indices.ravel() % n, axis=None)


def test_take_along_axis_and_its_derivatives():
    x, i = numbers((2, 3)), np.array([[0, 2, 2, 1], [1, 1, 1, 1]])
    same(wg.take_along_axis(x, i), np.take_along_axis(x, i, axis=-1))
    same(wg.take_along_axis(x, i[:1]), np.take_along_axis(x, i[:1], axis=-1))
    wg.testing.check_grads(lambda x: wg.take_along_axis(x, i) ** 2, (x,), order=2)
    with pytest.raises(ValueError, match="equal rank"):
        wg.take_along_axis(x, i[0])
    with pytest.raises(IndexError, match="integers"):
        wg.take_along_axis(x, x)


@FEW
@given(data=st.data())
def test_where_elements_are_not_zero(data, arrays):
    a = data.draw(arrays(hnp.array_shapes(max_dims=3, min_side=0, max_side=3)))
    for given_ in (a, wg.array(a, requires_grad=a.dtype.kind in "fc")):
        for found, expected in zip(wg.nonzero(given_), np.nonzero(a), strict=True):
            same(found, expected)
        same(wg.argwhere(given_), np.argwhere(a))
        same(wg.flatnonzero(given_), np.flatnonzero(a))


def test_nonzero_needs_a_value_and_an_axis():
    with pytest.raises(ValueError, match="atleast_1d"):
        wg.nonzero(3.0)
    with pytest.raises(wg.ConversionError, match=r"nonzero.*vmap"):
        wg.vmap(lambda v: wg.nonzero(v)[0])(np.ones((2, 2)))


@FEW
@given(data=st.data())
def test_compress_and_extract(data, arrays, like_numpy):
    x = data.draw(arrays(hnp.array_shapes(max_dims=3, max_side=3)))
    axis = data.draw(st.none() | st.integers(-x.ndim, x.ndim - 1))
    n = x.size if axis is None else x.shape[axis]
    condition = data.draw(arrays((data.draw(st.integers(0, n)),), dtypes=("bool", "int64")))
    like_numpy("compress", condition, x, axis)
    out = np.empty_like(np.compress(condition, x, axis))
    assert wg.compress(condition, x, axis, out) is out
    np.testing.assert_array_equal(out, np.compress(condition, x, axis))
    like_numpy("extract", data.draw(arrays(x.shape, dtypes=("bool", "int64"))), x)


def test_compress_extract_and_targets_have_derivatives():
    x = numbers((2, 3)) / 4
    for function in (
        lambda x: wg.compress([True, False, True], x, axis=1),
        lambda x: wg.compress([False, True], x, axis=0),
        lambda x: wg.extract(x > 0.6, x),
        lambda x: wg.take(x, [2, 0, 2], axis=1, out=wg.zeros((2, 3))),
        lambda x: wg.take(x, [7, -1], mode="clip"),
    ):
        wg.testing.check_grads(lambda x, f=function: f(x) ** 2, (x,), order=2)
    with pytest.raises(IndexError, match="out of bounds"):
        wg.compress([False, False, True], [1.0, 2.0])
    with pytest.raises(wg.ShapeError, match="vector"):
        wg.compress([[True]], [1.0])
    with pytest.raises(wg.ConversionError, match="recorded value into a plain"):
        wg.take(wg.array([1.0], requires_grad=True), 0, out=np.zeros(()))
