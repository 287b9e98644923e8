"""What a LimitRange may not say; kubernetes pkg/apis/core/validation ValidateLimitRange."""

import pytest

from minieks.kube.api.validation.cluster import limit_range
from minieks.kube.words.objects import Obj


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"min": "2", "max": "1"}, ("min", "min value 2 is greater than max value 1")),
        (
            {"min": "2", "defaultRequest": "1"},
            ("defaultRequest", "min value 2 is greater than default request value 1"),
        ),
        (
            {"defaultRequest": "2", "max": "1500m"},
            ("defaultRequest", "default request value 2 is greater than max value 1500m"),
        ),
        (
            {"defaultRequest": "2", "default": "1"},
            ("defaultRequest", "default request value 2 is greater than default limit value 1"),
        ),
        ({"min": "2", "default": "1"}, ("default", "min value 2 is greater than default value 1")),
        ({"default": "2", "max": "1"}, ("default", "default value 2 is greater than max value 1")),
        (
            {"maxLimitRequestRatio": "0.5"},
            ("maxLimitRequestRatio", "ratio 0.5 is less than 1"),
        ),
        ({"min": "1", "defaultRequest": "1", "default": "1000m", "max": "1"}, None),
        ({"maxLimitRequestRatio": "1"}, None),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_the_order_of_a_limits_values(item: dict[str, str], said: tuple[str, str] | None) -> None:
    limits = [{"type": "Container", **{kind: {"cpu": text} for kind, text in item.items()}}]
    obj: Obj = {"spec": {"limits": limits}}
    wanted = [(f"spec.limits[0].{said[0]}[cpu]", said[1])] if said else []
    assert [(error.field, error.detail) for error in limit_range(obj)] == wanted


def test_defaults_of_a_device_are_equal() -> None:
    device = "nvidia.com/gpu"
    item = {"type": "Container", "defaultRequest": {device: "1"}, "default": {device: "2"}}
    [error] = limit_range({"spec": {"limits": [item]}})
    assert error.detail == f"default value 2 must equal to defaultRequest value 1 in {device}"
