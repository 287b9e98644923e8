"""Every verb of every real client, against a served cluster in whose second a minute passes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.verbs import Verb, verbs
from minieks.testing import Cluster

CONFIG = Path(__file__).with_name("cluster.yaml")

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch, Cluster(CONFIG, speed=60) as found:
        patch.setenv("KUBECONFIG", found.kubeconfig)
        yield found


@pytest.mark.parametrize("verb", list(verbs()), ids=lambda one: f"{one.client}: {one.name}")
def test_a_client_gets_what_it_should(cluster: Cluster, verb: Verb) -> None:
    verb.check(cluster)
