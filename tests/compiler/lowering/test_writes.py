import numpy as np

import wengert as wg

ROWS = np.arange(60.0).reshape(3, 20)


def test_parts_of_every_kind(lowering):
    def f(x):
        return (
            wg.concatenate([x, wg.sin(x[:, :3]), x.T.reshape(3, 20)], axis=1),
            wg.pad(x, ((1, 2), (0, 3))),
            wg.stack([x, x[::-1]]),
            wg.concatenate([x[0], wg.zeros(2), x[1]]),
        )

    lowering.same(f, ROWS)
    lowering.same(f, ROWS.astype("float32"), tolerance=1e-6)


def test_writing_slices(lowering):
    def f(x):
        y = wg.array(x)
        y[::2, ::-1] = x[:2] + 1
        y[1] = 0.5
        y[:, 4] = x[0, :3]
        y[0, 0] = -1
        return y

    lowering.same(f, ROWS)


def test_numbers_are_cast_as_numpy_casts_them(lowering):
    for n in (4, 40):
        for dtype in ("int64", "bool", "uint8", "float32"):

            def f(x):
                x[1:3] = 2.75
                return x

            lowering.same(f, np.zeros(n, dtype))


def test_values_are_broadcast(lowering):
    def f(x):
        y = wg.zeros((4, 3, 20))
        y[1:] = x
        y[0] = x[:, :1]
        y[3] = x[2]
        return y

    lowering.same(f, ROWS)
