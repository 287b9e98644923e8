"""Numbers over time, and what a report makes of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.autoscale.clusterautoscaler.unneeded import Unremovable
from minieks.cli.autoscaling import evicted
from minieks.cli.report import span
from minieks.cli.sparkline import sparkline, squeezed
from minieks.engine.clock import MINUTE, SECOND
from minieks.scenario.observe.blocked import Blocked
from minieks.scenario.observe.replicas import Counts
from minieks.scenario.observe.series import Series
from minieks.scenario.result import ScalingRow
from minieks.scenario.summary.curves import slots
from minieks.scenario.summary.scaling import Changes, changes_of, reactions

POINTS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 9)), min_size=1, max_size=20)


def _series(*points: tuple[int, float]) -> Series:
    found = Series()
    for at, value in points:
        found.put(at, value)
    return found


def test_a_series_keeps_changes_only_and_the_last_of_a_moment() -> None:
    found = _series((0, 1), (5, 1), (7, 2), (7, 3), (9, 1))

    assert (found.moments, found.values) == ([0, 7, 9], [1, 3, 1])
    assert [found.at(one) for one in (-1, 0, 6, 7, 8, 20)] == [0, 1, 1, 3, 3, 1]


@given(POINTS, st.integers(0, 1000), st.integers(0, 1000))
def test_pieces_fill_their_window_and_agree_with_the_series(
    points: list[tuple[int, int]], one: int, other: int
) -> None:
    found, (begins, ends) = _series(*sorted(points)), sorted((one, other))
    pieces = list(found.between(begins, ends))

    assert (pieces[0].begins, pieces[-1].ends) == (begins, ends)
    assert all(a.ends == b.begins for a, b in pairwise(pieces))
    assert all(piece.value == found.at(piece.begins) for piece in pieces)


@given(POINTS)
def test_the_means_of_slots_add_up_to_the_whole(points: list[tuple[int, int]]) -> None:
    found = _series(*sorted(points))
    area = sum(one.value * (one.ends - one.begins) for one in found.between(0, 1000))

    assert sum(slots(found, 0, 1000, 10)) * 100 == pytest.approx(area, abs=0.1)


def test_what_goes_up_and_down_again_soon_flaps() -> None:
    wanted = _series((0, 2), (5 * MINUTE, 4), (8 * MINUTE, 3), (30 * MINUTE, 5), (60 * MINUTE, 2))

    assert changes_of(wanted) == Changes(ups=2, downs=2, flaps=1)


def test_a_reaction_is_from_the_rise_of_load_until_all_are_ready() -> None:
    counts = Counts()
    for at, wanted, ready in [(0, 2, 2), (100, 4, 2), (115, 5, 2), (160, 5, 5), (900, 6, 5)]:
        counts.wanted.put(at * SECOND, wanted)
        counts.ready.put(at * SECOND, ready)
    asked = _series((0, 10), (70 * SECOND, 30), (105 * SECOND, 35))

    # The second rise is part of the first reaction; the last one is not over.
    assert reactions(counts, asked) == [90 * SECOND]
    assert reactions(counts, None) == [60 * SECOND]
    assert reactions(counts, _series((0, 10))) == [60 * SECOND]


def test_the_time_of_kept_nodes_is_counted_by_reason() -> None:
    blocked = Blocked()
    by_pod = Unremovable("BlockedByPod", "default/web-5d4f8c7b9d-x2v4z has local storage")
    blocked.round(0, {"a": by_pod, "b": Unremovable("NotUnderutilized")})
    blocked.round(10, {"a": Unremovable("RecentlyUnremovable"), "b": by_pod})
    blocked.round(30, {"b": Unremovable("NoPlaceToMovePods")})

    # a: 0 to 30 by the pod; b: 10 to 30 by the pod, then for want of a place.
    (pod, place) = sorted(blocked.times(40).items())
    assert (pod[0][0], pod[1]) == ("BlockedByPod", (50, 2))
    assert (place[0][0], place[1]) == ("NoPlaceToMovePods", (10, 1))


@pytest.mark.parametrize(
    ("values", "line"),
    [
        pytest.param((), "", id="nothing"),
        pytest.param((3, 3), "▁▁", id="always the same"),
        pytest.param((0, 1, 7), "▁▂█", id="from low to high"),
        pytest.param((10, 5), "█▁", id="down"),
    ],
)
def test_a_sparkline_reaches_from_the_least_to_the_most(
    values: tuple[float, ...], line: str
) -> None:
    assert sparkline(values) == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (86400, "24 hours"),
        (172800, "2 days"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (1200, "20 minutes"),
        (61, "61 seconds"),
    ],
)
def test_a_run_s_length_in_words(seconds: int, text: str) -> None:
    assert span(seconds) == text


def _row(name: str, **evictions: int) -> ScalingRow:
    sizes = dict.fromkeys(("replicas_min", "replicas_max", "replicas_end", "ups", "downs"), 1)
    none = dict.fromkeys(("flaps", "requests_offered", "requests_dropped"), 0)
    return ScalingRow(
        namespace="shop",
        kind="Deployment",
        name=name,
        seconds_to_react_p50=None,
        seconds_to_react_max=None,
        seconds_under_provisioned=0.0,
        seconds_throttled=0.0,
        load="",
        evictions=evictions,
        **sizes,
        **none,
    )


def test_evictions_of_what_did_not_scale_are_told_too() -> None:
    rows = [_row("web", PreemptionByScheduler=1, EvictionByEvictionAPI=2), _row("api"), _row("db")]
    assert list(evicted(rows, ())) == [
        "shop/Deployment/web: 3 evicted (EvictionByEvictionAPI, PreemptionByScheduler)"
    ]
    assert list(evicted(rows, ["shop/Deployment/web"])) == []


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [
        ([1, 2, 3], 3, [1, 2, 3]),
        ([1, 2, 3], 8, [1, 2, 3]),
        ([1, 3, 5, 7], 2, [2, 6]),
        ([1, 2, 3, 4, 5], 2, [1.5, 4]),
    ],
    ids=["as many", "fewer", "pairs", "uneven"],
)
def test_a_narrow_terminal_gets_means(
    values: list[float], width: int, expected: list[float]
) -> None:
    assert list(squeezed(values, width)) == expected
