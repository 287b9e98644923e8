"""How kube-downscaler was started: its flags, and the environment they default to.

They are read as the program reads them, with argparse, so that abbreviations, ``--flag=value`` and
what it refuses are the same. Source: py-kube-downscaler kube_downscaler/{cmd,main}.py.
"""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from minieks.autoscale.workinghours.timespec import NO_DEFAULTS, Defaults
from minieks.engine.errors import UserError

PLURALS: Final = (
    *("deployments", "statefulsets", "stacks", "cronjobs", "horizontalpodautoscalers"),
    *("rollouts", "scaledobjects", "daemonsets", "poddisruptionbudgets", "jobs"),
    "autoscalingrunnersets",
)
"""What can be put to sleep, in the order in which a round goes through it."""


@dataclass(frozen=True, slots=True)
class Options:
    """The program's settings; the defaults are its own. Times are seconds."""

    interval: int = 30
    namespaces: tuple[str, ...] = ()
    include_resources: tuple[str, ...] = ("deployments",)
    grace_period: int = 900
    upscale_period: str = "never"
    downscale_period: str = "never"
    default_uptime: str = "always"
    default_downtime: str = "never"
    exclude_namespaces: tuple[str, ...] = ("kube-system",)
    exclude_deployments: tuple[str, ...] = ("py-kube-downscaler", "kube-downscaler", "downscaler")
    downtime_replicas: str = "0"
    deployment_time_annotation: str = ""
    matching_labels: tuple[str, ...] = ()
    upscale_target_only: bool = False
    enable_events: bool = False
    dry_run: bool = False
    once: bool = False
    admission_controller: str = ""
    defaults: Defaults = NO_DEFAULTS

    def excludes_namespace(self, name: str) -> bool:
        """Whether a namespace is left alone; where some are named, all others are."""
        if self.namespaces:
            return name not in self.namespaces
        return any(re.fullmatch(pattern, name) for pattern in self.exclude_namespaces)

    def targets(self, labels: Mapping[str, str]) -> bool:
        """Whether labels are matched by one of the patterns, or there are none.

        One is enough: ignore_if_labels_dont_match in kube_downscaler/scaler.py ends its search
        with the first pattern that fits a label, whatever the patterns after it.
        """
        if not any(self.matching_labels):
            return True
        pairs = [f"{key}={value}" for key, value in labels.items()]
        return any(re.fullmatch(one, pair) for one in self.matching_labels for pair in pairs)


def read_options(arguments: Sequence[str], environment: Mapping[str, str]) -> Options:
    """The settings in a container's arguments and environment; UserError in argparse's words."""
    found = _parser(environment).parse_args(list(arguments))
    patterns = _split(found.exclude_namespaces)
    labels = _split(found.matching_labels)
    for pattern in (*patterns, *labels):
        _check_pattern(pattern)
    return Options(
        interval=found.interval,
        namespaces=tuple(one for one in _split(found.namespace or "") if one),
        include_resources=_split(found.include_resources),
        grace_period=found.grace_period,
        upscale_period=found.upscale_period,
        downscale_period=found.downscale_period,
        default_uptime=found.default_uptime,
        default_downtime=found.default_downtime,
        exclude_namespaces=patterns,
        exclude_deployments=_split(found.exclude_deployments),
        downtime_replicas=str(found.downtime_replicas),
        deployment_time_annotation=found.deployment_time_annotation or "",
        matching_labels=labels,
        upscale_target_only=found.upscale_target_only,
        enable_events=found.enable_events,
        dry_run=found.dry_run,
        once=found.once,
        admission_controller=found.admission_controller,
        defaults=Defaults(
            environment.get("DEFAULT_TIMEZONE", ""), environment.get("DEFAULT_WEEKFRAME", "")
        ),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise _refusal(f"{pattern!r} is no regular expression: {error}") from None


def _refusal(message: str) -> UserError:
    return UserError(message, where="kube-downscaler", hint="see its README for its arguments")


class _Parser(argparse.ArgumentParser):
    """One that raises instead of ending the program."""

    def error(self, message: str) -> NoReturn:
        """Raises UserError."""
        raise _refusal(message)


def _resources(text: str) -> str:
    unknown = sorted({*text.split(",")} - {*PLURALS})
    if unknown:
        names = ", ".join(sorted(PLURALS))
        raise argparse.ArgumentTypeError(
            f"--include-resources argument should contain a subset of [{names}]"
        )
    return text


def _parser(environment: Mapping[str, str]) -> _Parser:
    parser = _Parser(prog="kube-downscaler", add_help=False)
    for flag in ("--dry-run", "--once", "--upscale-target-only", "--enable-events", "--json-logs"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--debug", "-d", action="store_true")
    parser.add_argument("--interval", type=int, default=30)
    parser.add_argument("--deployment-time-annotation")
    parser.add_argument(
        "--include-resources",
        type=_resources,
        default=environment.get("INCLUDE_RESOURCES", "deployments"),
    )
    for name, default in _NUMBERS.items():
        text = environment.get(_variable(name), default)
        parser.add_argument(f"--{name}", type=int, default=text)
    for name, default in _TEXTS.items():
        parser.add_argument(f"--{name}", default=environment.get(_variable(name), default))
    for exclusive in _EXCLUSIVE:
        group = parser.add_mutually_exclusive_group()
        for name, default in exclusive.items():
            group.add_argument(f"--{name}", default=environment.get(_variable(name), default))
    return parser


def _variable(flag: str) -> str:
    return flag.upper().replace("-", "_")


_NUMBERS: Final = {
    "grace-period": "900",
    "api-server-timeout": "10",
    "max-retries-on-conflict": "0",
    "max-retries-on-throttling": "0",
    "qps": "0",
    "burst": "0",
}
_TEXTS: Final = {
    "namespace": "",
    "exclude-namespaces": "kube-system",
    "exclude-deployments": "py-kube-downscaler,kube-downscaler,downscaler",
    "downtime-replicas": "0",
    "matching-labels": "",
    "admission-controller": "",
}
_EXCLUSIVE: Final = (
    {"upscale-period": "never", "default-uptime": "always"},
    {"downscale-period": "never", "default-downtime": "never"},
)
