"""The pod identity webhook of EKS: gives new pods what SDKs look for credentials by.

It stands behind a MutatingWebhookConfiguration that everybody sees and can change: without it, or
with a selector that leaves a pod out, pods are not changed. Source: the configuration
``pod-identity-webhook`` of EKS clusters in public dumps; amazon-eks-pod-identity-webhook.
"""

from typing import Final

from minieks.eks.identity import podmutation, records
from minieks.eks.identity.podmutation import Plan
from minieks.engine.store import Store
from minieks.kube.api.admission import Attributes, Operation
from minieks.kube.api.policies.matching import matches_webhook
from minieks.kube.api.policies.requests import request_of
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj

URL: Final = "https://127.0.0.1:23443/mutate"
"""Where the webhook listens on the machines of the control plane."""
NAME: Final = "pod-identity-webhook"
_CONFIGURATIONS: Final = "mutatingwebhookconfigurations.admissionregistration.k8s.io"


def configuration(ca_bundle: str = "") -> Obj:
    """The configuration of every EKS cluster; ``ca_bundle`` is PEM in base64."""
    authority = {"caBundle": ca_bundle} if ca_bundle else {}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": NAME},
        "webhooks": [
            {
                "name": "iam-for-pods.amazonaws.com",
                "admissionReviewVersions": ["v1beta1"],
                "clientConfig": {"url": URL, **authority},
                "failurePolicy": "Ignore",
                "matchPolicy": "Equivalent",
                "namespaceSelector": {},
                "objectSelector": {
                    "matchExpressions": [
                        {
                            "key": "eks.amazonaws.com/skip-pod-identity-webhook",
                            "operator": "DoesNotExist",
                        }
                    ]
                },
                "reinvocationPolicy": "IfNeeded",
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["pods"],
                        "scope": "*",
                    }
                ],
                "sideEffects": "None",
                "timeoutSeconds": 10,
            }
        ],
    }


def is_own(said: Obj) -> bool:
    """Whether a webhook of a configuration is this one."""
    return (said.get("clientConfig") or {}).get("url") == URL


def install(api: Api) -> None:
    """Write the configuration, unless there is one."""
    if api.get(_CONFIGURATIONS, "", NAME) is None:
        api.create(configuration())


class PodIdentityWebhook:
    """Changes pods whose service account has a role, or an association in the cluster's store."""

    name = NAME

    def __init__(self, aws: Store, region: str, *, ipv6: bool = False) -> None:
        self._aws = aws
        self._region = region
        self._ipv6 = ipv6

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods that come."""
        return operation == "CREATE" and collection == "pods"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod with variables and token, if its account asks for them."""
        if not attributes.is_create("pods"):
            return obj
        account = obj["spec"].get("serviceAccountName") or ""
        plan = self._plan(attributes, account)
        if plan is None or not _is_called(obj, attributes):
            return obj
        chance = attributes.api.engine.random("pod-identity")
        return podmutation.mutated(obj, podmutation.for_pod(plan, obj, chance), self._region)

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Nothing: this webhook only mutates."""

    def _plan(self, attributes: Attributes, name: str) -> Plan | None:
        space = attributes.namespace
        account = attributes.api.get("serviceaccounts", space, name)
        if records.association_of(self._aws, space, name) is not None:
            return podmutation.container_credentials(account, ipv6=self._ipv6)
        return None if account is None else podmutation.web_identity(account)


def _is_called(obj: Obj, attributes: Attributes) -> bool:
    """Whether a configuration sends this pod to the webhook."""
    request = request_of(obj, attributes)
    return any(
        is_own(said) and matches_webhook(said, request)
        for one in attributes.api.list(_CONFIGURATIONS)
        for said in one.get("webhooks") or ()
    )
