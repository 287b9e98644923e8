"""Validation of webhook configurations and admission policies.

Source: kubernetes pkg/apis/admissionregistration/validation/validation.go.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from minieks.kube.api.fields import FieldError, duplicate, invalid, not_supported, required
from minieks.kube.api.validation import admission_expressions
from minieks.kube.api.validation.checks import complaints, label_selector, one_of
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

_VERSIONS: Final = ("v1", "v1beta1")
_REASONS: Final = ("Forbidden", "Invalid", "RequestEntityTooLarge")


def configuration(obj: Obj) -> Iterator[FieldError]:
    """A ValidatingWebhookConfiguration or MutatingWebhookConfiguration."""
    seen: set[str] = set()
    for position, webhook in enumerate(obj.get("webhooks") or ()):
        path = f"webhooks[{position}]"
        yield from _webhook(webhook, path)
        name = webhook.get("name", "")
        if name in seen:
            yield duplicate(f"{path}.name", name)
        seen.add(name)


def _webhook(webhook: Obj, path: str) -> Iterator[FieldError]:
    name = webhook.get("name", "")
    if not name:
        yield required(f"{path}.name")
    else:
        yield from complaints(f"{path}.name", name, names.dns_subdomain)
        if name.count(".") < 2:
            text = "should be a domain with at least three segments separated by dots"
            yield invalid(f"{path}.name", name, text)
    yield from one_of(webhook, "failurePolicy", path, ("Fail", "Ignore"))
    yield from one_of(webhook, "matchPolicy", path, ("Equivalent", "Exact"))
    sides = ("None", "NoneOnDryRun")
    if webhook.get("sideEffects") is None:
        yield required(f"{path}.sideEffects", "must specify one of None, NoneOnDryRun")
    else:
        yield from one_of(webhook, "sideEffects", path, sides)
    seconds = webhook.get("timeoutSeconds")
    if seconds is not None and not 1 <= seconds <= 30:
        text = "the timeout value must be between 1 and 30 seconds"
        yield invalid(f"{path}.timeoutSeconds", seconds, text)
    for key in ("namespaceSelector", "objectSelector"):
        if webhook.get(key) is not None:
            yield from label_selector(webhook[key], f"{path}.{key}")
    yield from _client(webhook.get("clientConfig") or {}, f"{path}.clientConfig")
    yield from _versions(webhook, f"{path}.admissionReviewVersions")
    yield from admission_expressions.match_conditions(webhook, f"{path}.")


def _versions(webhook: Obj, path: str) -> Iterator[FieldError]:
    found = webhook.get("admissionReviewVersions") or []
    if not found:
        yield required(path, "must specify one of v1, v1beta1")
    elif not set(found) & set(_VERSIONS):
        yield invalid(path, found, "must include at least one of v1, v1beta1")


def _client(config: Obj, path: str) -> Iterator[FieldError]:
    url, service = config.get("url"), config.get("service")
    if (url is None) == (service is None):
        yield required(path, "exactly one of url or service is required")
    if url is not None:
        scheme = urlsplit(url).scheme
        if scheme != "https":
            text = "'https' is the only allowed URL scheme; desired format: https://host[/path]"
            yield invalid(f"{path}.url", scheme, text)
    if service is not None:
        for key in ("name", "namespace"):
            if not service.get(key):
                yield required(f"{path}.service.{key}", f"service {key} is required")


def policy(obj: Obj) -> Iterator[FieldError]:
    """A ValidatingAdmissionPolicy."""
    spec = obj.get("spec") or {}
    yield from one_of(spec, "failurePolicy", "spec", ("Fail", "Ignore"))
    if spec.get("matchConstraints") is None:
        yield required("spec.matchConstraints")
    for position, rule in enumerate(spec.get("validations") or ()):
        reason = rule.get("reason")
        if reason is not None and reason not in _REASONS:
            place = f"spec.validations[{position}].reason"
            yield not_supported(place, reason, _REASONS)
    if not (spec.get("validations") or spec.get("auditAnnotations")):
        text = "validations or auditAnnotations must contain at least one item"
        yield required("spec.validations", text)
    yield from admission_expressions.policy(spec)


def mutating_policy(obj: Obj) -> Iterator[FieldError]:
    """A MutatingAdmissionPolicy."""
    spec = obj.get("spec") or {}
    yield from one_of(spec, "failurePolicy", "spec", ("Fail", "Ignore"))
    if spec.get("matchConstraints") is None:
        yield required("spec.matchConstraints")
    if not spec.get("mutations"):
        yield required("spec.mutations", "mutations must contain at least one item")
    yield from one_of(spec, "reinvocationPolicy", "spec", ("Never", "IfNeeded"))
    yield from admission_expressions.policy(spec)


def policy_binding(obj: Obj) -> Iterator[FieldError]:
    """A ValidatingAdmissionPolicyBinding."""
    spec = obj.get("spec") or {}
    if not spec.get("policyName"):
        yield required("spec.policyName")
    if not spec.get("validationActions"):
        yield required("spec.validationActions", "at least one validation action is required")


def mutating_policy_binding(obj: Obj) -> Iterator[FieldError]:
    """A MutatingAdmissionPolicyBinding."""
    if not (obj.get("spec") or {}).get("policyName"):
        yield required("spec.policyName")
