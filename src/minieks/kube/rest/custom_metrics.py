"""custom.metrics.k8s.io and external.metrics.k8s.io: metrics that an adapter knows.

    …/custom.metrics.k8s.io/v1beta2/namespaces/NS/pods/NAME-or-*/METRIC?labelSelector=…
    …/external.metrics.k8s.io/v1beta1/namespaces/NS/METRIC?labelSelector=…

Source: kubernetes k8s.io/metrics pkg/apis/{custom,external}_metrics,
kubernetes-sigs/custom-metrics-apiserver pkg/registry.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import orjson

from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.api.server import Api
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import answers
from minieks.kube.rest.http import Answer, Request
from minieks.kube.rest.requestinfo import RequestInfo
from minieks.kube.usage import scraped_at
from minieks.kube.words import quantity, times
from minieks.kube.words.objects import Obj, key, labels, name, namespace
from minieks.kube.words.selectors import InvalidSelector, Selector, parse

CUSTOM: Final = "custom.metrics.k8s.io"
EXTERNAL: Final = "external.metrics.k8s.io"
GROUPS: Final = (CUSTOM, EXTERNAL)
_VERSION: Final = "v1beta2"
_EXTERNAL_VERSION: Final = "v1beta1"


def served(api: Api) -> Iterator[Resource]:
    """The resources by which the metrics are told of in discovery; none without an adapter."""
    custom = api.usage.custom
    for metric in custom.pod_metrics():
        yield Resource(CUSTOM, _VERSION, f"pods/{metric}", "MetricValueList", True, ("get",))
    for kind, metric in custom.object_metrics():
        plural = next((one.plural for one in api.kinds if one.kind == kind), kind.lower())
        yield Resource(CUSTOM, _VERSION, f"{plural}/{metric}", "MetricValueList", True, ("get",))
    for metric in custom.external_metrics():
        yield Resource(
            EXTERNAL, _EXTERNAL_VERSION, metric, "ExternalMetricValueList", True, ("get",)
        )


class MetricPaths:
    """Answers for the paths of metrics."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def __call__(self, request: Request, info: RequestInfo) -> Answer | None:
        """The values; None for any other path."""
        if not info.is_resource or info.group not in GROUPS:
            return None
        if info.verb not in ("get", "list"):
            raise ApiError(405, "MethodNotAllowed", "metrics can only be read", {})
        found = self._external(request, info) if info.group == EXTERNAL else self._of(request, info)
        kind = "ExternalMetricValueList" if info.group == EXTERNAL else "MetricValueList"
        body = {"kind": kind, "apiVersion": info.api_version, "metadata": {}, "items": found}
        return answers.json_answer(200, orjson.dumps(body))

    def _at(self) -> int:
        return scraped_at(self._api.engine.now())

    def _external(self, request: Request, info: RequestInfo) -> list[Obj]:
        selector, at = _selector(request), self._at()
        found = self._api.usage.custom.external(info.namespace, info.resource, selector, at)
        if found is None:
            raise _not_found(f"{info.resource}.{EXTERNAL}")
        return [
            {
                "metricName": info.resource,
                "metricLabels": dict(one.labels),
                "timestamp": times.rfc3339(at),
                "value": _text(one.milli),
            }
            for one in found
        ]

    def _of(self, request: Request, info: RequestInfo) -> list[Obj]:
        metric = info.subresource
        if info.resource == "pods":
            return self._of_pods(request, info, metric)
        kind = next((one for one in self._api.kinds if one.plural == info.resource), None)
        place = f"{info.namespace}/{info.name}" if info.namespace else info.name
        about = kind.kind if kind else info.resource
        value = self._api.usage.custom.of_object(about, place, metric, self._at())
        if value is None:
            what = kind.collection if kind else info.resource
            text = f"the server could not find the metric {metric} for {what} {info.name}"
            raise ApiError(404, "NotFound", text, {})
        version = kind.api_version if kind else "v1"
        described = {"kind": about, "namespace": info.namespace, "name": info.name}
        return [self._value({**described, "apiVersion": version}, metric, value)]

    def _of_pods(self, request: Request, info: RequestInfo, metric: str) -> list[Obj]:
        custom, at = self._api.usage.custom, self._at()
        if metric not in custom.pod_metrics():
            raise _not_found(f"the metric {metric} for pods")
        selector, found = _selector(request), list[Obj]()
        for pod in sorted(self._api.list("pods", info.namespace or None), key=key):
            wanted = info.name in ("*", name(pod)) and selector.matches(labels(pod))
            value = custom.of_pod(pod, metric, at) if wanted else None
            if value is not None:
                about = {"kind": "Pod", "namespace": namespace(pod), "name": name(pod)}
                found.append(self._value({**about, "apiVersion": "/v1"}, metric, value))
        return found

    def _value(self, about: Obj, metric: str, milli: int) -> Obj:
        return {
            "describedObject": about,
            "metric": {"name": metric, "selector": None},
            "timestamp": times.rfc3339(self._at()),
            "value": _text(milli),
        }


def _text(milli: int) -> str:
    return quantity.text_of(Decimal(milli).scaleb(-3))


def _not_found(what: str) -> ApiError:
    return ApiError(404, "NotFound", f"the server could not find {what}", {})


def _selector(request: Request) -> Selector:
    text = request.asked("labelSelector")
    try:
        return parse(text) if text else Selector()
    except InvalidSelector as error:
        raise BadRequest(str(error)) from None
