"""The tree of ways."""

from wengert.compiler.choice import Choice


def test_a_failed_guard_leads_to_the_way_with_that_outcome() -> None:
    choice: Choice[str] = Choice()
    for trips in range(5):
        choice.add(f"{trips} trips", [*[True] * trips, False])
    assert choice.first() == "4 trips"
    assert choice.after([True, True, False]) == "2 trips"
    assert choice.after([True, True, True]) == "4 trips"
    assert choice.after([False]) == "0 trips"
    assert choice.after([True] * 5) is None
    choice.took("1 trips")
    assert choice.first() == "1 trips"


def test_without_guards_there_is_one_way() -> None:
    choice: Choice[str] = Choice()
    assert choice.first() is None
    choice.add("the only one", [])
    assert choice.first() == "the only one"
    assert choice.after([True]) is None


def test_a_way_can_be_taken_out_again() -> None:
    choice: Choice[str] = Choice()
    choice.add("a", [1])
    choice.add("b", [2])
    choice.remove("b")
    assert choice.first() == "a"
    assert (choice.after([1]), choice.after([2])) == ("a", None)
    choice.remove("a")
    assert choice.first() is None
    assert choice.ways == []
