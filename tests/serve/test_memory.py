import pytest

from minieks.serve.memory import Trimmer, trim


@pytest.mark.parametrize(
    ("counts", "trimmed"),
    [
        pytest.param([1, 500, 999], 0, id="few"),
        pytest.param([500, 1000, 1001], 1, id="many-came"),
        pytest.param([10_000, 9_500, 100], 2, id="many-came-and-went"),
        pytest.param([600, 1, 600, 1], 0, id="the-same-few-again-and-again"),
    ],
)
def test_free_memory_is_looked_for_when_many_connections_came_or_went(
    counts: list[int], trimmed: int
) -> None:
    calls: list[None] = []
    trimmer = Trimmer(lambda: calls.append(None))
    for count in counts:
        trimmer.look(count)
    assert len(calls) == trimmed


def test_the_c_library_takes_the_wish() -> None:
    trim()
