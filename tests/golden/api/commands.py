"""Replays recorded transcripts of kubectl against ours, with a kubectl of the same version."""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from golden.api.compare import Tokens
from golden.api.served import served
from golden.api.world import world
from golden.outcome import Difference, Json
from kubectl_programs import Program, programs

SPACE = "kt-space"
"""As long as the recorded ones were: columns are as wide as what stands in them."""
_NUMBER = "4711"
_NAMED = re.compile(r"\bNS\b|SERVER|KK")
# Ages are as long as they are, and columns make room for them.
_AGE = re.compile(r"<age> *")
# The times of kubectl's log, of describe and of diff, and what the records make of all of them.
_OTHER_TIMES = re.compile(
    r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000",
    re.MULTILINE,
)
_SOME_TIME = "2026-11-22T00:00:00Z"
# The records do not keep how grave a line of the log is.
_LOGGED = re.compile(r"^[A-Z]\d{4} \d\d:\d\d:\d\d\.\d+ +(?=\d)", re.MULTILINE)
# Addresses are as long as they are, too.
_ADDRESS = "<clusterIP>"
_BLANKS = re.compile(r" {2,}")
_REVISION = re.compile(r"(?<=Resource Version:    )\d+|(?<=resourceVersion: \")(?:<rv>|\d+)")
_DEFINITION = f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: ktc{_NUMBER}.kt.example}}
spec:
  group: kt.example
  scope: Namespaced
  names: {{plural: ktc{_NUMBER}, kind: Ktc{_NUMBER}}}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
"""
_CUSTOM = f"""\
apiVersion: kt.example/v1
kind: Ktc{_NUMBER}
metadata: {{name: o}}
spec: {{a: x}}
"""
# What the records leave out, or name only.
_FILES = {"crd.yaml": _DEFINITION, "cr.yaml": _CUSTOM}
_BESIDE = {
    "kustomization.yaml": (
        "cm.yaml",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, data: {a: '1'}}",
    )
}


def can_replay(case: Json) -> bool:
    """Whether there is a kubectl here of the version that was recorded."""
    return any(one.minor == case["kubectlVersion"] for one in programs())


def parts(case: Json) -> int:
    """The commands of a case."""
    return len(case["steps"])


def replay(case: Json) -> Iterator[Sequence[Difference]]:
    """What differs of each command: its exit code, what it prints and what it complains of."""
    program = next(one for one in programs() if one.minor == case["kubectlVersion"])
    handler = world({**case, "namespace": SPACE})
    with tempfile.TemporaryDirectory(prefix="minieks-") as name, served(handler, SPACE) as place:
        server, config = place
        folder = Path(name)
        (folder / "kubeconfig").write_text(config)
        for file, text in case["files"].items():
            (folder / file).write_text(_FILES.get(file, text))
            if file in _BESIDE:
                beside, text_beside = _BESIDE[file]
                (folder / beside).write_text(text_beside)
        session = _Session(program, folder, server)
        for step in case["steps"]:
            yield list(session.differences(step))


@dataclass(frozen=True, slots=True)
class _Session:
    program: Program
    folder: Path
    server: str

    def differences(self, step: Json) -> Iterator[Difference]:
        done = self._run(step["command"])
        got = {"stdout": self._as_recorded(done.stdout), "stderr": self._as_recorded(done.stderr)}
        if done.returncode != step["exitCode"]:
            expected, found = str(step["exitCode"]), f"{done.returncode} {done.stderr}"
            yield Difference(f"{step['command']}: exit code", expected, found)
        for stream, text in got.items():
            wanted, found = _without_widths(step[stream], text)
            if not Tokens().agree(wanted, found):
                yield Difference(f"{step['command']}: {stream}", *_first(wanted, found))

    def _run(self, command: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "KUBECONFIG": str(self.folder / "kubeconfig"),
            "KUBE_EDITOR": "true",
            "TZ": "UTC",
        }
        return subprocess.run(
            [self.program.path, "--namespace", SPACE, *_words(self._named(command))[1:]],
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _named(self, command: str) -> str:
        values = {"NS": SPACE, "KK": _NUMBER, "SERVER": self.server}
        return _NAMED.sub(lambda found: values[found[0]], command)

    def _as_recorded(self, text: str) -> str:
        named = text.replace(SPACE, "NS").replace(self.server, "SERVER").replace(_NUMBER, "KK")
        return _LOGGED.sub(f"E{_SOME_TIME} ", _OTHER_TIMES.sub(_SOME_TIME, named))


def _words(command: str) -> list[str]:
    """What follows -p is one word, without a shell's quotes."""
    before, patch, rest = command.partition(" -p ")
    return shlex.split(before) + (["-p", rest] if patch else [])


def _without_widths(wanted: str, got: str) -> tuple[str, str]:
    """Both texts without the blanks that depend on how long an age or an address is."""
    wanted, got = _REVISION.sub("1", wanted), _REVISION.sub("1", got)
    if _ADDRESS in wanted:
        wanted, got = _BLANKS.sub("  ", wanted), _BLANKS.sub("  ", got)
    if "<age>" in wanted:
        wanted, got = _AGE.sub("<age>", wanted), re.sub(r"(?<=\d[smhd]) +", "", got)
    return wanted, got


def _first(wanted: str, got: str) -> tuple[str, str]:
    """The first lines that differ, or the whole if the number of lines does."""
    theirs, ours = wanted.splitlines(), got.splitlines()
    for one, other in zip(theirs, ours, strict=False):
        if not Tokens().agree(one, other):
            return one, other
    return wanted, got
