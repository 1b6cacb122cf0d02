"""Memory goes to and comes from other libraries by DLPack."""

import numpy as np
import pytest

import wengert as wg


class Old:
    """A library that speaks DLPack as before version 1.0, which knows no read-only memory."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **_):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint32", "float32", "float64", "complex128"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_to_and_from_numpy(dtype, shape):
    a = np.ones(shape, dtype)
    x = wg.from_dlpack(a)
    assert isinstance(x, wg.Array)
    assert (x.dtype, x.shape) == (a.dtype, a.shape)
    back = np.from_dlpack(x)
    assert (back.dtype, back.shape) == (a.dtype, a.shape)
    np.testing.assert_array_equal(back, a)


def test_memory_is_shared_unless_a_copy_is_asked_for():
    a = np.zeros(3)
    x, y = wg.from_dlpack(a), wg.from_dlpack(a, copy=True)
    a[0] = 5
    assert x[0] == 5
    assert y[0] == 0


def test_what_is_exported_cannot_be_written_to():
    x = wg.arange(3.0)
    view = np.from_dlpack(x)
    assert not view.flags.writeable
    copy = np.from_dlpack(Old(x))
    if copy.flags.writeable:
        copy[0] = 7
    assert x[0] == 0
    assert x.__dlpack_device__() == (1, 0)


def test_a_recorded_array_is_refused():
    x = wg.arange(3.0, requires_grad=True)
    with pytest.raises(wg.ConversionError, match="detach"):
        np.from_dlpack(x)
    np.testing.assert_array_equal(np.from_dlpack(x.detach()), [0, 1, 2])
    assert wg.from_dlpack(x).requires_grad  # to the library itself, nothing is lost
    assert wg.from_dlpack(x, copy=True).requires_grad


def test_devices():
    x = wg.from_dlpack(np.arange(3), device="cpu")
    assert x.device == "cpu"
    assert x.to_device("cpu") is x
    for wrong in (
        lambda: wg.from_dlpack(np.arange(3), device="gpu"),
        lambda: x.to_device("cuda:0"),
        lambda: wg.zeros(2, device="gpu"),
        lambda: wg.asarray([1], device="gpu"),
        lambda: wg.astype(x, float, device="gpu"),
        lambda: wg.linspace(0, 1, 3, device="gpu"),
    ):
        with pytest.raises(ValueError, match="'cpu'"):
            wrong()
    with pytest.raises(ValueError, match="stream"):
        x.to_device("cpu", stream=1)
