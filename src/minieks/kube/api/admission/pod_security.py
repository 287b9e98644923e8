"""PodSecurity: the Pod Security Standards that a namespace's labels ask for.

Source: kubernetes staging/src/k8s.io/pod-security-admission/admission.
"""

from collections.abc import Mapping
from typing import Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.api.admission.pod_security_checks import LEVELS, violations
from minieks.kube.words.objects import Obj, labels

_PREFIX: Final = "pod-security.kubernetes.io/"
_TEMPLATES: Final = {
    "deployments.apps": ("spec", "template"),
    "replicasets.apps": ("spec", "template"),
    "statefulsets.apps": ("spec", "template"),
    "daemonsets.apps": ("spec", "template"),
    "jobs.batch": ("spec", "template"),
    "cronjobs.batch": ("spec", "jobTemplate", "spec", "template"),
    "replicationcontrollers": ("spec", "template"),
    "podtemplates": ("template",),
}


class PodSecurity(AdmissionPlugin):
    """Refuses pods below the enforced level, warns about pods and templates below another."""

    name = "PodSecurity"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods and what has a template of pods."""
        return operation != "DELETE" and (collection == "pods" or collection in _TEMPLATES)

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises Forbidden for a pod that violates the level enforced in its namespace."""
        if attributes.operation == "DELETE" or not attributes.namespace:
            return
        is_pod = attributes.collection == "pods"
        if not is_pod and attributes.collection not in _TEMPLATES:
            return
        if is_pod and attributes.operation == "UPDATE":
            return
        namespace = attributes.api.store.get("namespaces", attributes.namespace)
        said = labels(namespace) if namespace is not None else {}
        if _PREFIX + "enforce" not in said and _PREFIX + "warn" not in said:
            return
        spec = obj["spec"] if is_pod else _template_spec(obj, attributes.collection)
        if is_pod:
            self._enforce(spec, said, attributes)
        self._warn(spec, said, attributes)

    @staticmethod
    def _enforce(spec: Obj, said: Mapping[str, str], attributes: Attributes) -> None:
        level, version = _level(said, "enforce")
        found = violations(spec, level)
        if found:
            raise attributes.forbidden(f'violates PodSecurity "{level}:{version}": {found}')

    @staticmethod
    def _warn(spec: Obj, said: Mapping[str, str], attributes: Attributes) -> None:
        level, version = _level(said, "warn")
        found = violations(spec, level)
        if found:
            attributes.warnings.append(f'would violate PodSecurity "{level}:{version}": {found}')


def _level(said: Mapping[str, str], mode: str) -> tuple[str, str]:
    """The level and version of a mode; an unknown level counts as restricted."""
    level = said.get(_PREFIX + mode, "privileged")
    version = said.get(f"{_PREFIX}{mode}-version", "latest")
    return (level if level in LEVELS else "restricted"), version


def _template_spec(obj: Obj, collection: str) -> Obj:
    found = obj
    for key in (*_TEMPLATES[collection], "spec"):
        found = found.get(key) or {}
    return found
