"""The server that the requests were sent to: its state, and who sent them."""

import json
import re
from functools import cache
from typing import Any

from minieks.engine.clock import VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.store import Record
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.options import UserInfo
from minieks.kube.api.server import Api
from minieks.kube.auth.rbac.defaults import write_defaults
from minieks.kube.auth.services import Auth, AuthSettings
from minieks.kube.auth.tokens.keys import SigningKey
from minieks.kube.rest.assembly import assembled
from minieks.kube.rest.discovery.version import Build
from minieks.kube.rest.handler import Handler
from minieks.kube.rest.http import Request
from minieks.kube.words.objects import key

START = 1_795_306_000_000_000
FIRST_REVISION = 1000
ADMIN_TOKEN = "admin"
_BUILD = Build("v1.34.9", compiler="go1.24.11")
_ADMIN = UserInfo("admin", "admin", ("system:masters",))
# One key for all cases: making it is slow.
_KEY = SigningKey()

# The recording server's vendor lets all users read these paths; the role itself was taken out of
# the records, but what it allows is in those that list all that a user may do.
_OF_THE_VENDOR = "/.well-known/*"
# What was left of another recorded case, and is in the list of all resources.
_OF_ANOTHER_CASE = "ktcx132.kt.example"
# Definitions that earlier cases had left on the recording server, by what is only in the records
# that met them: their names and versions, the stored one first.
_LEFT_BEHIND = {
    "is already in use": ("estabs.crd.example", ("v1",)),
    '"path": "/apis/crd.example"': ("multis.crd.example", ("v1", "v1beta1", "v2", "v3")),
}
_DEFINITION = re.compile(r"CRD (\S+) exists: (\[.*\])", re.DOTALL)


def world(case: dict[str, Any]) -> Handler:
    """A server without controllers, with the namespace of the case and its account."""
    api = Api(Engine(VirtualClock(START), seed=1), "1.34")
    api.store.restore(*_beginning())
    api.resume()
    handler = _handler(api)
    for space in ("default", case.get("namespace")):
        if space:
            _make_space(handler, space)
    if _OF_THE_VENDOR in json.dumps(case):
        _write_vendors_role(api)
    if _OF_ANOTHER_CASE in json.dumps(case):
        kept = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        served = {"served": True, "storage": True, "schema": {"openAPIV3Schema": kept}}
        made = _definition(_OF_ANOTHER_CASE, [{"name": "v1", **served}])
        api.create(made)
    for mark in _LEFT_BEHIND:
        if mark in json.dumps(case):
            api.create(_definition(*_left_behind(mark)))
    found = _DEFINITION.match(case.get("note") or "")
    if found:
        api.create(_definition(found[1], json.loads(found[2])))
    return handler


@cache
def _beginning() -> tuple[tuple[Record, ...], int]:
    """What a server has when it begins, and at which revision: made once, as it takes a while."""
    api = Api(Engine(VirtualClock(START)), "1.34")
    store = api.store
    store.revision = FIRST_REVISION
    bootstrap(api)
    write_defaults(api)
    _handler(api)
    records = tuple(
        Record(collection, key(one), store.revision_of(collection, key(one)), one)
        for collection in store.collections()
        for one in store.values(collection)
    )
    return records, store.revision


def _handler(api: Api) -> Handler:
    settings = AuthSettings(key=_KEY, tokens={ADMIN_TOKEN: _ADMIN}, anonymous_paths=None)
    auth = Auth(api, settings)
    return assembled(api, auth=auth, build=_BUILD, server="127.0.0.1:16443")


def _make_space(handler: Handler, space: str) -> None:
    """The namespace, made by a request like the recorded ones, and its account."""
    api = handler.api
    if api.get("namespaces", "", space) is None:
        body = json.dumps({"metadata": {"name": space}}).encode()
        headers = {"user-agent": "golden/1.0", "authorization": f"Bearer {ADMIN_TOKEN}"}
        handler.handle(Request("POST", "/api/v1/namespaces", headers=headers, body=body))
    account = {"name": "default", "namespace": space}
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})


def _write_vendors_role(api: Api) -> None:
    group = "rbac.authorization.k8s.io"
    rule = {"verbs": ["get"], "nonResourceURLs": ["/.well-known", _OF_THE_VENDOR]}
    subject = {"kind": "Group", "apiGroup": group, "name": "system:authenticated"}
    head = {"apiVersion": f"{group}/v1", "metadata": {"name": "vendor:discovery"}}
    api.create({**head, "kind": "ClusterRole", "rules": [rule]})
    reference = {"apiGroup": group, "kind": "ClusterRole", "name": "vendor:discovery"}
    api.create({**head, "kind": "ClusterRoleBinding", "roleRef": reference, "subjects": [subject]})


def _left_behind(mark: str) -> tuple[str, list[dict[str, Any]]]:
    name, versions = _LEFT_BEHIND[mark]
    schema = {"openAPIV3Schema": {"type": "object"}}
    rows = [
        {"name": one, "served": True, "storage": one == versions[0], "schema": schema}
        for one in versions
    ]
    return name, rows


def _definition(name: str, versions: list[dict[str, Any]]) -> dict[str, Any]:
    plural, _, group = name.partition(".")
    kind = plural.removesuffix("s").capitalize()
    names = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": versions},
    }
