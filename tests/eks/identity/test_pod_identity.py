"""EKS Pod Identity (EKS user guide, "Learn how EKS Pod Identity grants pods access")."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from identity_aws import ACCOUNT, NOW, Aws
from minieks.eks.identity import podidentity
from minieks.eks.identity.podidentity import Association, AuthRefused, Grant
from minieks.eks.identity.ports import Role
from minieks.engine.clock import SECOND
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.authentication import TokenRefused, TokenUser

CLUSTER = f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/my-long-cluster"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/app"
TARGET_ARN = "arn:aws:iam::444455556666:role/target"
BY_SERVICE = {
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": ACCOUNT,
                "aws:RequestTag/kubernetes-namespace": "shop",
            },
            "ArnEquals": {"aws:SourceArn": CLUSTER},
        },
    }
}
MAY_ASSUME = {
    "Statement": {
        "Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Resource": TARGET_ARN,
    }
}
BY_ROLE = {
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": ROLE_ARN},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": "eu-central-1/shop"}},
    }
}
ROLE = Role(ROLE_ARN, "app", "AROAAPP", BY_SERVICE, policies=(MAY_ASSUME,))
TARGET = Role(TARGET_ARN, "target", "AROATARGET", BY_ROLE)
ASSOCIATION = Association("a-1", "arn:a-1", "shop", "api", ROLE_ARN)
USER = UserInfo(
    "system:serviceaccount:shop:api",
    extra=(
        ("authentication.kubernetes.io/pod-name", ("api-5d9c7b8f6-xyz12",)),
        ("authentication.kubernetes.io/pod-uid", ("uid-1",)),
        ("authentication.kubernetes.io/node-name", ("node-1",)),
    ),
)


@dataclass
class Inside:
    """A cluster with one token, one association and maybe a Fargate node."""

    user: UserInfo | str = USER
    found: Association | None = ASSOCIATION
    fargate: bool = False
    arn: str = CLUSTER
    asked: list[str] = field(default_factory=list)

    def user_of(self, token: str, audience: str) -> TokenUser:
        self.asked.append(audience)
        if isinstance(self.user, str):
            raise TokenRefused(self.user)
        return TokenUser(self.user, (audience,))

    def association(self, space: str, account: str) -> Association | None:
        return self.found if (space, account) == ("shop", "api") else None

    def is_fargate(self, node: str) -> bool:
        return self.fargate


def iam(role: Role | None = ROLE, target: Role | None = TARGET) -> Aws:
    return Aws({one.arn: one for one in (role, target) if one is not None})


def grant(inside: Inside | None = None, known: Aws | None = None) -> Grant:
    return podidentity.decide("t", inside or Inside(), known or iam(), lambda: "uuid")


def refusal(inside: Inside | None = None, known: Aws | None = None) -> AuthRefused:
    with pytest.raises(AuthRefused) as refused:
        grant(inside, known)
    return refused.value


def test_pod_gets_a_session_with_all_tags() -> None:
    inside = Inside()
    found = grant(inside)
    assert inside.asked == ["pods.eks.amazonaws.com"]
    assert found.session.name == "eks-my-long-cl-api-5d9c7b-uuid"
    assert found.session.seconds == 6 * 3600
    assert found.session.tags == {
        "eks-cluster-arn": CLUSTER,
        "eks-cluster-name": "my-long-cluster",
        "kubernetes-namespace": "shop",
        "kubernetes-service-account": "api",
        "kubernetes-pod-name": "api-5d9c7b8f6-xyz12",
        "kubernetes-pod-uid": "uid-1",
    }
    assert found.session.transitive == tuple(found.session.tags)


def test_answers_have_the_members_of_the_model() -> None:
    known = iam()
    found = grant(known=known)
    credentials = known.issue(found.session)
    assert podidentity.answer(found, credentials) == {
        "subject": {"namespace": "shop", "serviceAccount": "api"},
        "audience": "pods.eks.amazonaws.com",
        "podIdentityAssociation": {"associationArn": "arn:a-1", "associationId": "a-1"},
        "assumedRoleUser": {
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/{found.session.name}",
            "assumeRoleId": f"AROAAPP:{found.session.name}",
        },
        "credentials": {
            "sessionToken": "token",
            "secretAccessKey": "secret",
            "accessKeyId": credentials.access_key,
            "expiration": NOW // SECOND,
        },
    }
    assert podidentity.agent_answer(credentials, ACCOUNT) == {
        "AccessKeyId": credentials.access_key,
        "SecretAccessKey": "secret",
        "Token": "token",
        "AccountId": ACCOUNT,
        "Expiration": "2026-11-23T00:00:00Z",
    }


def test_target_role_is_assumed_through_the_first() -> None:
    wanted = replace(ASSOCIATION, target_role_arn=TARGET_ARN, external_id="eu-central-1/shop")
    found = grant(Inside(found=wanted))
    assert found.session.role == TARGET
    assert found.through is not None
    assert found.through.role == ROLE


def test_without_session_tags_a_role_that_asks_for_them_refuses() -> None:
    found = refusal(Inside(found=replace(ASSOCIATION, disable_session_tags=True)))
    assert "aws:RequestTag/kubernetes-namespace" in found.why
    assert "not in the request" in found.why


def test_session_policy_of_the_association_limits_the_session() -> None:
    limit = '{"Statement": []}'
    assert grant(Inside(found=replace(ASSOCIATION, policy=limit))).session.policies == (
        {"Statement": []},
    )


NO_TAGS = {"Statement": {**BY_SERVICE["Statement"], "Action": "sts:AssumeRole"}}


@pytest.mark.parametrize(
    ("inside", "known", "code", "status", "why"),
    [
        (Inside("service account token has expired"), None, "ExpiredTokenException", 400, ""),
        (Inside("token audiences ... is invalid"), None, "InvalidTokenException", 400, "audiences"),
        (Inside(UserInfo("alice")), None, "InvalidTokenException", 400, "no service account"),
        (
            Inside(UserInfo("system:serviceaccount:shop:web")),
            None,
            "ResourceNotFoundException",
            404,
            "create a pod identity association for shop/web",
        ),
        (Inside(fargate=True), None, "AccessDeniedException", 400, "no agent on Fargate"),
        (Inside(), iam(None), "AccessDeniedException", 400, f"there is no role {ROLE_ARN}"),
        (
            Inside(),
            iam(replace(ROLE, trust=NO_TAGS)),
            "AccessDeniedException",
            400,
            "does not allow the action sts:TagSession",
        ),
        (
            Inside(arn=f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/other"),
            None,
            "AccessDeniedException",
            400,
            "ArnEquals on aws:SourceArn",
        ),
        (
            Inside(found=replace(ASSOCIATION, target_role_arn=TARGET_ARN)),
            None,
            "AccessDeniedException",
            400,
            "sts:ExternalId: wants 'eu-central-1/shop', but it is not in the request",
        ),
        (
            Inside(found=replace(ASSOCIATION, target_role_arn=TARGET_ARN)),
            iam(replace(ROLE, policies=())),
            "AccessDeniedException",
            400,
            "because no identity-based policy allows the sts:AssumeRole action",
        ),
    ],
    ids=[
        *("expired", "audience", "no-account", "no-association", "fargate", "no-role"),
        *("no-tagging", "other-cluster", "external-id", "may-not-assume"),
    ],
)
def test_refusal_has_the_real_code(
    inside: Inside, known: Any, code: str, status: int, why: str
) -> None:
    found = refusal(inside, known)
    assert (found.code, found.status) == (code, status)
    assert why in found.why
