"""When the built-in log router runs. Source: AWS user guide for EKS, "Fargate logging"."""

import pytest

from minieks.eks.fargate.logging import ENABLED, NOT_FOUND, logging
from minieks.kube.words.objects import Obj

NAMESPACE: Obj = {
    "metadata": {"name": "aws-observability", "labels": {"aws-observability": "enabled"}}
}
OUTPUT = """
[OUTPUT]
    Name cloudwatch_logs
    Match   kube.*
    region eu-west-1
    log_group_name my-logs
"""
FILTER = """
# comment
[FILTER]
    Name parser
    Match *
[FILTER]
    Name grep
    Match *
"""
PARSER = "[PARSER]\n    Name crio\n    Format Regex\n"


def config_map(**data: str) -> Obj:
    named = {key.replace("_conf", ".conf"): text for key, text in data.items()}
    return {"metadata": {"name": "aws-logging"}, "data": named}


def test_without_the_config_map_logging_is_off() -> None:
    found = logging(None, NAMESPACE)
    assert found.annotation == "LoggingDisabled: LOGGING_CONFIGMAP_NOT_FOUND"
    assert found.event_message == (
        "Disabled logging because aws-logging configmap was not found. "
        'configmap "aws-logging" not found'
    )


def test_without_the_namespace_label_logging_is_off() -> None:
    bare: Obj = {"metadata": {"name": "aws-observability"}}
    assert logging(config_map(output_conf=OUTPUT), bare) == NOT_FOUND
    assert logging(config_map(output_conf=OUTPUT), None) == NOT_FOUND


def test_a_valid_config_map_switches_logging_on() -> None:
    given = config_map(
        output_conf=OUTPUT, filters_conf=FILTER, parsers_conf=PARSER, flb_log_cw="true"
    )
    assert logging(given, NAMESPACE) == ENABLED
    assert ENABLED.enabled


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param({"filters_conf": FILTER}, "output.conf is missing", id="no output"),
        pytest.param({"output_conf": ""}, "output.conf has no OUTPUT section", id="empty output"),
        pytest.param(
            {"output_conf": OUTPUT.replace("cloudwatch_logs", "amazon_data_firehose")},
            "amazon_data_firehose is not a supported output plugin",  # DataDog/documentation 24023
            id="unknown output",
        ),
        pytest.param(
            {"output_conf": OUTPUT, "filters_conf": FILTER.replace("grep", "lua")},
            "lua is not a supported filter plugin",
            id="unknown filter",
        ),
        pytest.param(
            {"output_conf": OUTPUT.replace("Match ", "Nothing ")},
            "Match is required in OUTPUT",
            id="no match",
        ),
        pytest.param(
            {"output_conf": OUTPUT, "parsers_conf": "[PARSER]\n  Name x\n"},
            "Format is required in PARSER",
            id="no format",
        ),
        pytest.param(
            {"output_conf": "[SERVICE]\n  Flush 1\n" + OUTPUT},
            "SERVICE is not a supported section in output.conf",
            id="other section",
        ),
        pytest.param(
            {"output_conf": OUTPUT.replace("my-logs", "${NAME}")},
            "output.conf uses an environment variable",
            id="environment",
        ),
        pytest.param(
            {"output_conf": OUTPUT + "#" * 5300},
            "The configmap is longer than 5300 characters",
            id="too long",
        ),
    ],
)
def test_an_invalid_config_map_switches_logging_off_and_says_why(
    data: dict[str, str], problem: str
) -> None:
    found = logging(config_map(**data), NAMESPACE)
    assert not found.enabled
    assert found.event_reason == "LoggingDisabled"
    assert found.event_message == (
        f"Disabled logging for pod due to invalid configmap. {problem}. "
        "Please fix the logging configmap"
    )
