"""Discovery, health, version and metrics as clients ask for them."""

from typing import Any

import orjson
import pytest

from minieks.kube.api.errors import ApiError
from minieks.kube.api.schema import SchemaSet
from minieks.kube.kinds import resources
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.discovery.paths import Discovery
from minieks.kube.rest.discovery.version import Build
from minieks.kube.rest.http import Request, Response
from minieks.kube.rest.requestinfo import request_info

SCHEMAS = SchemaSet.for_version("1.34")
SERVED = resources.built_in(SCHEMAS.has, 34)
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
KUBECTL = f"{AGGREGATED},{AGGREGATED.replace('v2', 'v2beta1')},application/json"


def _ask(
    path: str,
    accept: str = "application/json",
    served: list[Resource] | None = None,
    **more: Any,
) -> Response | None:
    discovery = Discovery(SERVED if served is None else served, Build("v1.34.1-eks-1"), "h:1")
    headers = {"accept": accept, **more.pop("headers", {})}
    request = Request(more.pop("method", "GET"), path, more.pop("query", ()), headers)
    return discovery(request, request_info(request))


def _json(path: str, accept: str = "application/json", **more: Any) -> Any:
    found = _ask(path, accept, **more)
    assert found is not None
    return orjson.loads(found.body)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api", "APIVersions"),
        ("/api/", "APIVersions"),
        ("/apis", "APIGroupList"),
        ("/apis/apps", "APIGroup"),
        ("/apis/apps/v1", "APIResourceList"),
        ("/api/v1", "APIResourceList"),
    ],
)
def test_each_path_has_its_document(path: str, kind: str) -> None:
    assert _json(path)["kind"] == kind


@pytest.mark.parametrize(
    "path", ["/apis/nope", "/livez/nope", "/readyz/etcd", "/logs", "/metrics/x"]
)
def test_what_is_nobodys_is_not_answered(path: str) -> None:
    assert _ask(path) is None


def test_an_unknown_version_of_a_group_is_not_found() -> None:
    with pytest.raises(ApiError) as refused:
        _ask("/apis/apps/v9")
    assert refused.value.code == 404


def test_discovery_is_only_read() -> None:
    with pytest.raises(ApiError) as refused:
        _ask("/apis", method="POST")
    assert refused.value.code == 405


def test_kubectl_gets_everything_in_two_documents() -> None:
    core, rest = _json("/api", KUBECTL), _json("/apis", KUBECTL)
    groups = [item["metadata"].get("name", "") for item in (*core["items"], *rest["items"])]
    assert groups[:3] == ["", "apiregistration.k8s.io", "apps"]
    rows = [
        row
        for item in (*core["items"], *rest["items"])
        for version in item["versions"]
        for row in version["resources"]
    ]
    assert len(rows) == len(SERVED)


def test_an_aggregated_document_that_is_known_is_not_sent_again() -> None:
    first = _ask("/apis", KUBECTL)
    assert first is not None
    again = _ask("/apis", KUBECTL, headers={"if-none-match": first.header("ETag")})
    assert again is not None
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("version", ["v2beta1", "v9"])
def test_an_aggregated_document_of_another_version_cannot_be_had(version: str) -> None:
    with pytest.raises(ApiError) as refused:
        _ask("/apis", AGGREGATED.replace("v2", version))
    assert refused.value.code == 406


def test_custom_resources_say_the_group_of_their_kind() -> None:
    custom = Resource("a.example", "v1", "things", "Thing", True, custom=True)
    found = _json("/apis", KUBECTL, served=[*SERVED, custom])["items"][-1]["versions"][0]
    wanted = {"group": "a.example", "version": "v1", "kind": "Thing"}
    assert found["resources"][0]["responseKind"] == wanted


def test_documents_follow_what_is_served() -> None:
    served = list(SERVED)
    discovery = Discovery(served, Build("v1.34.1"))
    request = Request("GET", "/apis/a.example/v1", (), {})
    assert discovery(request, request_info(request)) is None
    served.append(Resource("a.example", "v1", "things", "Thing", True))
    assert discovery(request, request_info(request)) is not None


# Source: kubernetes apiserver pkg/server/healthz/healthz.go.
@pytest.mark.parametrize(
    ("path", "query", "text"),
    [
        ("/livez", (), "ok"),
        ("/livez/ping", (), "ok"),
        ("/livez", (("exclude", "etcd"),), "ok"),
    ],
)
def test_health_is_told_in_a_word(path: str, query: Any, text: str) -> None:
    found = _ask(path, query=query)
    assert found is not None
    assert found.body.decode() == text


def test_verbose_health_names_each_check() -> None:
    found = _ask("/readyz", query=(("verbose", ""), ("exclude", "log"), ("exclude", "no")))
    assert found is not None
    lines = found.body.decode().splitlines()
    assert lines[:2] == ["[+]ping ok", "[+]log excluded: ok"]
    assert lines[-2:] == [
        'warn: some health checks cannot be excluded: no matches for "no"',
        "readyz check passed",
    ]


# Source: kubernetes apimachinery pkg/version/types.go; the + is of hack/lib/version.sh.
@pytest.mark.parametrize(
    ("git_version", "minor", "emulates"),
    [("v1.34.9", "34", True), ("v1.34.1-eks-1", "34+", True), ("v1.32.9-eks-1", "32+", False)],
)
def test_the_version_is_that_of_the_build(git_version: str, minor: str, emulates: bool) -> None:
    discovery = Discovery(SERVED, Build(git_version))
    request = Request("GET", "/version", (), {})
    answer = discovery(request, request_info(request))
    assert answer is not None
    found = orjson.loads(answer.body)
    assert (found["gitVersion"], found["minor"]) == (git_version, minor)
    assert ("emulationMinor" in found) is emulates


def test_metrics_count_the_objects() -> None:
    discovery = Discovery(SERVED, Build("v1.34.1"), counts=lambda: {"pods": 3})
    request = Request("GET", "/metrics", (), {})
    answer = discovery(request, request_info(request))
    assert answer is not None
    assert b'apiserver_storage_objects{resource="pods"} 3\n' in answer.body


def test_documents_can_be_had_as_yaml() -> None:
    found = _ask("/apis/apps", "application/yaml")
    assert found is not None
    assert b"kind: APIGroup\n" in found.body
