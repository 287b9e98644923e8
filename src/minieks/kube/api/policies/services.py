"""Where the service of a webhook is: pods are modelled, so most of them are nowhere.

Source: kubernetes apiserver pkg/util/proxy/proxy.go ResolveEndpoint and pkg/util/webhook/client.go.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from minieks.kube.words.objects import Obj, labels, name

if TYPE_CHECKING:
    from minieks.kube.api.server import Api


class Target(NamedTuple):
    """The URL that is called, the host that its certificate must be for, or why there is none.

    ``shown`` is the URL as messages show it.
    """

    url: str
    shown: str
    server_name: str = ""
    failure: str = ""


def target_of(api: "Api", webhook: Obj) -> Target:
    """Where a webhook is to be called."""
    config = webhook.get("clientConfig") or {}
    query = f"?timeout={webhook.get('timeoutSeconds', 10)}s"
    if config.get("url"):
        shown = config["url"] + query
        return Target(shown, shown)
    service = config.get("service") or {}
    space, named, port = service.get("namespace"), service.get("name"), service.get("port", 443)
    path = "/" + str(service.get("path") or "").lstrip("/")
    host = f"{named}.{space}.svc"
    shown = f"https://{host}:{port}{path}{query}"
    found = api.get("services", str(space), str(named))
    if found is None:
        return Target("", shown, failure=f'service "{named}" not found')
    address, failure = _address(api, found, port)
    if failure:
        return Target("", shown, failure=failure)
    return Target(f"https://{address}{path}{query}", shown, server_name=host)


def _address(api: "Api", service: Obj, port: int) -> tuple[str, str]:
    """Host and port behind a service, or why nothing answers there."""
    spec = service.get("spec") or {}
    if spec.get("type") == "ExternalName":
        return f"{spec.get('externalName')}:{port}", ""
    wanted = next((one for one in spec.get("ports") or () if one.get("port") == port), None)
    if wanted is None:
        return "", f'no service port {port} found for service "{name(service)}"'
    modelled = ""
    for one, endpoint in _endpoints(api, service):
        target = _port(one, wanted.get("name"))
        for address in endpoint.get("addresses") or ():
            if (endpoint.get("targetRef") or {}).get("kind") != "Pod":
                return f"{address}:{target}", ""
            modelled = f"dial tcp {address}:{target}: connect: connection refused"
    return "", modelled or f'no endpoints available for service "{name(service)}"'


def _endpoints(api: "Api", service: Obj) -> list[tuple[Obj, Obj]]:
    """The ready endpoints of a service, each with the slice that it is in."""
    space = service["metadata"]["namespace"]
    return [
        (one, endpoint)
        for one in api.list("endpointslices.discovery.k8s.io", space)
        if labels(one).get("kubernetes.io/service-name") == name(service)
        for endpoint in one.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready") is not False
    ]


def _port(one: Obj, named: Any) -> int:
    ports = one.get("ports") or [{}]
    found = next(
        (port for port in ports if (port.get("name") or None) == (named or None)), ports[0]
    )
    return int(found.get("port") or 443)
