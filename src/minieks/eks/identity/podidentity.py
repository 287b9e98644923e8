"""EKS Pod Identity: what AssumeRoleForPodIdentity of EKS Auth decides, and what the agent answers.

    grant = decide(request, inside, iam)          # raises AuthRefused
    answer(grant, credentials, now); agent_answer(credentials, account)

Source: Amazon EKS user guide, "Learn how EKS Pod Identity grants pods access to AWS services";
botocore eks-auth 2023-11-26; aws/eks-pod-identity-agent.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from minieks.eks.identity import arns, policies, trust
from minieks.eks.identity.policies import Asking, Permissions
from minieks.eks.identity.ports import Credentials, Iam, Role, Session
from minieks.eks.identity.trust import ASSUME, TAG, Asked, Principal
from minieks.engine.clock import SECOND
from minieks.kube.auth.authentication import TokenRefused, TokenUser
from minieks.kube.auth.users import service_account_of
from minieks.kube.words import times

AUDIENCE: Final = "pods.eks.amazonaws.com"
SECONDS: Final = 6 * 3600
"""How long the credentials live."""
_SERVICE: Final = Principal("Service", "pods.eks.amazonaws.com")
_POD: Final = "authentication.kubernetes.io/pod-"
_NODE: Final = "authentication.kubernetes.io/node-name"
_NAME_PART: Final = 10
_DENIED: Final = (
    "Unauthorized Exception! EKS does not have permissions to assume the associated role"
)


class AuthRefused(Exception):
    """A request that EKS Auth refuses; ``why`` says more than the real service does."""

    def __init__(self, code: str, message: str, why: str = "") -> None:
        self.code = code
        self.message = message
        self.why = why
        self.status = _STATUS.get(code, 400)
        super().__init__(f"{code}: {message}")


_STATUS: Final = {"ResourceNotFoundException": 404, "ThrottlingException": 429}


@dataclass(frozen=True, slots=True)
class Association:
    """A Pod Identity association, as DescribePodIdentityAssociation shows it."""

    id: str
    arn: str
    namespace: str
    service_account: str
    role_arn: str
    target_role_arn: str = ""
    disable_session_tags: bool = False
    policy: str = ""
    """A session policy as JSON; empty for none."""
    external_id: str = ""


def external_id(region: str, account: str, cluster: str, space: str, service_account: str) -> str:
    """What the target role's trust can ask for, so that nobody else gets it by this cluster."""
    return "/".join((region, account, cluster, space, service_account))


class Inside(Protocol):
    """The cluster, as far as it is asked about a token."""

    @property
    def arn(self) -> str:
        """The cluster's ARN."""

    def user_of(self, token: str, audience: str) -> TokenUser:
        """Whose a token is that is meant for the audience; raises TokenRefused."""

    def association(self, space: str, account: str) -> Association | None:
        """The association of a service account, or None."""

    def is_fargate(self, node: str) -> bool:
        """Whether the node of this name is Fargate's."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose token it is: a pod of a service account."""

    namespace: str
    service_account: str
    pod: str = ""
    pod_uid: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted. With a target role ``session`` is the target's, ``through`` the first's."""

    subject: Subject
    association: Association
    session: Session
    through: Session | None = None


def decide(token: str, inside: Inside, iam: Iam, new_id: Callable[[], str]) -> Grant:
    """What a pod's token is worth; raises AuthRefused. ``new_id`` makes UUIDs."""
    subject = _subject(token, inside)
    if subject.node and inside.is_fargate(subject.node):
        why = "EKS Pod Identity has no agent on Fargate: use an IAM role for the service account"
        raise AuthRefused("AccessDeniedException", "Pods on AWS Fargate are not supported", why)
    found = inside.association(subject.namespace, subject.service_account)
    if found is None:
        about = f"{subject.namespace}/{subject.service_account}"
        raise AuthRefused(
            "ResourceNotFoundException",
            "The token included in the request has no matching pod identity association",
            f"create a pod identity association for {about}",
        )
    session = first_session(found, subject, inside.arn, iam, new_id())
    if not found.target_role_arn:
        return Grant(subject, found, replace(session, policies=_limits(found)))
    second = replace(
        session, role=target_role(found, session, iam), seconds=3600, policies=_limits(found)
    )
    return Grant(subject, found, second, session)


def first_session(
    found: Association, subject: Subject, cluster: str, iam: Iam, new_id: str
) -> Session:
    """The session of the associated role; raises AuthRefused if EKS cannot assume it."""
    tags = {} if found.disable_session_tags else _tags(cluster, subject)
    role = _assumable(found.role_arn, _by_service(cluster, tags), iam, tagged=bool(tags))
    return Session(role, _session_name(cluster, subject, new_id), SECONDS, tags, tuple(tags))


def _limits(found: Association) -> tuple[Mapping[str, Any], ...]:
    return (json.loads(found.policy),) if found.policy else ()


def _subject(token: str, inside: Inside) -> Subject:
    try:
        user = inside.user_of(token, AUDIENCE).user
    except TokenRefused as error:
        if "expired" in str(error):
            text = "The token included in the request is expired"
            raise AuthRefused("ExpiredTokenException", text, str(error)) from None
        raise no_token(str(error)) from None
    account = service_account_of(user.name)
    if account is None:
        raise no_token("it is no service account's")
    extra = {key: values[0] for key, values in user.extra if values}
    pod, uid = extra.get(f"{_POD}name", ""), extra.get(f"{_POD}uid", "")
    return Subject(*account, pod=pod, pod_uid=uid, node=extra.get(_NODE, ""))


def no_token(why: str) -> AuthRefused:
    """The token is none of the cluster's, or not for this."""
    return AuthRefused("InvalidTokenException", "The token included in the request is invalid", why)


def _tags(cluster: str, subject: Subject) -> dict[str, str]:
    """The session tags, all of them transitive."""
    found = {
        "eks-cluster-arn": cluster,
        "eks-cluster-name": arns.parsed(cluster).last,
        "kubernetes-namespace": subject.namespace,
        "kubernetes-service-account": subject.service_account,
        "kubernetes-pod-name": subject.pod,
        "kubernetes-pod-uid": subject.pod_uid,
    }
    return {key: value for key, value in found.items() if value}


def _session_name(cluster: str, subject: Subject, new_id: str) -> str:
    name, pod = arns.parsed(cluster).last[:_NAME_PART], subject.pod[:_NAME_PART]
    return "-".join(part for part in ("eks", name, pod, new_id) if part)


def _by_service(cluster: str, tags: Mapping[str, str]) -> Asked:
    arn = arns.parsed(cluster)
    context = {
        "aws:sourceaccount": (arn.account,),
        "aws:sourcearn": (cluster,),
        **_tag_context(tags),
    }
    return Asked(_SERVICE, ASSUME, context)


def _tag_context(tags: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found = {f"aws:requesttag/{key}": (value,) for key, value in tags.items()}
    return {**found, "aws:tagkeys": tuple(tags), "sts:transitivetagkeys": tuple(tags)}


def _assumable(arn: str, asked: Asked, iam: Iam, *, tagged: bool) -> Role:
    """The role, if its trust policy lets it be assumed, and sessions of it be tagged."""
    role = iam.role(arns.parsed(arn).account, arn)
    if role is None:
        raise _denied(arn, f"there is no role {arn}")
    for action in (ASSUME, TAG) if tagged else (ASSUME,):
        found = trust.decide(role.trust, Asked(asked.principal, action, asked.context))
        if not found.allowed:
            raise _denied(arn, f"role {arn}: {found.reason}")
    return role


def target_role(association: Association, first: Session, iam: Iam) -> Role:
    """The target role; raises AuthRefused if the first one may not assume it, or it is not let."""
    arn = association.target_role_arn
    asking = Asking(ASSUME, arn)
    verdict = policies.decide(Permissions(first.role.policies, first.role.boundary), asking)
    session = arns.session(first.role.arn, first.name)
    if not verdict.allowed:
        raise _denied(arn, policies.message(session, asking, verdict))
    context = {
        **{f"aws:principaltag/{key}": (value,) for key, value in first.tags.items()},
        **_tag_context(first.tags),
    }
    if association.external_id:
        context["sts:externalid"] = (association.external_id,)
    asked = Asked(Principal("AWS", session), ASSUME, context)
    return _assumable(arn, asked, iam, tagged=bool(first.tags))


def _denied(arn: str, why: str) -> AuthRefused:
    text = f"{_DENIED} {arn}"
    return AuthRefused("AccessDeniedException", text, why)


def answer(grant: Grant, credentials: Credentials) -> dict[str, Any]:
    """The result of AssumeRoleForPodIdentity, with the members of its model; times in seconds."""
    session, subject = grant.session, grant.subject
    return {
        "subject": {
            "namespace": subject.namespace,
            "serviceAccount": subject.service_account,
        },
        "audience": AUDIENCE,
        "podIdentityAssociation": {
            "associationArn": grant.association.arn,
            "associationId": grant.association.id,
        },
        "assumedRoleUser": {
            "arn": arns.session(session.role.arn, session.name),
            "assumeRoleId": f"{session.role.role_id}:{session.name}",
        },
        "credentials": {
            "sessionToken": credentials.session_token,
            "secretAccessKey": credentials.secret,
            "accessKeyId": credentials.access_key,
            "expiration": credentials.expiration // SECOND,
        },
    }


def agent_answer(credentials: Credentials, account: str) -> dict[str, str]:
    """What the agent on the node answers an SDK's container credentials provider."""
    return {
        "AccessKeyId": credentials.access_key,
        "SecretAccessKey": credentials.secret,
        "Token": credentials.session_token,
        "AccountId": account,
        "Expiration": times.rfc3339(credentials.expiration),
    }
