from wengert.compiler.lowering.indices import Index, constant_of, linear, row_major

I, J = Index(0, {"%i": 1}), Index(0, {"%j": 1})


def test_arithmetic():
    assert Index(3, {"%i": 2, "%j": -1}) == 2 * I + 3 - J
    assert Index(5, {"%i": -1}) == 5 - I
    assert Index(1, {"%i": -1}) == -(I - 1)


def test_what_cancels_is_an_integer():
    assert I - I == 0
    assert (I + 4) - I == 4
    assert 0 * I == 0


def test_equal_indices_have_one_hash():
    assert hash(I + J) == hash(J + I)
    assert I + J == J + I
    assert I != J


def test_constant():
    assert constant_of([1, 2]) == (1, 2)
    assert constant_of([1, I]) is None


def test_strides():
    assert row_major((2, 3, 4)) == (12, 4, 1)
    assert row_major(()) == ()
    assert linear([I, 2], (4, 1), 3) == Index(5, {"%i": 4})
    assert linear([I, 2], (0, 1)) == 2
