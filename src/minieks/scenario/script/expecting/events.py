"""The expectation that an event is seen, or is not."""

from dataclasses import dataclass
from typing import Any

from minieks.engine.clock import Micros
from minieks.scenario.script.facts import Facts, Miss
from minieks.scenario.script.seen import Wanted
from minieks.scenario.script.tables import Field, Table
from minieks.scenario.script.times import elapsed
from minieks.scenario.script.values import BOOLEAN, MOMENT, NAMED, TEXT, WHOLE


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event is seen so often until a moment, or never."""

    wanted: Wanted
    seen: bool = True
    by: Micros | None = None
    at_least: int = 1

    @property
    def wording(self) -> str:
        """What is expected."""
        one = self.wanted
        named = [f"event {one.reason}" if one.reason else "an event"]
        named += [f"about {one.about}"] if one.about else []
        named += [f"with {one.text!r}"] if one.text else []
        return " ".join([*named, "is seen" if self.seen else "is not seen"])

    def misses(self, facts: Facts) -> list[Miss]:
        """It was not seen often enough, or it was seen."""
        ends = facts.end if self.by is None else self.by
        moments = [one for one in facts.seen.moments.get(self.wanted, ()) if one <= ends]
        about = (self.wanted.about.about,) if self.wanted.about else ()
        if not self.seen:
            text = f"it was seen {len(moments)} times, first at "
            return [Miss(text + elapsed(one - facts.start), one, about) for one in moments[:1]]
        if len(moments) >= self.at_least:
            return []
        return [Miss(f"it was seen {len(moments)} times", self.by, about)]


def _event(**given: Any) -> EventSeen:
    own = {name: given[name] for name in ("reason", "text", "about") if name in given}
    more = {name: value for name, value in given.items() if name not in own}
    return EventSeen(Wanted(**own), **more)


EVENT = Table(
    "event",
    "An event is seen, or is not.",
    (
        Field("reason", TEXT, "its reason: `FailedScheduling`, `SuccessfulRescale`"),
        Field("text", TEXT, "a part of its message"),
        Field("about", NAMED, "the object that it is about, or the workload of that pod"),
        Field("seen", BOOLEAN, "`false` expects that it is not seen"),
        Field("by", MOMENT, "until when; by default until the end"),
        Field("at_least", WHOLE, "how often; by default once"),
    ),
    _event,
    'event = { reason = "SuccessfulRescale", about = "HorizontalPodAutoscaler/shop/web" }',
)
