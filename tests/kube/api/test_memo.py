"""Results are remembered for the very same object only, and not without end."""

from minieks.kube.api.memo import IdentityMemo


def test_an_equal_object_is_another_one() -> None:
    memo: IdentityMemo[int] = IdentityMemo()
    source = {"a": 1}
    assert memo.put(source, 5) == 5
    assert memo.get(source) == 5
    assert memo.get({"a": 1}) is None


def test_the_oldest_are_forgotten_when_it_is_full() -> None:
    memo: IdentityMemo[int] = IdentityMemo(4)
    sources: list[dict[str, int]] = [{"n": n} for n in range(5)]
    for number, source in enumerate(sources):
        memo.put(source, number)
    assert [memo.get(source) for source in sources] == [None, None, 2, 3, 4]


def test_of_many_only_new_ones_are_worked_out() -> None:
    memo: IdentityMemo[int] = IdentityMemo()
    sources: list[dict[str, int]] = [{"n": n} for n in range(3)]
    memo.put(sources[1], 10)
    asked: list[int] = []

    def made(source: dict[str, int]) -> int:
        asked.append(source["n"])
        return source["n"]

    assert memo.each(sources, made) == [0, 10, 2]
    assert memo.each(sources, made) == [0, 10, 2]
    assert asked == [0, 2]
