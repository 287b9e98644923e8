"""Compares what happened with what was recorded, as far as the recording was stable."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from controllers_golden.entries import Entry

_SLACK = 2.0
# Where the real program looks only every so often, the moment within its period is chance.
_PERIODS = {"node-lifecycle": 5.0, "volumes": 15.0, "node-deleted": 20.0}
_EXTRAS = ("rs", "job", "deploy", "sts", "ds", "pvc", "cj", "pdb")


def _text(entry: Any) -> str:
    return json.dumps(entry, sort_keys=True)


def _any_pod(text: str) -> str:
    text = re.sub(r"-p\d+\b", "-p*", text)
    return re.sub(r"\bn\d+\b", "n*", text)


def compare_list(
    found: Sequence[Entry], wanted: Sequence[Entry], order: str, *, exact_pods: bool
) -> Iterator[str]:
    """Per object in its order, or as a set, or only what was recorded, as ``order`` says.

    Which of several equal pods it was is chance: two recorded runs may have agreed by chance too.
    So where the choice itself is not what a case is about, any of them will do.
    """
    differences = list(_compared(found, wanted, order))
    if differences and not exact_pods and not order.endswith("-any-pod"):
        differences = list(_compared(found, wanted, f"{order}-any-pod"))
    yield from differences


def _compared(found: Sequence[Entry], wanted: Sequence[Entry], order: str) -> Iterator[str]:
    normal: Callable[[str], str] = _any_pod if order.endswith("-any-pod") else str
    here = [normal(_text(entry)) for entry in found]
    there = [normal(_text(entry)) for entry in wanted]
    if order.startswith("partial"):
        yield from (f"missing {text}" for text in _missing(there, here))
        return
    differs = False
    for text in _missing(there, here):
        differs = True
        yield f"missing {text}"
    for text in _missing(here, there):
        differs = True
        yield f"not recorded {text}"
    if not differs and not order.startswith("set"):
        yield from _order_differences(here, there)


def _missing(wanted: Iterable[str], found: Iterable[str]) -> list[str]:
    return sorted((Counter(wanted) - Counter(found)).elements())


def _order_differences(here: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    one, other = _per_object(here), _per_object(there)
    for about, entries in other.items():
        # A name that stands for several pods has no order of its own.
        if "*" not in about and one[about] != entries:
            yield f"{about}: order {one[about]}, recorded {entries}"


def _per_object(texts: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        found[json.loads(text)[0]].append(text)
    return found


def compare_events(
    found: Sequence[Entry], wanted: Sequence[Entry], order: str, *, exact_pods: bool
) -> Iterator[str]:
    """As changes are compared."""
    for difference in compare_list(found, wanted, order, exact_pods=exact_pods):
        yield f"event: {difference}"


def compare_times(
    found: Sequence[tuple[float, Entry]],
    wanted: Sequence[Entry],
    times: Sequence[Sequence[float] | None],
    case: dict[str, Any],
) -> Iterator[str]:
    """Whether each change came when it did in the recorded runs, give or take."""
    slack = _SLACK + _PERIODS.get(case["case"], _PERIODS.get(case["family"], 0.0))
    left = [(seconds, _text(entry)) for seconds, entry in found]
    for entry, recorded in zip(wanted, times, strict=True):
        index = next((i for i, (_, text) in enumerate(left) if text == _text(entry)), None)
        if recorded is None or index is None or recorded[0] is None:
            continue
        seconds, _ = left.pop(index)
        if not recorded[0] - slack <= seconds <= recorded[-1] + slack:
            yield f"{entry} after {seconds:.1f} s, recorded {recorded}"


def compare_state(
    found: dict[str, Any], wanted: dict[str, Any], unstable: Iterable[str]
) -> Iterator[str]:
    """Each recorded object is as recorded, and there is no other of the kinds that are told."""
    skipped = set(unstable)
    for about, state in wanted.items():
        if about not in found:
            yield f"state: no {about}"
        elif about == "pod":
            yield from _compare_pods(found[about], state, skipped)
        elif about not in skipped:
            yield from _compare_fields(about, found[about], state, skipped)
    for about in found:
        if about.split("/")[0] in _EXTRAS and about not in wanted:
            yield f"state: {about} was not recorded"
    if "pods" in found and "pods" not in wanted:
        yield f"state: pods {found['pods']} were not recorded"


def _compare_fields(
    about: str, found: dict[str, Any], wanted: dict[str, Any], skipped: set[str]
) -> Iterator[str]:
    for field in dict.fromkeys((*wanted, *found)):
        path = f"{about}/{field}"
        if any(one == path or one.startswith(f"{path}/") for one in skipped):
            continue
        if found.get(field) != wanted.get(field):
            yield f"state: {path} is {found.get(field)}, recorded {wanted.get(field)}"


_ABSENT = {"ready": False, "terminating": False}


def _compare_pods(
    found: dict[str, Any], wanted: dict[str, Any], skipped: set[str]
) -> Iterator[str]:
    for shown, state in wanted.items():
        if f"pod/{shown}" in skipped:
            continue
        if shown not in found:
            yield f"state: no pod {shown}"
            continue
        for field, value in {**_ABSENT, **state}.items():
            is_skipped = f"pod/{shown}/{field}" in skipped
            if not is_skipped and found[shown][field] != value:
                was = found[shown][field]
                yield f"state: pod/{shown}/{field} is {was}, recorded {value}"
