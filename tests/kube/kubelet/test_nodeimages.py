"""What nodes report of their images."""

from typing import Any

import pytest

from minieks.data.timings import Timings
from minieks.engine.loop import Runner
from minieks.kube.kubelet.nodeimages import NodeImages, reported

from .conftest import World


@pytest.fixture
def reporting() -> World:
    made = World()
    Runner(made.engine, NodeImages(made.api, Timings())).attach(made.api.store)
    made.node()
    return made


def _images(world: Any) -> dict[str, int]:
    found = world.api.get("nodes", "", "n1")["status"].get("images") or []
    return {one["names"][-1]: one["sizeBytes"] for one in found}


def test_an_image_is_reported_at_the_next_half_minute(reporting: Any, c: Any) -> None:
    reporting.pod(containers=[c("app", image="quay.io/shop/web:2")])
    reporting.at(29)
    assert _images(reporting) == {}
    reporting.at(31)
    assert _images(reporting) == {"quay.io/shop/web:2": 200 * 1024 * 1024}


def test_it_stays_when_the_pod_is_gone(reporting: Any, c: Any) -> None:
    reporting.pod(containers=[c("app", image="quay.io/shop/web:2")])
    reporting.at(40)
    reporting.api.delete("pods", "default", "web")
    reporting.pod("other", containers=[c("app", image="quay.io/shop/api:1")])
    reporting.at(70)
    assert set(_images(reporting)) == {"quay.io/shop/web:2", "quay.io/shop/api:1"}


def test_its_size_is_that_of_the_annotation(reporting: Any) -> None:
    reporting.pod(notes={"image-size": "50Mi"})
    reporting.at(31)
    assert _images(reporting) == {"docker.io/library/nginx:1.27": 50 * 1024 * 1024}


def test_names_are_the_digest_and_the_tag() -> None:
    (image,) = reported([], {"quay.io/shop/web:2": 5})
    assert image["names"][0].startswith("quay.io/shop/web@sha256:")
    assert image["names"][1] == "quay.io/shop/web:2"


def test_only_the_fifty_largest_are_reported() -> None:
    many = {f"quay.io/shop/web:{number}": number for number in range(60)}
    found = reported([], many)
    assert [image["sizeBytes"] for image in found] == list(range(59, 9, -1))


def test_a_list_of_its_own_output_stays_as_it_is() -> None:
    first = reported([], {"a:1": 5, "quay.io/x@sha256:" + "0" * 64: 9})
    assert reported(first, {}) == first
