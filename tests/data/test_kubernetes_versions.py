"""Kubernetes versions on EKS: when each is supported how."""

from itertools import pairwise

import pytest

from minieks.data.kubernetes_versions import (
    DEFAULT_VERSION,
    all_versions,
    find_version,
    support,
)
from minieks.engine.errors import UserError
from minieks.kube.words.times import parse


# Amazon EKS user guide, "Amazon EKS Kubernetes release calendar".
@pytest.mark.parametrize(
    ("version", "at", "expected"),
    [
        ("1.34", "2025-10-01T23:59:59Z", "future"),
        ("1.34", "2025-10-02T00:00:00Z", "standard"),
        ("1.34", "2026-12-01T23:59:59.999999Z", "standard"),
        ("1.34", "2026-12-02T00:00:00Z", "extended"),
        ("1.34", "2027-12-02T00:00:00Z", "ended"),
        ("1.31", "2026-11-23T00:00:00Z", "extended"),
        ("1.30", "2026-11-23T00:00:00Z", "ended"),
        ("1.20", "2022-10-31T00:00:00Z", "standard"),
        ("1.20", "2022-11-01T00:00:00Z", "ended"),  # no extended support
        ("1.35", "2026-11-23T00:00:00Z", "standard"),
    ],
)
def test_support(version: str, at: str, expected: str) -> None:
    assert support(version, parse(at)) == expected


def test_versions_follow_each_other() -> None:
    for before, after in pairwise(all_versions()):
        assert after.minor == before.minor + 1
        assert after.released > before.released
        assert after.standard_ends > before.standard_ends


def test_support_periods_do_not_overlap_their_ends() -> None:
    for known in all_versions():
        assert known.released < known.standard_ends <= known.extended_ends


def test_the_default_is_a_known_version_with_a_patch() -> None:
    assert find_version(DEFAULT_VERSION).full == "1.34.1"


@pytest.mark.parametrize(("version", "hint"), [("1.43", "1.34"), ("latest", "run from 1.18 to 1.")])
def test_an_unknown_version_is_refused(version: str, hint: str) -> None:
    with pytest.raises(UserError) as refused:
        support(version, 0)
    assert refused.value.message == f"Amazon EKS has no Kubernetes version {version!r}"
    assert hint in refused.value.hint
