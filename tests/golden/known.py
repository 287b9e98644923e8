"""Recorded cases that do not agree, each with the reason why; see ``differences.json``."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from golden.outcome import Outcome

_FILE = Path(__file__).with_name("differences.json")


@cache
def known(folder: str) -> Mapping[str, str]:
    """The cases of a program that do not agree, with the reasons."""
    reasons: Mapping[str, str] = json.loads(_FILE.read_text(encoding="utf-8")).get(folder, {})
    return reasons


def is_as_known(outcome: Outcome, folder: str) -> bool:
    """Whether a case agrees, or is listed among those that do not; but not both."""
    return outcome.agrees != (outcome.case in known(folder))


def complaint(outcome: Outcome, folder: str) -> str:
    """What is not as it is known of a case; empty if nothing is."""
    if is_as_known(outcome, folder):
        return ""
    if outcome.agrees:
        return f"{outcome.case} agrees: take it out of {_FILE.name}"
    return str(outcome.first)
