"""What we answer agrees with what a real API server (v1.34.9) answered.

Cases that do not agree yet are listed in ``golden_differs.txt`` beside this file, which may only
become shorter: a listed case that agrees fails, so that it is taken off the list.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kube.api import goldenapi
from kube.api.goldendiff import differences
from shared import needs_shared

pytestmark = needs_shared

FILES = ("validation", "defaulting", "admission", "crd")
DIFFERS = frozenset(
    line.split("#")[0].strip()
    for line in Path(__file__).with_name("golden_differs.txt").read_text().splitlines()
    if line.split("#")[0].strip()
)
# The list began with this many; it only becomes shorter.
DIFFERED_AT_FIRST = 75


def _cases() -> Iterator[Any]:
    api = goldenapi.fresh_api(None)
    for name in FILES:
        for record in goldenapi.records(name):
            if goldenapi.is_write(record, api):
                yield pytest.param(record, id=record["case"])


def _disagreements(record: dict[str, Any]) -> list[str]:
    answer, warnings = goldenapi.replay(record)
    theirs = record["response"]["body"]
    ours, recorded = goldenapi.comparable(answer), goldenapi.comparable(theirs)
    if ours != recorded:
        return [f"ours:   {ours}", f"theirs: {recorded}"]
    told = goldenapi.warnings_of(record)
    # What minieks says about itself the real server cannot say.
    warned = [text for text in warnings if not text.startswith("minieks ")]
    if sorted(warned) != sorted(told):
        return [f"ours:   {warned}", f"theirs: {told}"]
    if recorded == "accepted" and record["request"]["method"] == "POST":
        return list(differences(answer, theirs))
    return []


@pytest.mark.parametrize("record", list(_cases()))
def test_the_answer_is_that_of_the_real_api_server(record: dict[str, Any]) -> None:
    found = _disagreements(record)
    if record["case"] in DIFFERS:
        assert found, "it agrees now: take it off golden_differs.txt"
    else:
        assert not found, "\n".join(found)


def test_the_list_of_what_differs_does_not_grow() -> None:
    assert len(DIFFERS) <= DIFFERED_AT_FIRST
    known = {record["case"] for name in FILES for record in goldenapi.records(name)}
    assert known >= DIFFERS
