"""Whatever is wrong in what a user brings is told with its place and a remedy, and exits with 2.

Never a traceback, nothing on stdout where the input could not be read, and never a long wait.
"""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from minieks.cli import exits
from minieks.cli.main import run

CLUSTER = """apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: us-east-1, version: "1.34"}
managedNodeGroups: [{name: ng, instanceType: m5.large, minSize: 1, maxSize: 3}]
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: 1
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: nginx}]}
"""
POD = """apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: nginx
"""
CRON_JOB = """apiVersion: batch/v1
kind: CronJob
metadata: {name: j}
spec:
  schedule: "* * * * *"
  jobTemplate:
    spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}
"""
DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.x.io}
spec:
  group: x.io
  scope: Namespaced
  names: {plural: foos, kind: Foo, singular: foo}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: SCHEMA}
"""
SCHEMA = "{type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}"
RESOURCE = "apiVersion: x.io/v1\nkind: Foo\nmetadata: {name: f}\nspec: {size: 1}\n"
AS_JSON = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}'


@pytest.fixture
def simulate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs minieks in a folder with these files; gives exit code, stdout and stderr."""

    def called(*arguments: str, **files: str | bytes) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        written = {"cluster.yaml": CLUSTER} | {
            name.replace("__", "/").replace("_", "."): text for name, text in files.items()
        }
        for name, text in written.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        code = run(["simulate", *arguments, "--for", "1m", "--no-save"])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return called


# --- what cannot be read: nothing is printed but the error ---


def _edited(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


UNREADABLE: list[tuple[str, str | bytes, str, str]] = [
    ("tab", _edited(DEPLOYMENT, "  rep", "\trep"), "m.yaml:5", "tab"),
    ("malformed", "a: b: c", "m.yaml:1", "quotes"),
    ("key twice", _edited(DEPLOYMENT, "  sel", "  replicas: 2\n  sel"), "m.yaml:6", "keep one"),
    ("cyclic alias", "a: &x\n  b: *x\n", "m.yaml:2", "contains itself"),
    (
        "aliases of aliases",
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n"
            for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "m.yaml:",
        "unfold",
    ),
    ("deep flow", "a: " + "[" * 100_000, "m.yaml:1", "nested"),
    ("deep block", "".join(" " * n + "a:\n" for n in range(400)), "m.yaml:201", "nested"),
    ("deep JSON", '{"a":' * 100_000, "m.yaml:1", "nested"),
    ("broken UTF-8", b"a: 1\nb: \xff\n", "m.yaml:2", "UTF-8"),
    ("binary", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "m.yaml:1", "binary"),
    ("zeros", b"\0" * 999, "m.yaml:1", "control characters"),
    ("empty", "", "m.yaml", "apiVersion"),
    ("comments", "# nothing\n---\n", "m.yaml", "is empty"),
    ("no mapping", "- a\n- b\n", "m.yaml:1", "apiVersion"),
    ("JSON and more", AS_JSON + " xyz", "m.yaml:1", "malformed"),
    ("too large", b"#" * (50 * 1024 * 1024), "50 MB", "split it"),
    ("infinite", _edited(DEPLOYMENT, "replicas: 1", "replicas: 1e999"), "m.yaml:5", "quote it"),
    ("template", _edited(DEPLOYMENT, "as: 1", "as: {{ .Values.n }}"), "m.yaml:5", "template"),
    ("values", "replicaCount: 3\n", "m.yaml:1", "values file"),
    ("compose", "services: {web: {image: x}}\n", "m.yaml:1", "Compose"),
    ("no name", _edited(DEPLOYMENT, "name: d", "labels: {}"), "metadata.name", "name the object"),
    ("name a number", _edited(POD, "name: p", "name: 12"), "m.yaml:3", "quotes"),
    ("list item", "apiVersion: v1\nkind: List\nitems:\n- a\n", "items[0]", "apiVersion"),
    ("list without items", "apiVersion: v1\nkind: List\n", "items", "expected a list"),
    (
        "list item without name",
        f"kind: List\napiVersion: v1\nitems:\n- {POD.splitlines()[0]}\n  kind: Pod\n",
        "items[0].metadata.name",
        "m.yaml:4",
    ),
    ("cluster", CLUSTER, "m.yaml:1", "name it first"),
    ("too many pods", _edited(DEPLOYMENT, "as: 1", "as: 1000000"), "m.yaml:5", "spec.replicas"),
    (
        "too many in a job",
        _edited(CRON_JOB, "spec: {t", "spec: {parallelism: 2000000000, t"),
        "m.yaml:7",
        "jobTemplate.spec.parallelism",
    ),
]


@pytest.mark.parametrize(
    ("manifest", "place", "word"), [c[1:] for c in UNREADABLE], ids=[c[0] for c in UNREADABLE]
)
def test_a_manifest_that_cannot_be_read_stops_the_run(
    simulate: Callable[..., tuple[int, str, str]], manifest: str | bytes, place: str, word: str
) -> None:
    code, out, err = simulate("cluster.yaml", "m.yaml", m_yaml=manifest)
    assert (code, out) == (exits.BAD_INPUT, "")
    assert "m.yaml" in err
    assert place in err
    assert word in err
    assert "hint:" in err


WINDOWS_AND_OTHERS: list[tuple[str, bytes]] = [
    ("CRLF", DEPLOYMENT.replace("\n", "\r\n").encode()),
    ("CR", DEPLOYMENT.replace("\n", "\r").encode()),
    ("byte order mark", b"\xef\xbb\xbf" + DEPLOYMENT.encode()),
    ("UTF-16", DEPLOYMENT.encode("utf-16")),
]


@pytest.mark.parametrize(
    "manifest", [c[1] for c in WINDOWS_AND_OTHERS], ids=[c[0] for c in WINDOWS_AND_OTHERS]
)
def test_what_editors_of_windows_write_is_read(
    simulate: Callable[..., tuple[int, str, str]], manifest: bytes
) -> None:
    code, out, _ = simulate("cluster.yaml", "m.yaml", m_yaml=manifest)
    assert code == exits.OK
    assert "Deployment/d" in out


GROUP = "managedNodeGroups: [{name: ng, instanceType: m5.large, minSize: 1, maxSize: 3}]\n"
CONFIGS: list[tuple[str, str, str, str]] = [
    ("no region", _edited(CLUSTER, ", region: us-east-1", ""), "metadata.region", "us-east-1"),
    ("other region", _edited(CLUSTER, "us-east-1", "us-esat-1"), "metadata.region", "us-east-1"),
    ("min above max", _edited(CLUSTER, "minSize: 1", "minSize: 9"), "minSize", "raise maxSize"),
    ("negative", _edited(CLUSTER, "minSize: 1", "minSize: -1"), "minSize", "0 or more"),
    ("text", _edited(CLUSTER, "minSize: 1", "minSize: one"), "minSize", "an integer"),
    ("huge", _edited(CLUSTER, "maxSize: 3", f"maxSize: {10**20}"), "maxSize", "an integer"),
    ("instance type", _edited(CLUSTER, "m5.large", "m5.lagre"), "instanceType", "m5.large"),
    (
        "zone",
        CLUSTER + "availabilityZones: [us-east-1a, us-east-1z]\n",
        "availabilityZones[1]",
        "us-east-1b",
    ),
    (
        "selectors",
        CLUSTER + "fargateProfiles: [{name: f, selectors: [" + "{namespace: a}," * 6 + "]}]\n",
        "fargateProfiles[0].selectors",
        "wildcards",
    ),
    (
        "public subnets",
        CLUSTER + "vpc: {id: v, subnets: {public: {us-east-1a: {id: s-1}, us-east-1b: {id: s-2}},"
        " private: {us-east-1a: {id: s-3}, us-east-1b: {id: s-4}}}}\n"
        "fargateProfiles: [{name: f, selectors: [{namespace: a}], subnets: [s-1]}]\n",
        "fargateProfiles[0].subnets[0]",
        "private",
    ),
    ("unknown field", CLUSTER + "nodeGroupz: []\n", "nodeGroupz", "did you mean nodeGroups"),
    ("twice", CLUSTER + "nodeGroups: [{name: ng}]\n", "nodeGroups[0].name", "rename it"),
    ("no config", DEPLOYMENT, "Deployment", "eksctl file first"),
    ("second document", CLUSTER + "---\n" + DEPLOYMENT, "document 2", "manifests/"),
    (
        "too many nodes",
        _edited(CLUSTER, "minSize: 1, maxSize: 3", "minSize: 9000, maxSize: 9000"),
        "ng begins with 9,000",
        "desiredCapacity",
    ),
]


@pytest.mark.parametrize(
    ("config", "place", "word"), [c[1:] for c in CONFIGS], ids=[c[0] for c in CONFIGS]
)
def test_a_wrong_config_stops_the_run(
    simulate: Callable[..., tuple[int, str, str]], config: str, place: str, word: str
) -> None:
    code, out, err = simulate("cluster.yaml", cluster_yaml=config)
    assert (code, out) == (exits.BAD_INPUT, "")
    assert "cluster.yaml" in err
    assert place in err
    assert word in err
    assert "hint:" in err


SETTINGS: list[tuple[str, str | bytes, str]] = [
    ("malformed", "seed = ", "malformed TOML"),
    ("unknown", "sed = 1", "did you mean seed?"),
    ("type", 'seed = "1"', "an integer"),
    ("large seed", "seed = 99999999999999999999", "18 digits"),
    ("start", "start = 1912-01-01", "between 1970 and 2200"),
    ("duration", 'duration = "99999999d"', "at most"),
    ("boolean duration", "duration = true", "no duration"),
    ("timing", "[timings]\nnope = 3", "timings.nope"),
    ("percentile", "[timings]\ncontainer_start = {median = 5, p95 = 3}", "below the median"),
    ("cap", "[fargate.f]\nmax_vcpu = 99", "at most 16"),
    ("no prices", 'prices = "nope.json"', "nope.json"),
    ("prices a folder", 'prices = "."', "directory"),
    ("not UTF-8", b"# \xe9\nseed = 1", "UTF-8"),
]


@pytest.mark.parametrize(
    ("settings", "words"), [c[1:] for c in SETTINGS], ids=[c[0] for c in SETTINGS]
)
def test_wrong_settings_stop_the_run(
    simulate: Callable[..., tuple[int, str, str]], settings: str | bytes, words: str
) -> None:
    code, out, err = simulate("k", k__cluster_yaml=CLUSTER, k__minieks_toml=settings)
    assert (code, out) == (exits.BAD_INPUT, "")
    assert words in err
    assert "hint:" in err


@pytest.mark.parametrize("prices", ["", "[]", "{}", "{", '{"a": 1}', "3", b"\xff\xfe\0"])
def test_wrong_prices_stop_the_run(
    simulate: Callable[..., tuple[int, str, str]], prices: str | bytes
) -> None:
    own = 'prices = "p.json"'
    code, out, err = simulate("k", k__cluster_yaml=CLUSTER, k__minieks_toml=own, k__p_json=prices)
    assert (code, out) == (exits.BAD_INPUT, "")
    assert "p.json" in err


# --- paths and options ---

PATHS: list[tuple[str, list[str], str]] = [
    ("missing", ["cluster.yaml", "nope.yaml"], "nope.yaml: no such file"),
    ("missing config", ["nope.yaml"], "has cluster.yaml"),
    ("empty folder", ["cluster.yaml", "empty"], "has no manifests"),
    ("folder without config", ["empty"], "has no cluster.yaml"),
    ("folder loops", ["cluster.yaml", "loops"], "loops/a.yaml: too many levels"),
    ("dangling", ["cluster.yaml", "dangling"], "dangling/a.yaml: no such file"),
    ("long", ["cluster.yaml", "a" * 5000], "name too long"),
    ("NUL", ["cluster.yaml", "a\0b"], "NUL"),
    ("no name", ["cluster.yaml", ""], "empty name"),
    ("device", ["cluster.yaml", "/dev/zero"], "too large"),
    ("twice piped", ["cluster.yaml", "-", "-"], "named 2 times"),
    ("both piped", ["-", "-"], "only one of them"),
    ("events nowhere", ["cluster.yaml", "--events", "no/e"], "no/e: cannot write"),
    ("events in a folder", ["cluster.yaml", "--events", "empty"], "is a directory"),
    ("events without room", ["cluster.yaml", "--events", "/dev/full"], "No space left"),
    ("events over input", ["cluster.yaml", "--events", "cluster.yaml"], "overwrite"),
    ("far start", ["cluster.yaml", "--start", "9999-12-31T23:59:00Z"], "between 1970 and 2200"),
    ("early start", ["cluster.yaml", "--start", "0001-01-01T00:00:00Z"], "between 1970 and 2200"),
    ("no day", ["cluster.yaml", "--start", "2026-02-30T00:00:00Z"], "out of range"),
    ("seed", ["cluster.yaml", "--seed", "9" * 40], "seed"),
]


@pytest.mark.parametrize(("arguments", "words"), [c[1:] for c in PATHS], ids=[c[0] for c in PATHS])
def test_a_wrong_path_or_option_stops_the_run(
    simulate: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
    arguments: list[str],
    words: str,
) -> None:
    for folder in ("empty", "loops", "dangling"):
        (tmp_path / folder).mkdir()
    (tmp_path / "loops" / "up").symlink_to("..")
    (tmp_path / "loops" / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "loops" / "b.yaml").symlink_to("a.yaml")
    (tmp_path / "dangling" / "a.yaml").symlink_to("nowhere")

    code, out, err = simulate(*arguments)

    assert (code, out) == (exits.BAD_INPUT, "")
    assert words in err


@pytest.mark.parametrize(
    "length", ["99999999999d", "1e5h", "-1h", "0.0000000001s", "9" * 500 + "h"]
)
def test_a_wrong_length_stops_the_run(length: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", "cluster.yaml", "--for", length]) == exits.BAD_INPUT
    assert "--for" in capsys.readouterr().err


def test_a_file_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "open", refused)
    assert run(["simulate", "cluster.yaml"]) == exits.BAD_INPUT
    assert "cluster.yaml: permission denied" in capsys.readouterr().err


def test_a_full_disk_under_the_report_is_told(tmp_path: Path) -> None:
    config = tmp_path / "cluster.yaml"
    config.write_text(CLUSTER)
    command = f"{sys.executable} -m minieks simulate {config} --for 1m --no-save >/dev/full"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == exits.BAD_INPUT
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


# --- folders that another program renders ---


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a program on PATH, before all others."""

    def put(name: str, script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return put


CHART = {"chart__Chart_yaml": "apiVersion: v2\nname: x\nversion: 0.1.0\n"}
RENDERED: list[tuple[str, str, str]] = [
    ("fails", "echo 'Error: boom' >&2; exit 1", "Error: boom"),
    ("fails silently", "exit 3", "exit code 3"),
    ("is killed", "kill -9 $$", "exit code -9"),
    ("prints nothing", "exit 0", "printed no manifests"),
    ("prints nonsense", "echo 'a: b: c'", "chart (rendered):1"),
    ("prints no manifest", "echo 'WARNING: hm'", "apiVersion: Required value"),
    ("prints bytes", "printf '\\377\\376\\000'", "chart (rendered)"),
    ("prints for ever", "yes", "more than 32 MB"),
    ("reads", "cat", "printed no manifests"),
]


@pytest.mark.parametrize(
    ("script", "words"), [c[1:] for c in RENDERED], ids=[c[0] for c in RENDERED]
)
def test_a_program_that_does_not_render_stops_the_run(
    simulate: Callable[..., tuple[int, str, str]],
    program: Callable[[str, str], None],
    script: str,
    words: str,
) -> None:
    program("helm", script)
    code, out, err = simulate("cluster.yaml", "chart", **CHART)
    assert (code, out) == (exits.BAD_INPUT, "")
    assert words in err


def test_a_program_that_hangs_is_ended(
    simulate: Callable[..., tuple[int, str, str]],
    program: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("minieks.scenario.readers.render._PATIENCE", 0.2)
    program("helm", "sleep 60 & wait")
    code, out, err = simulate("cluster.yaml", "chart", **CHART)
    assert (code, out) == (exits.BAD_INPUT, "")
    assert "did not end" in err


def test_without_the_program_the_error_says_how_to_pipe(
    simulate: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    for files, words in (
        (CHART, "helm template chart chart | minieks simulate"),
        ({"k__kustomization_yaml": "resources: []\n"}, "kubectl kustomize k | minieks simulate"),
    ):
        folder = next(iter(files)).partition("__")[0]
        code, out, err = simulate("cluster.yaml", folder, **files)
        assert (code, out) == (exits.BAD_INPUT, "")
        assert words in err


def test_what_a_chart_renders_is_checked_like_all_else(
    simulate: Callable[..., tuple[int, str, str]], program: Callable[[str, str], None]
) -> None:
    wrong = DEPLOYMENT.replace("replicas: 1", "replicas: -1")
    program("helm", f"cat <<'EOF'\n{wrong}EOF")
    code, out, _ = simulate("cluster.yaml", "chart", **CHART)
    assert code == exits.BAD_INPUT
    assert "chart (rendered):5" in out


def test_a_cycle_of_kustomizations_is_told_by_the_program(
    simulate: Callable[..., tuple[int, str, str]], program: Callable[[str, str], None]
) -> None:
    program("kubectl", "echo 'error: cycle detected' >&2; exit 1")
    code, _, err = simulate("cluster.yaml", "k", k__kustomization_yaml="resources: [../k]\n")
    assert code == exits.BAD_INPUT
    assert "cycle detected" in err


# --- what can be read, but the API does not take: the report says so ---

REFUSED: list[tuple[str, str, str, str]] = [
    (
        "kind",
        _edited(DEPLOYMENT, "Deployment", "Deploiment"),
        "m.yaml:1",
        "did you mean Deployment",
    ),
    ("case", _edited(DEPLOYMENT, "Deployment", "deployment"), "m.yaml:1", "kind: Deployment"),
    ("group", _edited(DEPLOYMENT, "apps/v1", "v1"), "m.yaml:1", "apiVersion: apps/v1"),
    ("removed", _edited(DEPLOYMENT, "apps/v1", "extensions/v1beta1"), "m.yaml:1", "use apps/v1"),
    (
        "replicas text",
        _edited(DEPLOYMENT, "as: 1", "as: 10**9"),
        "m.yaml:5",
        "spec.replicas: write a whole",
    ),
    (
        "replicas negative",
        _edited(DEPLOYMENT, "as: 1", "as: -1"),
        "m.yaml:5",
        "greater than or equal to 0",
    ),
    (
        "replicas a fraction",
        _edited(DEPLOYMENT, "as: 1", "as: 1.5"),
        "m.yaml:5",
        "write a whole number",
    ),
    (
        "replicas too many",
        _edited(DEPLOYMENT, "as: 1", "as: 3000000000"),
        "m.yaml:5",
        "below 2147483648",
    ),
    (
        "quantity",
        POD + "    resources: {requests: {cpu: 1x}}\n",
        "m.yaml:8",
        "requests.cpu: write a quantity",
    ),
    (
        "long quantity",
        POD + f"    resources: {{requests: {{cpu: {'9' * 9999}}}}}\n",
        "m.yaml:8",
        "write a quantity",
    ),
    (
        "negative quantity",
        POD + "    resources: {requests: {cpu: -1}}\n",
        "m.yaml:8",
        "greater than or equal to 0",
    ),
    (
        "long name",
        _edited(DEPLOYMENT, "name: d", f"name: {'d' * 300}"),
        "m.yaml:3",
        "no more than 253",
    ),
    ("label", _edited(DEPLOYMENT, "labels: {a: b}", "labels: {a: b c}"), "m.yaml:", "valid label"),
    (
        "selector",
        _edited(DEPLOYMENT, "Labels: {a: b}", "Labels: {a: c}"),
        "m.yaml:8",
        "does not match",
    ),
    (
        "null container",
        _edited(DEPLOYMENT, "[{name: c, image: nginx}]", "[null]"),
        "m.yaml:9",
        "containers[0].name: Required",
    ),
    (
        "null label",
        _edited(DEPLOYMENT, "name: d", "name: d, labels: {-: null}"),
        "m.yaml:3",
        "metadata.labels",
    ),
    ("mount", POD + "    volumeMounts: [{name: v, mountPath: /v}]\n", "m.yaml:8", 'Not found: "v"'),
    ("account", POD + "  serviceAccountName: nope\n", "m.yaml:1", "add what is missing"),
    ("priority", POD + "  priorityClassName: nope\n", "m.yaml:1", "add what is missing"),
    ("schedule", _edited(CRON_JOB, "* * * * *", "61 * * * *"), "m.yaml:5", "above maximum"),
    ("never", _edited(CRON_JOB, "* * * * *", "0 0 30 2 *"), "m.yaml:5", "never fires"),
    ("zone", CRON_JOB + "  timeZone: Mars/X\n", "m.yaml:8", "unknown time zone"),
    ("every", _edited(CRON_JOB, "* * * * *", "@every soon"), "m.yaml:5", "invalid duration"),
    (
        "immutable",
        DEPLOYMENT + "---\n" + _edited(DEPLOYMENT, "a: b", "a: c"),
        "m.yaml:16",
        "immutable",
    ),
    ("no definition", RESOURCE, "m.yaml:1", "CustomResourceDefinition"),
    (
        "resource",
        DEFINITION.replace("SCHEMA", SCHEMA) + "---\n" + _edited(RESOURCE, "1}", "x}"),
        "m.yaml:17",
        "must be of type integer",
    ),
    ("schema", DEFINITION.replace("SCHEMA", "{type: objekt}"), "m.yaml:", "must be object"),
    ("no schema", DEFINITION.replace("SCHEMA", "[]"), "m.yaml:12", "openAPIV3Schema: write fields"),
    ("no versions", DEFINITION.partition("  versions")[0], "m.yaml:4", "exactly one version"),
    (
        "null version",
        DEFINITION.partition("  versions")[0] + "  versions: [null]\n",
        "m.yaml:8",
        "versions[0].name",
    ),
    ("no spec", DEFINITION.partition("spec:")[0], "m.yaml:3", "spec.group: Required"),
    (
        "namespace",
        _edited(DEPLOYMENT, "name: d", "name: d, namespace: Z_z"),
        "m.yaml:3",
        "RFC 1123",
    ),
]


@pytest.mark.parametrize(
    ("manifest", "place", "words"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_the_api_refuses_is_reported(
    simulate: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    manifest: str,
    place: str,
    words: str,
) -> None:
    monkeypatch.setenv("COLUMNS", "20000")
    code, out, err = simulate("cluster.yaml", "m.yaml", m_yaml=manifest)
    assert (code, err) == (exits.BAD_INPUT, "")
    refused = out.partition("Not accepted")[2]
    assert place in refused
    assert words in refused
    assert "hint:" in refused


# --- what the API takes, though something is missing: a warning, or why pods do not run ---

INGRESS = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec:
  ingressClassName: nope
  defaultBackend: {service: {name: none, port: {number: 80}}}
"""
BINDING = """apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: nope}
"""
AUTOSCALER = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec:
  maxReplicas: 3
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nope}
"""
CLAIM = """apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec:
  storageClassName: nope
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
"""
BUDGET = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\n"
SET = DEPLOYMENT.replace("Deployment", "StatefulSet").replace("  rep", "  serviceName: nope\n  rep")
TOLD: list[tuple[str, str, list[str]]] = [
    (
        "unknown field",
        _edited(POD, "image: nginx", "imagee: x\n    image: nginx"),
        ['m.yaml:7: unknown field "spec.containers[0].imagee"'],
    ),
    (
        "service of an ingress",
        INGRESS,
        ["m.yaml:6: spec.defaultBackend.service.name: there is no Service none"],
    ),
    ("ingress class", INGRESS, ["m.yaml:5: spec.ingressClassName: there is no IngressClass nope"]),
    ("role", BINDING, ["m.yaml:4: roleRef.name: there is no Role nope"]),
    (
        "scale target",
        AUTOSCALER,
        ["m.yaml:6: spec.scaleTargetRef.name: there is no Deployment nope"],
    ),
    ("storage class", CLAIM, ["m.yaml:5: spec.storageClassName: there is no StorageClass nope"]),
    ("service of a set", SET, ["m.yaml:5: spec.serviceName: there is no Service nope"]),
    (
        "pull secret",
        POD + "  imagePullSecrets: [{name: nope}]\n",
        ["m.yaml:8: spec.imagePullSecrets[0].name: there is no Secret nope"],
    ),
    (
        "namespace",
        _edited(DEPLOYMENT, "name: d", "name: d, namespace: z"),
        ["m.yaml:1: namespace z is not in the manifests"],
    ),
    (
        "twice",
        DEPLOYMENT + "---\n" + DEPLOYMENT,
        [
            "m.yaml:11 (document 2): Deployment/d is in m.yaml:1 (document 1) too",
            "the later, takes its place",
        ],
    ),
    (
        "config map",
        POD + "    envFrom: [{configMapRef: {name: nope}}]\n",
        ['configmap "nope" not found', "spec.containers[0].envFrom"],
    ),
    (
        "secret",
        POD + "    env: [{name: A, valueFrom: {secretKeyRef: {name: nope, key: k}}}]\n",
        ['secret "nope" not found', "spec.containers[0].env[0].valueFrom"],
    ),
    (
        "claim",
        POD + "  volumes: [{name: v, persistentVolumeClaim: {claimName: nope}}]\n",
        ['persistentvolumeclaim "nope" not found', "spec.volumes[0].persistentVolumeClaim"],
    ),
    (
        "account of a template",
        _edited(DEPLOYMENT, "{containers", "{serviceAccountName: nope, containers"),
        ["spec.template.spec.serviceAccountName"],
    ),
    (
        "runtime class",
        _edited(DEPLOYMENT, "{containers", "{runtimeClassName: nope, containers"),
        ["spec.template.spec.runtimeClassName"],
    ),
    (
        "duration",
        _edited(DEPLOYMENT, "{labels", "{annotations: {minieks.dev/run-duration: soon}, labels"),
        ["m.yaml:8: annotation minieks.dev/run-duration", "'12m'"],
    ),
    (
        "exit code",
        _edited(DEPLOYMENT, "{labels", '{annotations: {minieks.dev/exit-code: "999"}, labels'),
        ["annotation minieks.dev/exit-code", "0 to 255"],
    ),
    (
        "image size",
        _edited(DEPLOYMENT, "{labels", "{annotations: {minieks.dev/image-size: big}, labels"),
        ["annotation minieks.dev/image-size", "350Mi"],
    ),
    (
        "misspelt",
        _edited(DEPLOYMENT, "{labels", "{annotations: {minieks.dev/run-duraton: 5s}, labels"),
        ["did you mean minieks.dev/run-duration?"],
    ),
    (
        "misplaced",
        _edited(DEPLOYMENT, "{name: d", "{annotations: {minieks.dev/exit-code: '1'}, name: d"),
        [
            "m.yaml:3: annotation minieks.dev/exit-code",
            "move it to spec.template.metadata.annotations",
        ],
    ),
    (
        "resource before its definition",
        RESOURCE + "---\n" + DEFINITION.replace("SCHEMA", SCHEMA),
        ["1 Foo (x.io) are stored"],
    ),
    ("a budget without spec", BUDGET, ["Bill"]),
]


@pytest.mark.parametrize(("manifest", "words"), [c[1:] for c in TOLD], ids=[c[0] for c in TOLD])
def test_what_is_missing_or_says_nothing_is_told(
    simulate: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    manifest: str,
    words: list[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "2000")
    code, out, err = simulate("cluster.yaml", "m.yaml", m_yaml=manifest)
    assert (code, err) == (exits.OK, "")
    for word in words:
        assert word in out


def test_an_unknown_field_is_told_once(simulate: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = simulate("cluster.yaml", "m.yaml", m_yaml=POD + "    imagee: x\n")
    assert code == exits.OK
    assert out.count("imagee") == 1


def test_many_complaints_about_one_file_do_not_take_long(
    simulate: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "2000")
    one = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_NUMBER}\n"
    many = "".join(one.replace("NUMBER", str(number)) for number in range(2000))
    code, out, _ = simulate("cluster.yaml", "m.yaml", m_yaml=many)
    assert code == exits.BAD_INPUT
    assert "m.yaml:8000 (document 2000) ConfigMap/A_1999" in out
