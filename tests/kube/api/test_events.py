"""Events as client-go's recorder writes them."""

from minieks.engine.clock import HOUR, MINUTE, SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.api.events import EventRecorder, EventText
from minieks.kube.words.objects import Obj

POD: Obj = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7"},
}


class World:
    """An engine, a store and a recorder."""

    def __init__(self) -> None:
        self.engine = Engine(VirtualClock(1_764_000_000 * SECOND))
        self.store = Store()
        self.recorder = EventRecorder(self.engine, self.store)

    def say(self, message: str, reason: str = "Pulled") -> None:
        self.recorder.record(POD, EventText("Normal", reason, message, "kubelet", "node-1"))

    def events(self) -> list[Obj]:
        return self.store.values("events")


def test_an_event_names_its_object_and_its_source() -> None:
    world = World()
    world.say("hello")

    (event,) = world.events()
    assert event["involvedObject"] == {
        "kind": "Pod",
        "namespace": "shop",
        "name": "web",
        "uid": "u1",
        "apiVersion": "v1",
        "resourceVersion": "7",
    }
    assert event["source"] == {"component": "kubelet", "host": "node-1"}
    assert event["metadata"]["namespace"] == "shop"
    assert event["firstTimestamp"] == event["lastTimestamp"] == "2025-11-24T16:00:00Z"


def test_the_same_event_again_is_counted() -> None:
    world = World()
    world.say("hello")
    world.engine.run(world.engine.now() + MINUTE)
    world.say("hello")

    (event,) = world.events()
    assert event["count"] == 2
    assert event["firstTimestamp"] == "2025-11-24T16:00:00Z"
    assert event["lastTimestamp"] == "2025-11-24T16:01:00Z"


def test_similar_events_are_combined_from_the_tenth_on() -> None:
    # client-go tools/record/events_cache.go: fewer than 10 different messages in 10 minutes stay
    world = World()
    for number in range(13):
        world.say(f"message {number}")

    messages = [event["message"] for event in world.events()]
    assert messages[:9] == [f"message {number}" for number in range(9)]
    assert messages[9:] == ["(combined from similar events): message 12"]
    assert world.events()[-1]["count"] == 4


def test_a_source_that_floods_is_cut_off_after_25_and_gets_one_more_in_five_minutes() -> None:
    world = World()
    for _ in range(30):
        world.say("hello")
    assert world.events()[0]["count"] == 25

    world.engine.run(world.engine.now() + 5 * MINUTE)
    world.say("hello")
    world.say("hello")
    assert world.events()[0]["count"] == 26


def test_events_expire_an_hour_after_they_were_last_counted() -> None:
    world = World()
    world.say("hello")
    world.engine.run(world.engine.now() + 50 * MINUTE)
    world.say("hello")
    world.engine.run(world.engine.now() + 50 * MINUTE)
    assert len(world.events()) == 1

    world.engine.run(world.engine.now() + HOUR)
    assert world.events() == []
    assert world.engine.next_due() is None


def test_an_event_that_nobody_wants_is_not_kept_but_counts_for_its_source() -> None:
    world, like_it = World(), World()
    world.recorder.wanted = lambda about, text: text.reason != "Pulled"
    for each in (world, like_it):
        for number in range(20):
            each.say(f"image {number}")
        for number in range(20):
            each.say("Back-off", reason=f"BackOff{number}")

    kept = [event["reason"] for event in world.events()]
    assert kept == [
        event["reason"] for event in like_it.events() if event["reason"].startswith("BackOff")
    ]
    assert 0 < len(kept) < 20


def test_sources_are_forgotten_also_where_no_event_is_kept() -> None:
    world = World()
    world.recorder.wanted = lambda about, text: False
    world.say("hello")
    assert world.engine.next_due() is not None
    world.engine.run(world.engine.now() + 3 * HOUR)
    assert world.engine.next_due() is None
