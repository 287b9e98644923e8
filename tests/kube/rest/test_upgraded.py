"""A cluster whose control plane gets another version while it runs."""

import json

from minieks.engine.clock import VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.http import Request, Response

CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "a", "namespace": "default"},
}


def ask(api: Api, path: str) -> Response:
    answer = assembled(api).handle(Request("GET", path))
    assert isinstance(answer, Response)
    return answer


def test_after_an_upgrade_what_is_stored_stays_and_new_resources_are_served() -> None:
    api = Api(Engine(VirtualClock(0)), "1.33")
    bootstrap(api)
    api.create(CONFIG)
    # resource.k8s.io/v1 is served from 1.34 on (kubernetes CHANGELOG-1.34, KEP-4381).
    assert ask(api, "/apis/resource.k8s.io/v1").status == 404
    api.upgrade("1.34")
    assert ask(api, "/apis/resource.k8s.io/v1").status == 200
    assert json.loads(ask(api, "/version").body)["minor"].startswith("34")
    assert ask(api, "/api/v1/namespaces/default/configmaps/a").status == 200
