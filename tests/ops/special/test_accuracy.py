"""Derivatives of special functions, where naive rules cancel or overflow, against 17 digits of mpmath.

The numbers are ``mpmath.diff`` of mpmath's functions, by differences of 1e-20 in 80 to 300 digits, at the binary
numbers that are given.
"""

import numpy as np
import pytest

import wengert as wg

ONE = [  # function, argument, order, derivative
    ("erfcx", 30.0, 1, -0.00062583541050748407),
    ("erfcx", 30.0, 3, -4.1560989624037205e-6),
    ("erfcx", 2.0, 2, 0.083605505207053094),
    ("log_ndtr", -30.0, 1, 30.033259667433677),
    ("log_ndtr", -30.0, 2, -0.99889622848810991),
    ("log_ndtr", -30.0, 3, 7.3099930157844385e-5),
    ("log_ndtr", -1.5, 3, 0.083151924423927126),
    ("log_ndtr", 2.0, 3, 0.18439481503247759),
    ("log_ndtr", 8.0, 2, -4.0418168668295189e-14),
    ("expit", 60.0, 1, 8.7565107626965203e-27),
    ("log_expit", 60.0, 2, -8.7565107626965203e-27),
    ("i0e", 10000.0, 1, -1.9947862106984188e-7),
    ("i1e", 300.0, 2, 1.9073863049232582e-7),
    ("k0e", 10000.0, 1, -6.266335712204455e-7),
    ("k1e", 300.0, 2, 6.0676068956715909e-7),
    ("spence", 1.000000001, 2, 0.49999999933333328),
    ("digamma", -3.3, 2, 68.769445477485234),
    ("zeta", -10.2, 1, -0.022190062736008948),
    ("zeta", 1.5, 3, -96.000994006735541),
    ("exprel", 1e-8, 2, 0.33333333583333334),
    ("exprel", -40.0, 2, 3.1249999999999888e-5),
]
SEVERAL = [  # function, arguments, order in each, derivative
    ("gammainc", (2.0, 1.0), (1, 0), -0.2761960457028348),
    ("gammainc", (2.0, 1.0), (2, 0), 0.20511882229077995),
    ("gammainc", (2.0, 1.0), (3, 0), -0.018225527636374503),
    ("gammainc", (0.5, 3.0), (1, 0), -0.047240326447973751),
    ("gammainc", (1e-6, 1e-8), (1, 0), -17.843148347533834),
    ("gammainc", (1e-6, 1e-8), (3, 0), -5590.6112606077272),
    ("gammainc", (1e-3, 5.0), (2, 0), -0.0053803108616609749),
    ("gammainc", (30.0, 12.0), (1, 0), -8.4424793436036674e-6),
    ("gammaincc", (30.0, 60.0), (2, 0), 3.5349370367537646e-6),
    ("gammainc", (1000.0, 900.0), (1, 0), -6.2457090358415652e-5),
    ("gammainc", (1000.0, 1000.0), (1, 0), -0.012616713994069625),
    ("gammainc", (1.0, 1e-100), (2, 0), 5.3213214298820964e-96),
    ("gammainc", (0.9, 1.0), (1, 0), -0.43299734108661135),
    ("betainc", (2.0, 3.0, 0.5), (1, 0, 0), -0.1952886866349624),
    ("betainc", (2.0, 3.0, 0.5), (0, 1, 0), 0.15410849392498291),
    ("betainc", (2.0, 3.0, 0.5), (1, 1, 0), 0.043759131896217188),
    ("betainc", (2.0, 3.0, 0.5), (2, 1, 0), -0.049903068983111259),
    ("betainc", (1e-6, 2.0, 1e-30), (1, 0, 0), -68.072919394275348),
    ("betainc", (1e-6, 1e-4, 0.3), (1, 1, 0), 96088261.423631548),
    ("betaincc", (0.01, 30.0, 0.9), (0, 1, 0), -8.9575548384878999e-34),
    ("betainc", (0.5, 0.5, 0.999), (2, 0, 0), 0.0275644788556208),
    ("betainc", (100.0, 0.1, 0.5), (1, 0, 0), -1.7058733756472082e-33),
    ("betainc", (300.0, 700.0, 0.25), (1, 0, 0), -3.4995596602958327e-5),
    ("betainc", (300.0, 700.0, 0.31), (1, 1, 0), 0.00022005173720639085),
    ("betainc", (2.0, 3.0, 1e-30), (0, 1, 0), 3.5000000000000006e-60),
    ("betaln", (1e10, 1.0), (1, 0), -1e-10),
    ("betaln", (1e6, 1e-3), (2, 0), 1.0000009990004985e-15),
    ("kv", (0.3, 2.0), (1, 0), 0.014408840527212603),
    ("kv", (4.0, 0.01), (2, 0), 207571755727.56557),
    ("kv", (2.0, 30.0), (1, 1), -1.5693263570221602e-15),
    ("kve", (0.5, 1000.0), (0, 1), -1.9816636488030055e-5),
    ("zeta", (3.0, 0.7), (1, 0), 0.80115682933539191),
    ("zeta", (1.2, 5.0), (2, 1), -0.37286949988671178),
    ("rel_entr", (1.000000000001, 1.0), (1, 0), 1.0000000000010001),
    ("kl_div", (1.000000000001, 1.0), (1, 0), 1.0000889005818409e-12),
    ("boxcox", (2.0, 1e-9), (0, 1), 0.24022650707010893),
    ("inv_boxcox", (1.5, 1e-9), (0, 1), -5.0419001883743848),
    ("pseudo_huber", (1e8, 1.0), (1, 0), 2.4999999999999997e-25),
]


@pytest.mark.parametrize(("name", "x", "order", "expected"), ONE)
def test_of_one_argument(name, x, order, expected):
    check(name, (x,), (order,), expected)


@pytest.mark.parametrize(("name", "args", "orders", "expected"), SEVERAL)
def test_of_several_arguments(name, args, orders, expected):
    check(name, args, orders, expected)


def check(name, args, orders, expected):
    """In reverse mode, and in forward mode over it."""
    backward = forward = getattr(wg.special, name)
    for i, order in enumerate(orders):
        for k in range(order):
            backward = wg.grad(backward, argnums=i)
            forward = pushed(forward, i) if k else wg.grad(forward, argnums=i)
    values = [wg.array(x) for x in args]
    for derivative in (backward, forward):
        np.testing.assert_allclose(derivative(*values), expected, rtol=4e-12)


def pushed(function, i):
    def derivative(*args):
        return wg.jvp(lambda x: function(*args[:i], x, *args[i + 1 :]), (args[i],), (np.float64(1.0),))[1]

    return derivative


def test_continuous_where_ways_to_compute_meet():
    """The derivatives of neighbouring numbers, on both sides of a threshold, differ by the next derivative's share."""
    thresholds = {"erfcx": (1.0, 7.0, 7.5), "i0e": (18.0,), "exprel": (-1.0, 13.0, 14.0), "spence": (0.5, 1.5, 4.0)}
    for name, points in thresholds.items():
        function = getattr(wg.special, name)
        for order in (1, 2):
            derivative = wg.grad(function) if order == 1 else wg.grad(wg.grad(function))
            for x in points:
                sides = [derivative(np.nextafter(x, to)).item() for to in (-np.inf, np.inf)]
                np.testing.assert_allclose(sides[0], sides[1], rtol=2e-12)
    for function, args in ((wg.special.gammainc, (3.0, 2.674060313754743)), (wg.special.betainc, (2.0, 2.0, 0.5))):
        sides = [wg.grad(function)(*args[:-1], args[-1] * (1 + e)).item() for e in (-1e-15, 1e-15)]
        np.testing.assert_allclose(sides[0], sides[1], rtol=1e-12)
