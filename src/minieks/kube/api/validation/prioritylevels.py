"""Validation of PriorityLevelConfigurations.

Source: kubernetes pkg/apis/flowcontrol/validation/validation.go, apiserver
pkg/util/shufflesharding. A spec that must be the fixed one is shown as it was sent, and not in the
server's internal form.
"""

from collections.abc import Iterator, Mapping
from math import ceil, log2
from typing import Any, Final

from minieks.data import flow_defaults
from minieks.kube.api.fields import FieldError, forbidden, invalid, not_supported, required
from minieks.kube.words.objects import Obj, name

_EXEMPT: Final = "exempt"
_CATCH_ALL: Final = "catch-all"
_MOST_QUEUES: Final = 10_000_000
_HASH_BITS: Final = 60
_POSITIVE: Final = "must be positive"
_FIXED: Final = "spec of 'catch-all' must equal the fixed value"
_FIXED_EXEMPT: Final = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value"


def priority_level(obj: Obj) -> Iterator[FieldError]:
    """A PriorityLevelConfiguration."""
    spec = obj.get("spec") or {}
    type_, limited, exempt = spec.get("type", ""), spec.get("limited"), spec.get("exempt")
    if (name(obj) == _EXEMPT) != (type_ == "Exempt"):
        yield invalid("spec.type", type_, "type must be 'Exempt' if and only if name is 'exempt'")
    if type_ == "Exempt":
        if limited is not None:
            yield forbidden("spec.limited", "must be nil if the type is not Limited")
        yield from _shares(exempt or {}, "spec.exempt")
    elif type_ == "Limited":
        if exempt is not None:
            yield forbidden("spec.exempt", "must be nil if the type is Limited")
        if limited is None:
            yield required("spec.limited", "must not be empty when type is Limited")
        else:
            yield from _limited(limited, "spec.limited")
    else:
        yield not_supported("spec.type", type_, ("Exempt", "Limited"))
    yield from _fixed_level(spec, name(obj))


def _fixed_level(spec: Obj, own: str) -> Iterator[FieldError]:
    if own == _EXEMPT and {key: spec[key] for key in spec if key != "exempt"} != {"type": "Exempt"}:
        yield invalid("spec", spec, _FIXED_EXEMPT)
    elif own == _CATCH_ALL and spec != flow_defaults.levels()[own]:
        yield invalid("spec", spec, _FIXED)


def _shares(part: Mapping[str, Any], path: str) -> Iterator[FieldError]:
    shares, lendable = part.get("nominalConcurrencyShares", 0), part.get("lendablePercent", 0)
    if shares < 0:
        yield invalid(f"{path}.nominalConcurrencyShares", shares, "must be a non-negative integer")
    if not 0 <= lendable <= 100:
        text = "must be between 0 and 100, inclusive"
        yield invalid(f"{path}.lendablePercent", lendable, text)


def _limited(limited: Obj, path: str) -> Iterator[FieldError]:
    yield from _shares(limited, path)
    borrowing = limited.get("borrowingLimitPercent", 0)
    if borrowing < 0:
        text = "if specified, must be a non-negative integer"
        yield invalid(f"{path}.borrowingLimitPercent", borrowing, text)
    yield from _response(limited.get("limitResponse") or {}, f"{path}.limitResponse")


def _response(response: Obj, path: str) -> Iterator[FieldError]:
    type_, queuing = response.get("type", ""), response.get("queuing")
    if type_ not in ("Queue", "Reject"):
        yield not_supported(f"{path}.type", type_, ("Queue", "Reject"))
    elif type_ == "Reject" and queuing is not None:
        text = "must be nil if limited.limitResponse.type is not Limited"
        yield forbidden(f"{path}.queuing", text)
    elif type_ == "Queue" and queuing is None:
        text = "must not be empty if limited.limitResponse.type is Limited"
        yield required(f"{path}.queuing", text)
    elif queuing is not None:
        yield from _queuing(queuing, f"{path}.queuing")


def _queuing(queuing: Obj, path: str) -> Iterator[FieldError]:
    length, queues, hand = (queuing[key] for key in ("queueLengthLimit", "queues", "handSize"))
    if length <= 0:
        yield invalid(f"{path}.queueLengthLimit", length, _POSITIVE)
    if queues <= 0:
        yield invalid(f"{path}.queues", queues, _POSITIVE)
    elif queues > _MOST_QUEUES:
        yield invalid(f"{path}.queues", queues, f"must not be greater than {_MOST_QUEUES}")
    if hand <= 0:
        yield invalid(f"{path}.handSize", hand, _POSITIVE)
    elif hand > queues:
        text = f"should not be greater than queues ({queues})"
        yield invalid(f"{path}.handSize", hand, text)
    elif ceil(log2(queues) * hand) > _HASH_BITS:
        text = f"required entropy bits of deckSize {queues} and handSize {hand}"
        yield invalid(f"{path}.handSize", hand, f"{text} should not be greater than {_HASH_BITS}")
