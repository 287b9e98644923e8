"""Patterns of custom resources: Go's answer where it can be had at once."""

import time

import pytest

from minieks.kube.api.patterns import matches

DNS = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        pytest.param("^a+$", "aaa", True, id="found"),
        pytest.param("^a+$", "aab", False, id="not found"),
        pytest.param("b", "abc", True, id="anywhere"),
        pytest.param(r"^a\z", "a", True, id="end of text in Go's way"),
        pytest.param(DNS, "example.com", True, id="a nested one on a short text"),
        pytest.param(DNS, "Example_com", False, id="a nested one that a short text breaks"),
        pytest.param(r"^([0-9]{1,3}\.){3}$", "1.1.x", False, id="counted repeats"),
        pytest.param("[", "a", True, id="no pattern at all"),
        pytest.param("^[(a+)+]{1,40}$", "!" * 30, False, id="a set is no group"),
        pytest.param(r"^\(a+\)+$", "(" + "a" * 40, False, id="an escape is no group"),
    ],
)
def test_a_pattern_is_found_or_not(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)*$", "(a|aa)+$", "((a)*)*$", "(?:a*b?)*$", "(a?){2,}$", "a*a*a*a*a*$"],
)
@pytest.mark.parametrize("length", [22, 40, 100_000])
def test_no_pattern_takes_long(pattern: str, length: int) -> None:
    begun = time.process_time()
    matches(pattern, "a" * (length - 1) + "!")
    assert time.process_time() - begun < 2
