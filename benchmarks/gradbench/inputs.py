"""Inputs of the problems, by problem and size, each made alone and from a seed.

`make(problem, size)` is the ``input`` of the suite's protocol with NumPy arrays for its lists and without the fields
that say how often to repeat. Where the suite draws its inputs from a seed (gmm, kmeans, lse, llsq, ode, det), these are
the suite's own, number for number. Where it reads files (ba, ht, lstm), they are inputs of our own of the same shapes,
unless the folder of the suite's files is given; a size that is none of the suite's comes from a seed in any case.

The names of sizes, with the suite's own where it has any:

======== ======================================================================================================
hello    the number
gmm      ``d_k_n``, ``d_k_n_m_gamma``
ba       ``ba1`` to ``ba20``, ``n_m_p``
ht       ``hand1`` to ``hand12``, ``KIND_MODEL_handI`` (``simple_small_hand1``), ``KIND_V_N`` (``simple_60_7``: of 60
         vertices and 7 correspondences), ``KIND_V_N_mirrored``
lstm     ``L_c``
kmeans   ``k_n_d``
lse      ``n``
llsq     ``n``, ``n_m``
ode      ``n_s``
det      ``l``
others   ``default``
======== ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from . import made_hand, reference, suite_files
from .rotation import rotate

Input = Any
SEED = 31337


def _labels(sizes: Iterable[tuple[int, ...]]) -> tuple[str, ...]:
    return tuple("_".join(map(str, size)) for size in sizes)


def _numbers(size: str) -> tuple[int, ...]:
    return tuple(map(int, size.split("_")))


def _by_work(sizes: Iterable[tuple[int, ...]], work: Callable[..., int]) -> tuple[str, ...]:
    """The labels in the order of the work; equals stay as they came."""
    return _labels(sorted(sizes, key=lambda size: work(*size)))


def _gmm_sizes(ds: Iterable[int], ks: Iterable[int]) -> tuple[str, ...]:
    return _by_work([(d, k, 1000) for d in ds for k in ks], lambda d, k, n: d * k)


# n, m and p of the suite's files ba1 to ba20, as the files themselves have them: the name of ba20's says another p.
BA_SHAPES = {
    f"ba{i}": shape
    for i, shape in enumerate(
        [
            (49, 7776, 31843),
            (21, 11315, 36455),
            (161, 48126, 182072),
            (372, 47423, 204472),
            (257, 65132, 225911),
            (539, 65220, 277273),
            (93, 61203, 287451),
            (88, 64298, 383937),
            (810, 88814, 393775),
            (1197, 126327, 563734),
            (1723, 156502, 678718),
            (253, 163691, 899155),
            (245, 198739, 1091386),
            (356, 226730, 1255268),
            (1102, 780462, 4052340),
            (1544, 942409, 4750193),
            (1778, 993923, 5001946),
            (1936, 649673, 5213733),
            (4585, 1324582, 9125125),
            (13682, 4456117, 28987644),
        ],
        start=1,
    )
}

_ANY = ("default",)
_SMALL = {
    "hello": ("-1.5", "0", "3"),
    "gmm": ("2_1_1", "2_1_7", "1_2_5", "3_2_9", "3_4_9_2_0.5", "5_3_20"),
    "ba": ("1_1_1", "3_5_11", "4_3_12", "2_9_4"),
    "ht": ("simple_60_7", "simple_60_1_mirrored", "complicated_60_1", "complicated_60_7", "complicated_60_7_mirrored"),
    "lstm": ("1_2", "1_5", "2_4", "3_9"),
    "kmeans": ("1_5_2", "4_4_3", "3_40_4", "5_60_1"),
    "lse": ("1", "2", "7", "50"),
    "llsq": ("2_3", "3_4", "5_1", "8_6", "16"),
    "ode": ("1_1", "2_1", "5_1", "6_10", "9_2"),
    "det": ("1", "2", "3", "4"),
    "particle": _ANY,
    "saddle": _ANY,
}
_DEFAULT = {
    "hello": ("1",),
    "gmm": _gmm_sizes((2, 10, 20, 32, 64), (5, 10, 25, 50, 100)),
    "ba": tuple(f"ba{i}" for i in range(1, 15)),
    "ht": tuple(f"hand{i}" for i in range(1, 13)),
    "lstm": _by_work([(l, c) for l in (2, 4, 6) for c in (1024, 4096, 8192)], lambda l, c: l * c),
    "kmeans": _by_work(
        [(k, n, d) for k in (10, 100, 1000) for n in (1000, 10000) for d in (8, 16)], lambda k, n, d: k * n * d
    ),
    "lse": tuple(str(2500 * 2**i) for i in range(10)),
    "llsq": tuple(map(str, (16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8196, 16392))),
    "ode": _by_work([(n, s) for n in (1000, 10000, 100000) for s in (1, 10, 100)], lambda n, s: n * s),
    "det": tuple(map(str, range(5, 12))),
    "particle": _ANY,
    "saddle": _ANY,
}
_FULL = _DEFAULT | {
    "gmm": _gmm_sizes((2, 10, 20, 32, 64, 128), (5, 10, 25, 50, 100, 200)),
    "ba": tuple(BA_SHAPES),
}

SIZES: dict[str, dict[str, tuple[str, ...]]] = {
    problem: {"small": _SMALL[problem], "default": _DEFAULT[problem], "full": _FULL[problem]} for problem in _DEFAULT
}
"""Of each problem, the sizes for tests, the suite's default ones, and all of the suite's."""


def make(problem: str, size: str, data: Path | None = None) -> Input:
    """The input of a problem at a size; ba, ht and lstm from the suite's files if their folder is given."""
    if problem not in _MAKE:
        raise ValueError(f"no problem {problem!r}; there are {', '.join(_MAKE)}")
    try:
        if data is not None and problem in _READ:
            return _READ[problem](size, data)
        return _MAKE[problem](size)
    except (KeyError, ValueError) as error:
        some = ", ".join(SIZES[problem]["small"] + SIZES[problem]["default"][:3])
        raise ValueError(f"{problem} has no size {size!r} ({error}); it has, for example, {some}") from error


def _legacy(problem: str, size: str, draws: Callable[[str], int]) -> np.random.RandomState:
    """The suite's generator after it made all sizes before this one, of which each took `draws` uniform numbers."""
    stream = np.random.RandomState(SEED)
    sizes = _DEFAULT[problem]
    if size in sizes:
        stream.random_sample(sum(map(draws, sizes[: sizes.index(size)])))
    return stream


def _hello(size: str) -> Input:
    return float(size)


def _gmm(size: str) -> Input:
    fields = size.split("_")
    d, k, n = map(int, fields[:3])
    m, gamma = fields[3:] or (0, 1)
    rng = np.random.default_rng(SEED)
    return {
        "d": d,
        "k": k,
        "n": n,
        "m": int(m),
        "gamma": float(gamma),
        "x": rng.normal(size=(n, d)),
        "alpha": rng.normal(size=k),
        "mu": rng.uniform(size=(k, d)),
        "q": rng.normal(size=(k, d)),
        "l": rng.normal(size=(k, d * (d - 1) // 2)),
    }


def _ba(size: str) -> Input:
    """Cameras around a cloud of points, all different, and what they see, with a noise of a pixel.

    Points are in a ball of radius 1, and it lies from 4 to 8 in front of each camera. At a size of our own with more
    than one camera, the first is not turned, which is a case of its own in the rotation.
    """
    n, m, p = BA_SHAPES[size] if size in BA_SHAPES else _numbers(size)
    rng = np.random.default_rng(SEED)
    cameras, points, weights = np.empty((n, 11)), rng.normal(size=(m, 3)), rng.uniform(0.1, 1, size=p)
    cameras[:, :3] = rng.normal(scale=0.5, size=(n, 3))
    if n > 1 and size not in BA_SHAPES:
        cameras[0, :3] = 0
    towards = rng.uniform((-0.5, -0.5, 4), (0.5, 0.5, 8), size=(n, 3))
    cameras[:, 3:6] = -rotate(-cameras[:, :3], towards)
    cameras[:, 6] = rng.uniform(400, 800, size=n)
    cameras[:, 7:9] = rng.normal(scale=10, size=(n, 2))
    cameras[:, 9:] = rng.uniform((-0.1, -0.01), (0.1, 0.01), size=(n, 2))
    points /= np.maximum(1, np.linalg.norm(points, axis=1, keepdims=True))
    scene = {"n": n, "m": m, "p": p, "cam": cameras, "x": points}
    seen, _ = reference.evaluate("ba", "objective", scene | {"w": np.ones(p), "feat": np.zeros((p, 2))})
    return scene | {"w": weights, "feat": seen + rng.normal(size=(p, 2))}


def _ht(size: str) -> Input:
    if "hand" not in size:
        kind, vertices, count, *mirrored = size.split("_")
        if kind not in suite_files.HAND_KINDS or mirrored not in ([], ["mirrored"]):
            raise ValueError("it has to be KIND_V_N or KIND_V_N_mirrored, of a KIND simple or complicated")
        return made_hand.make(kind, int(vertices), int(count), bool(mirrored), SEED)
    kind, model, hand = suite_files.hand_of(size)
    return made_hand.make(kind, made_hand.VERTICES[model], suite_files.HAND_COUNTS[hand], False, SEED)


# Words for a text, one of them with the apostrophe that makes a character 14 bits long.
_WORDS = ("and", "the", "of", "in", "to", "thy", "love", "beauty’s", "rose", "summer", "sweet", "eyes", "night", "fair")
BITS = 14


def made_text(characters: int) -> str:
    """Lines of eight words, drawn from a small vocabulary."""
    words = np.random.default_rng(SEED).choice(_WORDS, size=characters)  # a word has at least one character
    lines = (" ".join(words[i : i + 8]) for i in range(0, characters, 8))
    return ",\n".join(line.capitalize() for line in lines)[:characters]


def _lstm_of(text: str, layers: int) -> Input:
    """Characters as binary digits, most significant first; parameters as the suite draws them, but from a seed."""
    points = np.array([ord(character) for character in text])
    rng = np.random.default_rng(SEED)
    state = rng.random((2 * layers, BITS))
    main = rng.random((2 * layers, 4 * BITS))
    extra = rng.random((3, BITS))
    sequence = (points[:, None] >> np.arange(BITS - 1, -1, -1) & 1).astype(float)
    return {"main_params": main, "extra_params": extra, "state": state, "sequence": sequence}


def _lstm(size: str) -> Input:
    layers, characters = _numbers(size)
    return _lstm_of(made_text(characters), layers)


def _lstm_read(size: str, data: Path) -> Input:
    layers, characters = _numbers(size)
    return _lstm_of(suite_files.text(data, characters), layers)


def _ba_read(size: str, data: Path) -> Input:
    return suite_files.ba(data, size) if size in BA_SHAPES else _ba(size)


def _ht_read(size: str, data: Path) -> Input:
    """Where the folder lacks the file of a hand, as it may of the largest ones, it is drawn on the suite's model."""
    if "hand" not in size:
        return _ht(size)
    kind, model, hand = suite_files.hand_of(size)
    if suite_files.has_hand(data, kind, model, hand):
        return suite_files.ht(data, kind, model, hand)
    rng = np.random.default_rng(SEED)
    return made_hand.observed(suite_files.hand_model(data, model), kind, suite_files.HAND_COUNTS[hand], rng)


def _kmeans(size: str) -> Input:
    k, n, d = _numbers(size)

    def draws(size: str) -> int:
        _, n, d = _numbers(size)
        return n * d

    points = _legacy("kmeans", size, draws).random_sample((n, d))
    return {"points": points, "centroids": points[-k:].copy()}


def _lse(size: str) -> Input:
    return {"x": _legacy("lse", size, int).random_sample(int(size))}


def _llsq(size: str) -> Input:
    n, m = (*_numbers(size), 128)[:2]
    return {"x": _legacy("llsq", size, lambda _: 128).random_sample(m), "n": n}


def _ode(size: str) -> Input:
    n, s = _numbers(size)
    return {"x": _legacy("ode", size, lambda size: _numbers(size)[0]).random_sample(n), "s": s}


def _det(size: str) -> Input:
    ell = int(size)
    return {"A": _legacy("det", size, lambda size: int(size) ** 2).random_sample(ell**2), "ell": ell}


def _particle(size: str) -> Input:
    _require_default(size)
    return {"w": 0.0}


def _saddle(size: str) -> Input:
    _require_default(size)
    return {"start": np.ones(2)}


def _require_default(size: str) -> None:
    if size != "default":
        raise ValueError("there is one size only")


_MAKE: dict[str, Callable[[str], Input]] = {
    "hello": _hello,
    "gmm": _gmm,
    "ba": _ba,
    "ht": _ht,
    "lstm": _lstm,
    "kmeans": _kmeans,
    "lse": _lse,
    "llsq": _llsq,
    "ode": _ode,
    "det": _det,
    "particle": _particle,
    "saddle": _saddle,
}
_READ: dict[str, Callable[[str, Path], Input]] = {"ba": _ba_read, "ht": _ht_read, "lstm": _lstm_read}
