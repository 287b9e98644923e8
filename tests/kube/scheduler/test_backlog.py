"""Changes that the scheduler keeps for later."""

from minieks.engine.store import Change, ChangeType
from minieks.kube.scheduler.backlog import Backlog


def _change(key: str, type_: ChangeType, number: int = 0) -> Change:
    return Change(number, "nodes", key, type_, {"number": number})


def _kept(*changes: Change) -> list[tuple[str, str, int]]:
    backlog = Backlog()
    for change in changes:
        assert backlog.add(change)
    return [(change.key, change.type, change.revision) for change in backlog.drain()]


def test_of_several_changes_of_one_object_the_last_is_kept_in_the_place_of_the_first() -> None:
    assert _kept(
        _change("a", "ADDED", 1), _change("b", "ADDED", 2), _change("a", "MODIFIED", 3)
    ) == [("a", "MODIFIED", 3), ("b", "ADDED", 2)]


def test_what_came_and_went_meanwhile_is_not_kept() -> None:
    assert _kept(_change("a", "ADDED", 1), _change("a", "DELETED", 2)) == []


def test_that_something_known_before_is_gone_is_kept() -> None:
    assert _kept(_change("a", "MODIFIED", 1), _change("a", "DELETED", 2)) == [("a", "DELETED", 2)]


def test_what_went_and_came_again_is_another_object_and_needs_what_is_kept_taken_over() -> None:
    backlog = Backlog()
    assert backlog.add(_change("a", "DELETED", 1))
    assert not backlog.add(_change("a", "ADDED", 2))


def test_what_was_drained_is_not_kept_any_more() -> None:
    backlog = Backlog()
    backlog.add(_change("a", "ADDED", 1))
    assert len(list(backlog.drain())) == 1
    assert list(backlog.drain()) == []
    # It is known by now: that it goes is news.
    assert backlog.add(_change("a", "DELETED", 2))
    assert [change.type for change in backlog.drain()] == ["DELETED"]
