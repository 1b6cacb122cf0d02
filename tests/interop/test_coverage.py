"""Every function of NumPy's on recorded arrays: the values of plain ones, and right derivatives."""

import copy
import warnings
from functools import reduce
from pathlib import Path

import numpy as np
import pytest

import wengert as wg
from wengert.interop import coverage
from wengert.interop.absent import ABSENT
from wengert.interop.numpy_protocol import own_function, own_ufunc

PAGE = Path(__file__).parents[2] / "docs" / "numpy-functions.md"
OF_ONE_TRIANGLE = {"numpy.linalg.cholesky", "numpy.linalg.eigh", "numpy.linalg.eigvalsh"}
ENTRIES = list(coverage.entries())
HERE = [e for e in ENTRIES if e.own]


def numpys(entry):
    return reduce(getattr, entry.name.split(".")[1:], np)


def leaves(result):
    if isinstance(result, (tuple, list)):
        return [leaf for part in result for leaf in leaves(part)]
    return [result]


def called(function, arguments):
    """What a function returns; what it wrote into, where it returns nothing."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        result = function(*arguments)
    return leaves(arguments[0] if result is None else result)


def test_what_is_missing_has_a_reason():
    assert {e.name for e in ENTRIES if not e.own} == set(ABSENT)
    assert len(HERE) > 340
    assert len([e for e in ENTRIES if e.differentiable]) > 220


def test_no_parameter_is_missing_without_notice():
    assert {e.name: e.without for e in HERE if e.without} == {}


@pytest.mark.parametrize("entry", HERE, ids=lambda e: e.name)
def test_numpys_function_gives_what_it_gives_on_plain_arrays(entry):
    function = numpys(entry)
    own = (own_ufunc if isinstance(function, np.ufunc) else own_function)(function)[0]
    arguments = coverage.sample(entry.name, function)
    expected = called(function, copy.deepcopy(arguments))
    by_numpy = called(function, coverage.recorded(arguments))
    by_own = called(own, coverage.recorded(arguments))
    assert any(getattr(y, "requires_grad", False) for y in by_numpy) == entry.differentiable
    assert len(by_numpy) == len(by_own) == len(expected)
    for found, mine, wanted in zip(by_numpy, by_own, expected, strict=True):
        if not isinstance(wanted, (np.ndarray, np.generic)):
            assert found == mine == wanted
            continue
        wanted = np.asarray(wanted)
        for y in (found, mine):
            y = wg.asarray(y).detach().numpy()
            assert y.shape == wanted.shape
            if "empty" not in entry.name:
                np.testing.assert_allclose(y, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("entry", [e for e in HERE if e.differentiable], ids=lambda e: e.name)
def test_derivatives_through_numpys_function(entry):
    function = numpys(entry)
    arguments = coverage.sample(entry.name, function)
    places = []

    def find(value, path):
        if isinstance(value, (tuple, list)):
            for i, part in enumerate(value):
                find(part, (*path, i))
        elif isinstance(value, np.ndarray) and value.dtype.kind in "fc":
            places.append((path, value))

    def filled(value, path, new):
        if isinstance(value, (tuple, list)):
            return type(value)(filled(part, (*path, i), new) for i, part in enumerate(value))
        return new.get(path, value)

    def f(*given):
        if entry.name in OF_ONE_TRIANGLE:
            given = [x + x.mT for x in map(wg.asarray, given)]
        new = {path: x * 1.0 for (path, _), x in zip(places, given, strict=True)}
        return [
            y for y in called(function, filled(arguments, (), new)) if getattr(y, "dtype", np.dtype(int)).kind in "fc"
        ]

    find(arguments, ())
    point = [x for _, x in places]
    with np.errstate(all="ignore"):
        if all(np.isfinite(np.asarray(wg.asarray(y).detach())).all() for y in f(*map(wg.array, point))):
            wg.testing.check_grads(f, point, order=1)


def test_the_page_shows_the_table():
    text = PAGE.read_text(encoding="utf-8")
    assert coverage.table() in text, "run: python -m wengert.interop.coverage, and put what it prints into the page"
