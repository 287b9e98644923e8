"""Fixtures for pytest, which finds them by the entry point of the package.

    def test_something(minieks_cluster): ...

    @pytest.mark.minieks(config="cluster.yaml", manifests=["k8s/"], speed=60)
    def test_something_else(minieks_cluster): ...

The environment variable KUBECONFIG leads to the cluster meanwhile.
"""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from minieks.testing.cluster import Cluster

_READ_AT_IMPORT = ("kubernetes.config.kube_config", "kubernetes_asyncio.config.kube_config")
_MARKER = "minieks(**arguments): how minieks_cluster is made; see minieks.testing.Cluster"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def lead_to(cluster: "Cluster", patch: pytest.MonkeyPatch) -> None:
    """Let clients find the cluster by themselves.

    Some read KUBECONFIG only when they are imported; what they have read is put right.
    """
    for name, value in cluster.environment.items():
        patch.setenv(name, value)
    for name in _READ_AT_IMPORT:
        if name in sys.modules:
            patch.setattr(sys.modules[name], "KUBE_CONFIG_DEFAULT_LOCATION", cluster.kubeconfig)


@pytest.fixture
def minieks_cluster(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Cluster]":
    """A cluster of the test's own; a marker ``minieks`` says how it is made."""
    from minieks.testing.cluster import Cluster  # noqa: PLC0415 - only who asks for it waits

    marker = request.node.get_closest_marker("minieks")
    with Cluster(**(marker.kwargs if marker else {})) as cluster:
        lead_to(cluster, monkeypatch)
        yield cluster


@pytest.fixture(scope="session")
def minieks_session_cluster() -> "Iterator[Cluster]":
    """One cluster for all tests of the session, which share what they make in it."""
    from minieks.testing.cluster import Cluster  # noqa: PLC0415 - only who asks for it waits

    with Cluster() as cluster, pytest.MonkeyPatch.context() as patch:
        lead_to(cluster, patch)
        yield cluster
