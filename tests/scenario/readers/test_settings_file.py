"""minieks' own settings file."""

from pathlib import Path

import pytest

from minieks.eks.spec import FargateCap
from minieks.engine.clock import HOUR, SECOND
from minieks.engine.errors import UserError
from minieks.kube.words import times
from minieks.scenario.readers.settings import LaunchTemplate, Settings
from minieks.scenario.readers.settingsfile import read_settings

WHOLE = """
account_id = "999988887777"
seed = 7
start = 2026-11-24T06:00:00+01:00
duration = "1d12h"
prices = "prices.json"

[timings]
container_start = 2
"instance_ready.AmazonLinux2023" = { median = 60, p95 = 90 }

[fargate.fp-default]
max_vcpu = 4
max_memory_gib = 30

[fargate."*"]
max_vcpu = 0.5

[launch_templates.lt-0abc]
instance_type = "m5.large"
volume_size = 50
volume_type = "gp2"
max_pods = 20
"""


def test_every_setting_is_read() -> None:
    found = read_settings(WHOLE, "folder/minieks.toml")
    assert (found.account_id, found.seed) == ("999988887777", 7)
    assert found.start == times.parse("2026-11-24T05:00:00Z")
    assert found.duration == 36 * HOUR
    assert found.prices_file == Path("folder/prices.json")
    assert found.timings.of("container_start").median == 2
    ready = found.timings.of("instance_ready.AmazonLinux2023")
    assert (ready.median, ready.p95) == (60, 90)
    assert found.fargate_cap("fp-default") == FargateCap(4, 30)
    assert found.fargate_cap("other") == FargateCap(0.5)
    assert found.launch_templates == {"lt-0abc": LaunchTemplate(("m5.large",), 50, "gp2", 20)}


def test_an_empty_file_sets_nothing() -> None:
    found = read_settings("")
    assert (found.seed, found.start, found.duration, found.prices_file) == (None, None, None, None)
    assert found.account_id == Settings().account_id
    assert found.fargate_cap("any") == FargateCap()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05Z"),
        ("2026-01-02", "2026-01-02T00:00:00Z"),
        ('"2026-01-02T03:04:05Z"', "2026-01-02T03:04:05Z"),
    ],
)
def test_a_start_in_any_spelling(text: str, moment: str) -> None:
    assert read_settings(f"start = {text}").start == times.parse(moment)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90m", 5400),
        ("24h", 86400),
        ("7d", 604800),
        ("1d12h", 129600),
        ("0.5d", 43200),
        ("2s", 2),
        ("1w", 604800),
    ],
)
def test_a_duration_in_any_unit(text: str, seconds: float) -> None:
    assert read_settings(f'duration = "{text}"').duration == seconds * SECOND


WRONG = [
    ("no TOML", "seed = \n", "malformed TOML", "quotes"),
    ("key twice", "seed = 1\nseed = 2\n", "malformed TOML", ""),
    ("unknown", "sed = 1", 'sed: unknown field "sed"', "seed"),
    ("seed", 'seed = "a"', "seed: expected an integer, got 'a'", ""),
    ("account", 'account_id = "12"', "account_id: '12' is no account id", "twelve"),
    ("account as number", "account_id = 111122223333", "account_id: expected text", "quotes"),
    ("start", 'start = "tomorrow"', "start: ", "2026-11-23T00:00:00Z"),
    ("start long ago", "start = 1912-01-01", "is not between 1970 and 2200", ""),
    ("start as time", "start = 12:00:00", "is no moment", ""),
    ("duration", 'duration = "long"', "duration: 'long' is no duration", "24h"),
    ("no duration", "duration = 0", "0 is no time at all", "24h"),
    ("endless", "duration = inf", "inf is too long", "3660d"),
    ("a truth", "duration = true", "True is no duration", "24h"),
    ("start before the calendar", "start = 0001-01-01T00:00:00+23:00", "is not between", ""),
    ("not a number of days", 'duration = "nand"', "'nand' is no duration", ""),
    (
        "timing's name",
        "[timings]\ncontainer_strt = 1",
        "timings.container_strt: there is no timing",
        "container_start",
    ),
    ("timing", '[timings]\ncontainer_start = "fast"', "'fast' is no number of zero or more", ""),
    ("negative timing", "[timings]\ncontainer_start = -1", "-1 is no number of zero or more", ""),
    ("endless timing", "[timings]\ncontainer_start = inf", "inf is no number", ""),
    (
        "timing's field",
        "[timings]\ncontainer_start = {mean = 1}",
        "container_start.mean: unknown",
        "p95",
    ),
    ("half a timing", "[timings]\ncontainer_start = {p95 = 1}", "median: must be set", ""),
    (
        "group of timings",
        "[timings.instance_ready.Windows]\nmedian = 1",
        "is a group of timings",
        '"instance_ready.Windows"',
    ),
    ("cap", "[fargate.a]\nmax_vcpu = 32", "fargate.a.max_vcpu: 32 is out of range", "at most 16"),
    (
        "no cap",
        "[fargate.a]\nmax_memory_gib = 0",
        "fargate.a.max_memory_gib: 0 is out of range",
        "",
    ),
    ("cap's field", "[fargate.a]\nvcpu = 2", 'fargate.a.vcpu: unknown field "vcpu"', "max_vcpu"),
    (
        "type",
        '[launch_templates.lt-1]\ninstance_type = "m5.lage"',
        "no EC2 instance type",
        "m5.large",
    ),
    ("volume", '[launch_templates.lt-1]\nvolume_type = "ssd"', "'ssd' is not supported", "gp3"),
    ("volume size", "[launch_templates.lt-1]\nvolume_size = 0", "0 is out of range", "1 or more"),
]


@pytest.mark.parametrize(
    ("text", "message", "hint"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_a_wrong_setting_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(UserError) as caught:
        read_settings(text, "minieks.toml")
    assert caught.value.where == "minieks.toml"
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint
