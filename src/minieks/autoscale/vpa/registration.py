"""VPA's admission controller registers itself: the webhook that the API is to ask about pods.

Ten seconds after its start it writes the configuration anew, whatever was there; nobody removes
it when the program goes, so nothing is asked of a program that is not there (failurePolicy Ignore).
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/admission-controller/{main,config}.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.autoscale import programs
from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.admission import Attributes
from minieks.kube.api.policies.matching import matches_webhook
from minieks.kube.api.policies.requests import request_of
from minieks.kube.api.server import Api
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, namespace

IMAGES: Final = ("vpa-admission-controller",)
NAME: Final = "vpa-webhook-config"
WEBHOOK: Final = "vpa.k8s.io"
SERVICE: Final = "vpa-webhook"
DELAY: Final[Micros] = 10 * SECOND
"""From its start to its registration, and to the first sign of life that the updater waits for."""
_CONFIGURATIONS: Final = "mutatingwebhookconfigurations.admissionregistration.k8s.io"


def configuration(space: str) -> Obj:
    """What an admission controller in a namespace writes."""
    everywhere = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [""]}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": NAME},
        "webhooks": [
            {
                "name": WEBHOOK,
                "admissionReviewVersions": ["v1"],
                "clientConfig": {"service": {"namespace": space, "name": SERVICE, "port": 443}},
                "failurePolicy": "Ignore",
                "namespaceSelector": {"matchExpressions": [everywhere]},
                "rules": [
                    _rule("", "v1", ["CREATE"], "pods"),
                    _rule(
                        "autoscaling.k8s.io", "*", ["CREATE", "UPDATE"], "verticalpodautoscalers"
                    ),
                ],
                "sideEffects": "None",
                "timeoutSeconds": 30,
            }
        ],
    }


def _rule(group: str, version: str, operations: list[str], resource: str) -> Obj:
    return {
        "apiGroups": [group],
        "apiVersions": [version],
        "operations": operations,
        "resources": [resource],
    }


def is_own(said: Obj) -> bool:
    """Whether a webhook of a configuration is that of VPA's admission controller."""
    service = (said.get("clientConfig") or {}).get("service") or {}
    return said.get("name") == WEBHOOK and service.get("name") == SERVICE


def is_asked(obj: Obj, attributes: Attributes) -> bool:
    """Whether a configuration sends a request to the admission controller."""
    request = request_of(obj, attributes)
    return any(
        is_own(said) and matches_webhook(said, request)
        for one in attributes.api.list(_CONFIGURATIONS)
        for said in one.get("webhooks") or ()
    )


class RegistrationLoop:
    """The loop; its only key is the name of the configuration."""

    name = "vpa-admission-controller"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._registered: Micros | None = None
        """The start of the program that has registered itself."""
        programs.add_image_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """The pods of the program."""
        return {"pods": Minding(self._of_pod, programs.COMINGS_AND_GOINGS)}

    def _of_pod(self, change: Change) -> Iterable[str]:
        return (NAME,) if programs.is_of(change, IMAGES) else ()

    def reconcile(self, key: str) -> Result | None:
        """Write the configuration, if the program has just started."""
        program = programs.running(self._api, IMAGES)
        if program is None or program.since == self._registered:
            return None
        wait = program.since + DELAY - self._api.engine.now()
        if wait > 0:
            return Result(again_after=wait / SECOND)
        self._registered = program.since
        self._register(namespace(program.pod), program.since)
        return None

    def _register(self, space: str, since: Micros) -> None:
        found = self._api.get(_CONFIGURATIONS, "", NAME)
        if found is not None:
            if times.parse(found["metadata"]["creationTimestamp"]) > since:
                return  # It is from this very start, in a cluster that goes on.
            self._api.delete(_CONFIGURATIONS, "", NAME)
        self._api.create(configuration(space))
