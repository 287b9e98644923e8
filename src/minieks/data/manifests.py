"""The manifests of add-ons and of what every EKS cluster has: files in ``addons`` beside this."""

from collections.abc import Mapping
from functools import cache
from string import Template
from typing import Any

import yaml

from minieks.data.files import folder


def manifest_names() -> tuple[str, ...]:
    """The names of the files, without ``.yaml``, sorted."""
    return tuple(sorted(path.stem for path in (folder() / "addons").glob("*.yaml")))


def read_manifests(name: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The objects of one file, with its ``${…}`` filled in."""
    text = Template(_text(name)).substitute(values)
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))  # a safe loader


@cache
def _text(name: str) -> str:
    return (folder() / "addons" / f"{name}.yaml").read_text(encoding="utf-8")
