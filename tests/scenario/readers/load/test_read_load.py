"""Load files are read, and what is wrong in them is told with its place and remedy."""

from typing import Any

import pytest

from minieks.engine.clock import DAY, HOUR, MINUTE, SECOND
from minieks.engine.errors import UserError
from minieks.kube.words import times
from minieks.load.curves import Curve
from minieks.load.spec import LoadSpec
from minieks.scenario.readers.load import read_load
from minieks.scenario.readers.sources import Written

START = times.parse("2026-11-23T00:00:00Z")
FILES = {
    "rate.csv": "time,rps,errors\n2026-11-23T00:00:00Z,10,1\n2026-11-23T12:00:00Z,30,0\n",
    "short.csv": "time,rps\n2026-11-23T00:00:00Z,10\n2026-11-23T01:00:00Z,30\n",
    "back.csv": "time,rps\n2026-11-23T01:00:00Z,10\n2026-11-23T00:00:00Z,30\n",
    "nan.csv": "time,rps\n2026-11-23T00:00:00Z,NaN\n",
    "range.json": """{"status": "success", "data": {"resultType": "matrix", "result": [
      {"metric": {"pod": "a"}, "values": [[1795392000, "1.5"], [1795435200, "2"]]},
      {"metric": {"pod": "b"}, "values": [[1795392000, "2.5"]]}]}}""",
}


def _web(kind: str = "Deployment", name: str = "web") -> dict[str, Any]:
    containers = [{"name": "app"}, {"name": "proxy"}]
    labels = {"app": name, "tier": "back" if kind == "StatefulSet" else "front"}
    return {
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}},
    }


def _read(text: str) -> LoadSpec:
    def files(named: str) -> Written:
        if named not in FILES:
            raise UserError("no such file or directory", where=named)
        return Written(named, FILES[named])

    objects = [_web(), _web("StatefulSet", "database")]
    return read_load(Written("load.yaml", text), objects, (START, START + DAY), files)


def _rate(shape: str) -> Curve:
    text = f"workloads:\n- workload: Deployment/shop/web\n  requests: {{rate: {shape}, cpu: 5m}}\n"
    requests = _read(text).workloads[0].requests
    assert requests is not None
    return requests.rate


@pytest.mark.parametrize(
    ("shape", "hour", "value"),
    [
        ("12", 5, 12),
        ("{constant: 12}", 5, 12),
        ("{steps: {0s: 1, 2h: 5, 2026-11-23T04:00:00Z: 9}}", 3, 5),
        ("{steps: {0s: 1, 2h: 5, 2026-11-23T04:00:00Z: 9}}", 4, 9),
        ("{ramp: {0s: 0, 10h: 100}}", 5, 52.5),
        ("{ramp: {2h: 10, 4h: 100}}", 1, 10),
        ("{daily: {'00:00': 10, '12:00': 30}, interpolate: step}", 13, 30),
        ("{daily: {'00:00': 10, '12:00': 30}, interpolate: step, zone: Asia/Tokyo}", 3, 30),
        ("{weekly: {mon-fri: {'00:00': 5}, sat-sun: {'00:00': 1}}, interpolate: step}", 1, 5),
        ("{csv: rate.csv}", 13, 30),
        ("{csv: rate.csv, column: errors}", 1, 1),
        ("{csv: short.csv, then: hold}", 20, 30),
        ("{csv: short.csv, then: repeat}", 20, 10),
        ("{prometheus: range.json}", 1, 4),
        ("{prometheus: range.json, labels: {pod: a}}", 13, 2),
        ("{constant: 10, spikes: [{at: 1h, for: 5m, times: 3}]}", 1, 30),
    ],
)
def test_shapes(shape: str, hour: int, value: float) -> None:
    assert _rate(shape).at(START + hour * HOUR) == pytest.approx(value)


def test_a_whole_file() -> None:
    spec = _read(
        """
        workloads:
        - workload: Deployment/shop/web
          container: proxy
          cpu: 50m
          memory: {steps: {0s: 64Mi, 1h: 1Gi}}
          requests: {rate: 10, cpu: 5m, memory: 1Mi, latency: 0.1, queue: 100}
          metrics: {requests_per_second: rate, in_flight: concurrency, temperature: 21.5}
        - selector: {namespace: shop, matchLabels: {tier: back}}
          cpu: 100m
        external:
        - {name: queue_length, labels: {queue: web}, of: Deployment/shop/web}
        - {name: price, value: 12}
        objects:
        - {name: hits, object: Ingress/shop/main, value: 300}
        """
    )
    web, back = spec.workloads
    assert (str(web.subject), str(back.subject)) == ("Deployment/shop/web", "pods/shop/tier=back")
    assert web.cpu is not None
    assert web.memory is not None
    assert (web.cpu.at(START), web.memory.at(START + 2 * HOUR)) == (0.05, 1024**3)
    assert web.metrics["in_flight"] == "concurrency"
    assert [one.derived for one in spec.external if one.of] == ["queue"]
    assert [(one.kind, one.key) for one in spec.objects] == [("Ingress", "shop/main")]


_WEB = "workloads:\n- workload: Deployment/shop/web\n  "
BAD = {
    "a workload that is not there": (
        "workloads:\n- {workload: Deployment/shop/wep, cpu: 1}",
        "load.yaml:2: workloads[0].workload: there is no Deployment shop/wep",
        "did you mean Deployment/shop/web",
    ),
    "a container that is not there": (
        _WEB + "container: ap\n  cpu: 1",
        "has no container 'ap'",
        "did you mean app",
    ),
    "nobody's load": ("workloads:\n- cpu: 1", "needs either workload or selector", "selector"),
    "nothing said": (_WEB[:-2], "says nothing of its load", "cpu, memory, requests"),
    "negative": (_WEB + "cpu: -1", "workloads[0].cpu: -1 is no load", "zero or more"),
    "not a number": (_WEB + "cpu: .nan", "nan is no number that JSON has", ""),
    "no quantity": (_WEB + "cpu: 5x", "'5x' is no number", "250m"),
    "NaN in a series": (_WEB + "cpu: {csv: nan.csv}", "nan.csv:2: NaN is no load", "drop"),
    "a series that ends early": (
        _WEB + "cpu: {csv: short.csv}",
        "goes from 2026-11-23T00:00:00Z to 2026-11-23T01:00:00Z, and not over the run",
        "then: repeat",
    ),
    "a series that goes back": (_WEB + "cpu: {csv: back.csv}", "back.csv:3", "sort it"),
    "a file that is not there": (_WEB + "cpu: {csv: no.csv}", "no such file", ""),
    "no answer of Prometheus": (_WEB + "cpu: {prometheus: rate.csv}", "is no range query", "save"),
    "labels that no series has": (
        _WEB + "cpu: {prometheus: range.json, labels: {pod: c}}",
        "no series has these labels",
        "",
    ),
    "two shapes": (_WEB + "cpu: {constant: 1, steps: {0s: 1}}", "has both constant and steps", ""),
    "an unknown shape": (_WEB + "cpu: {dayly: {}}", 'unknown field "dayly"', "did you mean daily"),
    "a zone that is none": (
        _WEB + "cpu: {daily: {'00:00': 1}, zone: Europe/Berlim}",
        "is no time zone",
        "IANA",
    ),
    "days that are missing": (
        _WEB + "cpu: {weekly: {mon-fri: {'00:00': 1}}}",
        "does not say anything of sat, sun",
        "mon-fri",
    ),
    "a day twice": (
        _WEB + "cpu: {weekly: {mon-sun: {'00:00': 1}, sat: {'00:00': 2}}}",
        "sat has been said already",
        "each day once",
    ),
    "labels that no pods have": (
        "workloads:\n- {selector: {namespace: shop, matchLabels: {app: wep}}, cpu: 1}",
        "matchLabels: no pods of shop have app: wep",
        "did you mean app: web",
    ),
    "a container that no selected pod has": (
        "workloads:\n- container: x\n  cpu: 1\n"
        "  selector: {namespace: shop, matchLabels: {app: web}}",
        "has no container 'x'",
        "it has app",
    ),
    "requests without cost": (_WEB + "requests: {rate: 1}", "requests.cpu: must be set", "5m"),
    "the same twice": (
        "workloads:\n- {workload: Deployment/shop/web, cpu: 1}\n"
        "- {workload: Deployment/shop/web, cpu: 2}",
        "has a load already, workloads[0]",
        "keep one",
    ),
    "a metric of no requests": (
        "external:\n- {name: q, of: Deployment/shop/web}",
        "has no requests in this file",
        "under workloads",
    ),
    "an unknown field": (_WEB + "cpus: 1", 'unknown field "cpus"', "did you mean cpu"),
}


@pytest.mark.parametrize(("text", "message", "hint"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_told(text: str, message: str, hint: str) -> None:
    with pytest.raises(UserError) as found:
        _read(text)
    assert message in str(found.value)
    assert hint in found.value.hint


def test_a_recorded_series_covers_its_last_interval() -> None:
    assert _rate("{csv: rate.csv}").next_change(START + 12 * HOUR) is None
    assert _rate("{csv: rate.csv}").at(START - MINUTE) == 10
    assert START % SECOND == 0
