"""Whether Fargate's built-in log router runs beside a pod, and if not, why.

Source: AWS user guide for EKS, "Start AWS Fargate logging for your cluster". The router is
switched on by the ConfigMap ``aws-logging`` in the namespace ``aws-observability``; what EKS finds
is told in the pod's annotation ``Logging`` and in an event. Of the annotation's codes only
LOGGING_CONFIGMAP_NOT_FOUND has been seen in public; the one for an invalid ConfigMap is formed
after it, and the frame of its event's message is known from DataDog/documentation #24023.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from minieks.kube.words.objects import Obj, labels

NAMESPACE = "aws-observability"
NAMESPACE_LABEL = "aws-observability"
CONFIG_MAP = "aws-logging"
MAX_CHARACTERS = 5300

SECTIONS = {"filters.conf": "FILTER", "output.conf": "OUTPUT", "parsers.conf": "PARSER"}
REQUIRED = {"FILTER": ("name", "match"), "OUTPUT": ("name", "match"), "PARSER": ("name", "format")}
FILTERS = (
    "grep",
    "kubernetes",
    "modify",
    "nest",
    "parser",
    "record_modifier",
    "rewrite_tag",
    "throttle",
)
OUTPUTS = ("cloudwatch", "cloudwatch_logs", "es", "firehose", "kinesis", "kinesis_firehose")
_KINDS = {"FILTER": ("filter", FILTERS), "OUTPUT": ("output", OUTPUTS)}
_HEADER = re.compile(r"\[\s*(\w+)\s*\]")


@dataclass(frozen=True, slots=True)
class Logging:
    """What the annotation ``Logging`` says, and the event that goes with it."""

    annotation: str
    event_type: str
    event_reason: str
    event_message: str

    @property
    def enabled(self) -> bool:
        """Whether the pod's output goes to the configured place."""
        return self.annotation == "LoggingEnabled"


ENABLED = Logging(
    "LoggingEnabled", "Normal", "LoggingEnabled", "Successfully enabled logging for pod"
)
NOT_FOUND = Logging(
    "LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND",
    "Warning",
    "LoggingDisabled",
    "Disabled logging because aws-logging configmap was not found. "
    'configmap "aws-logging" not found',
)


def logging(config_map: Obj | None, namespace: Obj | None) -> Logging:
    """What a new pod gets, by the ConfigMap and its namespace (None if they do not exist)."""
    if config_map is None or namespace is None:
        return NOT_FOUND
    if labels(namespace).get(NAMESPACE_LABEL) != "enabled":
        return NOT_FOUND
    problem = next(problems(config_map), "")
    return _invalid(problem) if problem else ENABLED


def _invalid(problem: str) -> Logging:
    return Logging(
        "LoggingDisabled: LOGGING_CONFIGMAP_INVALID",
        "Warning",
        "LoggingDisabled",
        "Disabled logging for pod due to invalid configmap. "
        f"{problem}. Please fix the logging configmap",
    )


def problems(config_map: Obj) -> Iterator[str]:
    """What is wrong with an ``aws-logging`` ConfigMap, in the order in which it is looked at."""
    data = config_map.get("data") or {}
    if sum(len(str(text)) for text in data.values()) > MAX_CHARACTERS:
        yield f"The configmap is longer than {MAX_CHARACTERS} characters"
    if "output.conf" not in data:
        yield "output.conf is missing"
    for key, kind in SECTIONS.items():
        if key in data:
            yield from _file_problems(key, kind, str(data[key]))


def _file_problems(key: str, kind: str, text: str) -> Iterator[str]:
    if "${" in text:
        yield f"{key} uses an environment variable"
    sections = list(_sections(text))
    if kind == "OUTPUT" and not sections:
        yield "output.conf has no OUTPUT section"
    for name, entries in sections:
        if name != kind:
            yield f"{name} is not a supported section in {key}"
        else:
            yield from _section_problems(kind, entries)


def _section_problems(kind: str, entries: dict[str, str]) -> Iterator[str]:
    absent = [entry for entry in REQUIRED[kind] if entry not in entries]
    if absent:
        yield f"{absent[0].capitalize()} is required in {kind}"
    plugin = entries.get("name", "")
    if kind in _KINDS and plugin:
        word, known = _KINDS[kind]
        if plugin.lower() not in known:
            yield f"{plugin} is not a supported {word} plugin"


def _sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The sections of a Fluent Bit configuration: name, and entries by lower-case key."""
    name, entries = "", dict[str, str]()
    for line in filter(None, (line.strip() for line in text.splitlines())):
        header = _HEADER.fullmatch(line)
        if header:
            if name:
                yield name, entries
            name, entries = header[1].upper(), {}
        elif not line.startswith("#"):
            key, _, value = line.partition(" ")
            entries[key.lower()] = value.strip()
    if name:
        yield name, entries
