"""A saved run: what is in it, who may read it, and what is said of one that cannot be used."""

import gzip
import stat
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from minieks import __version__
from minieks.engine.clock import MINUTE
from minieks.engine.errors import UserError
from minieks.scenario.observe.attempts import PodNote
from minieks.scenario.readers.inputs import read_inputs
from minieks.scenario.runfile import SCHEMA, Run, default_path, load, save
from minieks.scenario.script.file import read_script
from minieks.scenario.script.spec import Script
from minieks.scenario.script.steps import applied_by

CLUSTER = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: eu-west-1}
managedNodeGroups: [{name: ng, instanceType: m5.large, spot: true}]
"""
MANIFEST = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {a: "1"}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: two}, data: {b: "2"}}
"""
PRICES = (
    '{"format": "minieks-prices/1", "currency": "USD", "as_of": "2026-01-01",'
    ' "prices": {"spot_hour.m5.large": {"eu-west-1": "0.0123"}}}'
)
POD = PodNote("default", "web-1", "uid-1", "Deployment", "web", attempts=2, last=5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "app"
    (made / "manifests").mkdir(parents=True)
    (made / "cluster.yaml").write_text(CLUSTER)
    (made / "manifests" / "maps.yaml").write_text(MANIFEST)
    (made / "minieks.toml").write_text(
        'account_id = "999988887777"\nprices = "own.json"\n[timings]\ncontainer_start = 3\n'
    )
    (made / "own.json").write_text(PRICES)
    return made


@pytest.fixture
def run(folder: Path) -> Run:
    inputs = read_inputs(str(folder))
    script = Script("c", "", str(folder), inputs, 1_795_392_000_000_000, 5 * MINUTE, 7)
    return Run(script, (POD,))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "minieks" / "last-run.json.gz"


def test_a_run_comes_back_as_it_was(run: Run, file: Path) -> None:
    save(run, file)
    back = load(file)
    script, wanted = back.script, run.script

    assert back.pods == run.pods
    assert (script.start, script.length, script.seed) == (wanted.start, wanted.length, wanted.seed)
    assert script.inputs.cluster == wanted.inputs.cluster
    assert script.inputs.texts == wanted.inputs.texts
    assert script.inputs.warnings == wanted.inputs.warnings
    assert [one.path for one in script.inputs.objects] == [("items", 0), ("items", 1)]
    assert [(one.obj, one.file, one.line) for one in script.inputs.objects] == [
        (one.obj, one.file, one.line) for one in wanted.inputs.objects
    ]


SCENARIO = """
cluster = "app"
for = "1h"
seed = 5
with = "vpa"
load = '''
workloads:
- {workload: Deployment/default/later, cpu: {csv: later.csv, then: hold}}
'''
[settings]
timings = { container_start = 4 }
[[at]]
time = "10m"
apply = "later.yaml"
[[at]]
time = "20m"
scale = { workload = "Deployment/default/later", replicas = 2 }
[expect]
pending = "2m"
"""
LATER = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: later}
spec:
  selector: {matchLabels: {app: later}}
  template:
    metadata: {labels: {app: later}}
    spec: {containers: [{name: c, image: nginx}]}
"""


def test_a_scenario_comes_back_with_all_that_happens_in_it_and_without_its_files(
    folder: Path, file: Path
) -> None:
    beside = folder.parent
    (beside / "zone.toml").write_text(SCENARIO)
    (beside / "later.yaml").write_text(LATER)
    (beside / "later.csv").write_text("time,cores\n1795392000,0.5\n")
    script = read_script(str(beside / "zone.toml"))
    save(Run(script, (POD,)), file)
    for path in (beside / "zone.toml", beside / "later.yaml", beside / "later.csv"):
        path.unlink()
    back = load(file).script

    assert (back.name, back.file, back.seed) == ("zone", script.file, 5)
    assert (back.start, back.length) == (script.start, script.length)
    assert back.inputs.extras == ("vpa",)
    assert back.inputs.cluster == script.inputs.cluster
    assert back.inputs.texts == script.inputs.texts
    assert back.inputs.settings.timings.of("container_start").median == 4
    assert back.inputs.load is not None
    assert [one.wording for one in back.expected] == [one.wording for one in script.expected]
    assert [(one.at, one.name) for one in back.steps] == [
        (one.at, one.name) for one in script.steps
    ]
    [applied] = applied_by(back.steps)
    assert applied.obj["metadata"]["name"] == "later"


def test_it_needs_none_of_the_files_that_it_was_made_from(
    run: Run, file: Path, folder: Path
) -> None:
    from minieks.scenario.beginning import price_list

    save(run, file)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    back = load(file)

    inputs = back.script.inputs
    assert inputs.settings.account_id == "999988887777"
    assert inputs.settings.timings.of("container_start").median == 3
    prices = price_list(inputs)
    assert str(prices.spot_hour("eu-west-1", "m5.large").amount) == "0.0123"


def test_the_same_run_is_saved_as_the_same_bytes(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "two"]
    for path in files:
        save(run, path)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_only_the_owner_can_read_it(run: Run, file: Path) -> None:
    save(run, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_new_run_takes_the_place_of_the_last_and_nothing_else_stays(run: Run, file: Path) -> None:
    save(run, file)
    save(Run(replace(run.script, seed=8), ()), file)
    assert load(file).script.seed == 8
    assert list(file.parent.iterdir()) == [file]


# XDG Base Directory Specification: $XDG_STATE_HOME, else ~/.local/state; relative ones are ignored.
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s", id="set"),
        pytest.param({"HOME": "/h"}, "/h/.local/state", id="not set"),
        pytest.param({"XDG_STATE_HOME": "", "HOME": "/h"}, "/h/.local/state", id="empty"),
        pytest.param({"XDG_STATE_HOME": "s", "HOME": "/h"}, "/h/.local/state", id="relative"),
    ],
)
def test_where_the_last_run_is_kept(environment: dict[str, str], expected: str) -> None:
    assert default_path(environment) == Path(expected) / "minieks" / "last-run.json.gz"


def test_a_run_that_cannot_be_written_says_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError) as caught:
        save(run, tmp_path / "file" / "run")
    assert caught.value.where == str(tmp_path / "file" / "run")
    assert "--save" in caught.value.hint


def test_what_is_no_file_is_not_replaced(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no regular file"):
        save(run, tmp_path)
    with pytest.raises(UserError, match="no regular file"):
        save(run, Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_missing_run_says_to_simulate_first(file: Path) -> None:
    with pytest.raises(UserError, match="no run is saved") as caught:
        load(file)
    assert caught.value.where == str(file)
    assert "minieks simulate" in caught.value.hint


def _packed(**fields: object) -> bytes:
    return gzip.compress(orjson.dumps(fields))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"kind: Pod", id="not compressed"),
        pytest.param(gzip.compress(b"kind: Pod"), id="no JSON"),
        pytest.param(_packed()[:-6], id="cut off"),
        pytest.param(gzip.compress(b"[]"), id="a list"),
        pytest.param(_packed(kind="Pod"), id="another object"),
        pytest.param(_packed(schema=SCHEMA, minieks=__version__), id="without its parts"),
    ],
)
def test_what_is_no_run_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_bytes(data)
    with pytest.raises(UserError, match="no run that minieks saved"):
        load(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("minieks", "0.0.1", id="another version"),
        pytest.param("schema", "minieks.dev/run/v0", id="another schema"),
    ],
)
def test_a_run_of_another_version_is_refused(
    run: Run, tmp_path: Path, field: str, value: str
) -> None:
    path = tmp_path / "run"
    save(run, path)
    document = {**orjson.loads(gzip.decompress(path.read_bytes())), field: value}
    path.write_bytes(gzip.compress(orjson.dumps(document)))

    with pytest.raises(UserError, match=f"saved by minieks {document['minieks']}") as caught:
        load(path)
    assert "simulate again" in caught.value.hint
