"""Reading ``minieks.toml``.

The file's fields, all optional::

    account_id = "123456789012"        # stands in made-up ARNs
    seed = 7                           # of all that is random
    start = 2026-11-23T00:00:00Z       # the simulated moment at which the run begins
    duration = "24h"                   # how long to simulate
    prices = "prices.json"             # prices in front of minieks' own, beside this file
    with = ["vpa"]                     # programs to install, as with --with

    [timings]                          # seconds (or a rate), by the names in the reference
    container_start = 2                # always so long
    "instance_ready.AmazonLinux2023" = { median = 60, p95 = 90 }

    [fargate."fp-default"]             # "*" is every profile without a table of its own
    max_vcpu = 4
    max_memory_gib = 30

    [launch_templates."lt-0abc"]       # what is in a template that a node group names
    instance_type = "m5.large"
    volume_size = 80                   # GiB
    volume_type = "gp3"
    max_pods = 29
"""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from minieks.data import instance_types
from minieks.data.nearest import did_you_mean
from minieks.data.timings import Timing, Timings
from minieks.eks.spec import FargateCap
from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import UserError
from minieks.scenario.readers.extras import EXTRAS
from minieks.scenario.readers.places import Document
from minieks.scenario.readers.settings import DEFAULT_ACCOUNT, LaunchTemplate, Settings
from minieks.scenario.readers.shapes import (
    ANYTHING,
    INTEGER,
    NUMBER,
    TEXT,
    TEXTS,
    Fields,
    MapOf,
    conform,
)
from minieks.scenario.readers.span import bounded, read_length, read_moment

_MOMENT_HINT = "write it as 2026-11-23T00:00:00Z"
FILE_NAME = "minieks.toml"
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_LARGEST_CAP = FargateCap(vcpu=16, memory_gib=120)
_FIELDS = Fields(
    {
        "account_id": TEXT,
        "seed": INTEGER,
        "start": ANYTHING,
        "duration": ANYTHING,
        "prices": TEXT,
        "with": TEXTS,
        "timings": MapOf(ANYTHING),
        "fargate": MapOf(Fields({"max_vcpu": NUMBER, "max_memory_gib": NUMBER})),
        "launch_templates": MapOf(
            Fields(
                {
                    "instance_type": TEXT,
                    "volume_size": INTEGER,
                    "volume_type": TEXT,
                    "max_pods": INTEGER,
                }
            )
        ),
    }
)
_TIMING = Fields({"median": NUMBER, "p95": NUMBER})


def read_settings(text: str, file: str = FILE_NAME) -> Settings:
    """The settings in a file's text; UserError with the field where one is wrong.

    The price file's path is taken as beside the settings file.
    """
    return settings_of(parse_toml(text, file), file)


def settings_of(given: Any, file: str) -> Settings:
    """The same of a table that was read already."""
    document = Document(given, file, 1, 1)
    given = conform(document, _FIELDS)
    return Settings(
        account_id=_account(document, given.get("account_id", DEFAULT_ACCOUNT)),
        seed=_seed(document, given.get("seed")),
        start=read_start(document, given.get("start")),
        duration=_duration(document, given.get("duration")),
        prices_file=Path(file).parent / given["prices"] if given.get("prices") else None,
        timings=_timings(document, given.get("timings") or {}),
        fargate_caps={
            name: _cap(document, name, one) for name, one in (given.get("fargate") or {}).items()
        },
        launch_templates={
            name: _template(document, name, one)
            for name, one in (given.get("launch_templates") or {}).items()
        },
        extras=_extras(document, given.get("with") or ()),
    )


def _extras(document: Document, names: Sequence[str]) -> tuple[str, ...]:
    for index, one in enumerate(names):
        if one not in EXTRAS:
            hint = did_you_mean(one, EXTRAS, f"use one of: {', '.join(sorted(EXTRAS))}")
            raise document.error(("with", index), f"{one!r} is not known", hint)
    return tuple(names)


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """A file's text as a table; UserError where it is malformed."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise UserError(
            f"malformed TOML: {error}", where=file, hint="text values stand in double quotes"
        ) from None


def _seed(document: Document, given: int | None) -> int | None:
    if given is not None and not -(2**63) <= given < 2**63:
        raise document.error(("seed",), f"{given} is too large", "use at most 18 digits")
    return given


def _account(document: Document, text: str) -> str:
    if _ACCOUNT.fullmatch(text):
        return text
    raise document.error(("account_id",), f"{text!r} is no account id", "write its twelve digits")


def read_start(document: Document, given: Any) -> Micros | None:
    """A TOML date-time, or the same as text; without an offset it is in UTC."""
    if given is None:
        return None
    if isinstance(given, datetime):
        given = given if given.tzinfo else given.replace(tzinfo=UTC)
        given = given.isoformat(timespec="seconds")
    elif isinstance(given, date):
        given = f"{given.isoformat()}T00:00:00Z"
    if not isinstance(given, str):
        raise document.error(("start",), f"{given} is no moment", _MOMENT_HINT)
    try:
        return read_moment(given)
    except UserError as error:
        raise document.error(("start",), error.message, error.hint) from None


def _duration(document: Document, given: Any) -> Micros | None:
    """Text such as ``24h`` or ``7d``, or a number of seconds."""
    if given is None:
        return None
    try:
        if isinstance(given, str):
            return read_length(given)
        if isinstance(given, int | float) and not isinstance(given, bool):
            return bounded(given * SECOND, str(given))
    except UserError as error:
        raise document.error(("duration",), error.message, error.hint) from None
    raise document.error(("duration",), f"{given!r} is no duration", 'write it as "24h" or "7d"')


def _timings(document: Document, given: Mapping[str, Any]) -> Timings:
    own = {}
    for name, value in given.items():
        own[name] = _timing(document, name, value)
        try:
            Timings({name: own[name]})
        except UserError as error:
            raise document.error(("timings", name), error.message, error.hint) from None
    return Timings(own)


def _timing(document: Document, name: str, value: Any) -> Timing:
    """A number, or a table of median and p95."""
    table = value if isinstance(value, dict) else {"median": value}
    if set(table) - set(_TIMING.fields) and all(isinstance(one, dict) for one in table.values()):
        raise document.error(
            ("timings", name), "is a group of timings", f'write "{name}.{next(iter(table))}" = …'
        )
    for field, number in table.items():
        if field not in _TIMING.fields:
            raise document.error(
                ("timings", name, field), "unknown field", "a timing has median and p95"
            )
        if (
            isinstance(number, bool)
            or not isinstance(number, (int, float))
            or not 0 <= number < math.inf
        ):
            raise document.error(
                ("timings", name), f"{number!r} is no number of zero or more", "seconds, as in 2.5"
            )
    if "median" not in table:
        raise document.error(("timings", name, "median"), "must be set", "median = seconds")
    if table.get("p95", table["median"]) < table["median"]:
        raise document.error(
            ("timings", name, "p95"),
            f"{table['p95']} is below the median, {table['median']}",
            "19 of 20 samples are below p95, and 10 are below the median",
        )
    return Timing(float(table["median"]), float(table["p95"]) if "p95" in table else None)


def _cap(document: Document, name: str, given: Mapping[str, Any]) -> FargateCap:
    cap = FargateCap(given.get("max_vcpu"), given.get("max_memory_gib"))
    for field, value, largest in (
        ("max_vcpu", cap.vcpu, _LARGEST_CAP.vcpu),
        ("max_memory_gib", cap.memory_gib, _LARGEST_CAP.memory_gib),
    ):
        if value is not None and not 0 < value <= (largest or 0):
            raise document.error(
                ("fargate", name, field), f"{value} is out of range", f"above 0, at most {largest}"
            )
    return cap


def _template(document: Document, name: str, given: Mapping[str, Any]) -> LaunchTemplate:
    path = ("launch_templates", name)
    kind = given.get("instance_type")
    try:
        types = (instance_types.find(kind).name,) if kind else ()
    except UserError as error:
        raise document.error((*path, "instance_type"), error.message, error.hint) from None
    for field in ("volume_size", "max_pods"):
        if given.get(field, 1) < 1:
            raise document.error((*path, field), f"{given[field]} is out of range", "1 or more")
    volume = given.get("volume_type")
    known = ("gp2", "gp3", "io1", "io2", "sc1", "st1")
    if volume is not None and volume not in known:
        raise document.error(
            (*path, "volume_type"),
            f"{volume!r} is not supported",
            did_you_mean(volume, known, f"use one of: {', '.join(known)}"),
        )
    return LaunchTemplate(types, given.get("volume_size"), volume, given.get("max_pods"))
