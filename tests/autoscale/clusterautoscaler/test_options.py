"""Flags as the program takes them. Source: cluster-autoscaler/config/flags/flags.go, pflag."""

import pytest

from minieks.autoscale.clusterautoscaler.limits import GIB
from minieks.autoscale.clusterautoscaler.options import group_rules, read_options
from minieks.engine.clock import MINUTE, SECOND
from minieks.engine.errors import UserError


def test_defaults_are_those_of_1_34() -> None:
    found = read_options([])
    assert found.up.expanders == ("least-waste",)
    assert found["scan-interval"] == 10 * SECOND
    assert (found.down.parallelism, found.down.drain_parallelism) == (10, 1)
    assert (found.group.threshold, found.group.unneeded_time) == (0.5, 10 * MINUTE)
    assert found["cordon-node-before-terminating"] is True


WORDS = [
    (["--scan-interval=1m"], "scan-interval", MINUTE),
    (["--scan-interval", "1m30s"], "scan-interval", 90 * SECOND),
    (["--balance-similar-node-groups"], "balance-similar-node-groups", True),
    (["--scale-down-enabled=false"], "scale-down-enabled", False),
    (["--max-nodes-total=7", "--v=4", "--stderrthreshold=info"], "max-nodes-total", 7),
    (["-v", "4", "--logtostderr", "--max-nodes-total=7"], "max-nodes-total", 7),
    (["--nodes=1:3:a", "--nodes=0:5:b"], "nodes", ("1:3:a", "0:5:b")),
]


@pytest.mark.parametrize(("words", "flag", "value"), WORDS, ids=[" ".join(one[0]) for one in WORDS])
def test_a_flag_is_read(words: list[str], flag: str, value: object) -> None:
    assert read_options(words)[flag] == value


def test_limits_are_cores_and_gibibytes() -> None:
    found = read_options(["--cores-total=8:100", "--memory-total=0:32"]).up.resources
    assert found.least == {"cpu": 8, "memory": 0}
    assert found.most == {"cpu": 100, "memory": 32 * GIB}


WRONG = [
    (["--scan-intervall=1m"], "unknown flag: --scan-intervall"),
    (["--scan-interval=1"], 'invalid argument "1" for "--scan-interval" flag'),
    (["--max-nodes-total=many"], 'parsing "many": invalid syntax'),
    (["--scale-down-enabled=maybe"], "ParseBool"),
    (["--scan-interval"], "flag needs an argument: --scan-interval"),
    (["--expander=price"], "expander price not supported"),
    (["--cores-total=8"], "wrong nodes configuration: 8"),
    (["--cores-total=9:8"], "max size must be greater or equal to min size"),
    (["serve"], "unexpected argument 'serve'"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(one[0]) for one in WRONG])
def test_what_is_wrong_is_told(words: list[str], said: str) -> None:
    with pytest.raises(UserError) as raised:
        read_options(words)
    assert said in str(raised.value)


def test_a_group_has_settings_of_its_own() -> None:
    own = {"scaledownunneededtime": "1m", "scaledownutilizationthreshold": "0.7", "other": "x"}
    found = group_rules(read_options([]).group, {**own, "scaledownunreadytime": "soon"})
    assert (found.unneeded_time, found.threshold) == (MINUTE, 0.7)
    assert found.unready_time == 20 * MINUTE
