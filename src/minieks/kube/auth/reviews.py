"""The APIs that answer questions about rights and users, and store nothing.

Source: kubernetes pkg/registry/authorization/* and pkg/registry/authentication/*.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from minieks.engine.clock import Micros
from minieks.kube.api.errors import BadRequest, Invalid
from minieks.kube.api.options import UserInfo
from minieks.kube.auth import reviewspecs, users
from minieks.kube.auth.attributes import Attributes, Authorizer, Decision
from minieks.kube.auth.authentication import BearerTokens, TokenRefused
from minieks.kube.words import times
from minieks.kube.words.objects import Obj

_Answer: TypeAlias = Callable[["Reviews", UserInfo, Obj], Obj]
_AUTHORIZATION: Final = "authorization.k8s.io"


class Reviews:
    """Answers the reviews of one cluster; ``now`` is the cluster's clock."""

    def __init__(
        self, authorizer: Authorizer, tokens: BearerTokens, now: Callable[[], Micros]
    ) -> None:
        self._authorizer = authorizer
        self._tokens = tokens
        self._now = now

    def answered(self, user: UserInfo, review: Obj) -> Obj:
        """The review that ``user`` sends, with its status; raises BadRequest or Invalid."""
        return _ANSWERS[str(review["kind"])](self, user, review)

    def _self_access(self, user: UserInfo, review: Obj) -> Obj:
        _check(reviewspecs.self_access(review))
        return self._decided(user, review)

    def _access(self, user: UserInfo, review: Obj) -> Obj:
        _check(reviewspecs.access(review))
        return self._decided(_asked_user(review), review)

    def _local_access(self, user: UserInfo, review: Obj) -> Obj:
        _check(reviewspecs.local_access(review))
        return self._decided(_asked_user(review), review)

    def _decided(self, user: UserInfo, review: Obj) -> Obj:
        decision = self._authorizer.authorize(user, _wish(review["spec"]))
        return {**review, "status": _status(decision)}

    def _self_rules(self, user: UserInfo, review: Obj) -> Obj:
        space = (review.get("spec") or {}).get("namespace")
        if not space:
            raise BadRequest("no namespace on request")
        rules = self._authorizer.rules_for(user, space)
        status = {
            "resourceRules": list(rules.resource),
            "nonResourceRules": list(rules.non_resource),
            "incomplete": bool(rules.error),
        }
        if rules.error:
            status["evaluationError"] = rules.error
        bare = {"apiVersion": review["apiVersion"], "kind": review["kind"]}
        return {**bare, "metadata": {}, "spec": {}, "status": status}

    def _self_subject(self, user: UserInfo, review: Obj) -> Obj:
        return {
            "apiVersion": review["apiVersion"],
            "kind": review["kind"],
            "metadata": {"creationTimestamp": times.rfc3339(self._now())},
            "status": {"userInfo": users.to_json(user)},
        }

    def _token(self, user: UserInfo, review: Obj) -> Obj:
        spec = review.get("spec") or {}
        token = spec.get("token")
        if not token:
            raise BadRequest("token is required for TokenReview in authentication")
        try:
            found = self._tokens.user_of(token, tuple(spec.get("audiences") or ()))
        except TokenRefused as error:
            return {**review, "status": {"user": {}, "error": str(error)}}
        known = users.to_json(users.authenticated(found.user))
        status: Obj = {"authenticated": True, "user": known}
        if found.audiences:
            status["audiences"] = list(found.audiences)
        return {**review, "status": status}


_ANSWERS: Final[Mapping[str, _Answer]] = {
    "SelfSubjectAccessReview": Reviews._self_access,
    "SubjectAccessReview": Reviews._access,
    "LocalSubjectAccessReview": Reviews._local_access,
    "SelfSubjectRulesReview": Reviews._self_rules,
    "SelfSubjectReview": Reviews._self_subject,
    "TokenReview": Reviews._token,
}

KINDS: Final = tuple(_ANSWERS)
"""The kinds that are answered here."""

TRACKED: Final = frozenset(
    ("SelfSubjectAccessReview", "SubjectAccessReview", "LocalSubjectAccessReview", "TokenReview")
)
"""The kinds whose answers show the managedFields of the request."""


def _check(problems: reviewspecs.Problems) -> None:
    found = list(problems)
    if found:
        # The server names no kind here.
        raise Invalid("", _AUTHORIZATION, "", found)


def _asked_user(review: Obj) -> UserInfo:
    spec = review["spec"]
    return users.from_json({**spec, "username": spec.get("user")})


def _wish(spec: Obj) -> Attributes:
    resource = spec.get("resourceAttributes")
    if resource is None:
        plain = spec["nonResourceAttributes"]
        return Attributes(str(plain.get("verb") or ""), path=str(plain.get("path") or ""))
    selector = resource.get("fieldSelector") or {}
    return Attributes(
        verb=str(resource.get("verb") or ""),
        api_group=str(resource.get("group") or ""),
        api_version=str(resource.get("version") or ""),
        resource=str(resource.get("resource") or ""),
        subresource=str(resource.get("subresource") or ""),
        namespace=str(resource.get("namespace") or ""),
        name=str(resource.get("name") or ""),
        field_selector=str(selector.get("rawSelector") or ""),
    )


def _status(decision: Decision) -> Obj:
    status: Obj = {"allowed": decision.allowed}
    if decision.reason:
        status["reason"] = decision.reason
    return status
