"""Setting generators back."""

import wengert as wg
from wengert.compiler.tracing.draws import Rewind, drawn_by


def test_generators_go_back_to_where_they_were_first_remembered() -> None:
    rng = wg.random.default_rng(0)
    rewind = Rewind([rng])
    first = rng.random(3).tolist()
    rewind.remember([rng])
    rewind()
    assert rng.random(3).tolist() == first


def test_generators_of_a_program_and_of_programs_within() -> None:
    a, b = wg.random.default_rng(0), wg.random.default_rng(1)

    def f(x: wg.Array) -> wg.Array:
        x = x + a.normal(size=3) + a.normal(size=3)
        return wg.scan(lambda c, _: (c + b.normal(size=3), None), x, None, length=3)[0]

    assert drawn_by(wg.trace(f)(wg.ones(3))) == [a, b]
