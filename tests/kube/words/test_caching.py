"""Which answers are remembered."""

import pytest

from minieks.kube.words.caching import LONGEST, remembered_if_short


@pytest.mark.parametrize(
    ("length", "asked"),
    [
        pytest.param(LONGEST, 1, id="short: remembered"),
        pytest.param(LONGEST + 1, 2, id="long: asked each time"),
    ],
)
def test_only_answers_about_short_texts_are_remembered(length: int, asked: int) -> None:
    calls = []

    @remembered_if_short(8)
    def size(text: str) -> int:
        calls.append(text)
        return len(text)

    assert [size("x" * length), size("x" * length)] == [length, length]
    assert len(calls) == asked
