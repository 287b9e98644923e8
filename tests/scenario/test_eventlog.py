"""The event log: what is there, then what changes."""

import json
from pathlib import Path

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.scenario.eventlog import EventLog

START = 1_764_000_000 * SECOND


def test_the_log_of_a_world_can_be_replayed_to_its_state(tmp_path: Path) -> None:
    store, engine = Store(), Engine(VirtualClock(START))
    store.create("nodes", "n", {"name": "n", "cpu": 1})
    file = tmp_path / "events.jsonl"
    log = EventLog(file, engine)

    log.attach(store)
    store.create("pods", "default/p", {"name": "p"})
    store.replace("nodes", "n", {"name": "n", "cpu": 2})
    store.remove("pods", "default/p")
    log.close()
    store.create("pods", "default/q", {"name": "q"})

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    told = [(line["type"], line["collection"], line["object"]) for line in lines]
    assert told == [
        ("ADDED", "nodes", {"name": "n", "cpu": 1}),
        ("ADDED", "pods", {"name": "p"}),
        ("MODIFIED", "nodes", {"name": "n", "cpu": 2}),
        ("DELETED", "pods", {"name": "p"}),
    ]
    assert [line["revision"] for line in lines] == [1, 2, 3, 4]
    assert {line["time"] for line in lines} == {"2025-11-24T16:00:00.000000Z"}
