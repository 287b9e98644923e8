"""The way of a pod to its role: which link is the first that is broken, and what to do."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from identity_aws import ACCOUNT, Aws
from minieks.eks.identity.chain import IRSA, POD_IDENTITY, Chain, follow
from minieks.eks.identity.podidentity import Association
from minieks.eks.identity.podmutation import (
    container_credentials,
    for_pod,
    mutated,
    web_identity,
)
from minieks.eks.identity.ports import OidcProvider, Role
from minieks.kube.words.objects import Obj

HOST = "oidc.eks.eu-central-1.amazonaws.com/id/ABC"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/app"
PROVIDER = OidcProvider(
    f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}", HOST, ("sts.amazonaws.com",)
)


def trust(subject: str = "system:serviceaccount:shop:api") -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER.arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{HOST}:sub": subject}},
    }
    return {"Statement": [statement]}


BY_SERVICE = {
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
}
ROLE = Role(ROLE_ARN, "app", "AROAAPP", trust(), policies=({"Statement": []},))
ACCOUNT_OBJECT: Obj = {
    "metadata": {"name": "api", "annotations": {"eks.amazonaws.com/role-arn": ROLE_ARN}}
}
BARE: Obj = {
    "metadata": {"name": "p", "namespace": "shop"},
    "spec": {"serviceAccountName": "api", "nodeName": "n", "containers": [{"name": "app"}]},
}
ASSOCIATION = Association("a-1", "arn", "shop", "api", ROLE_ARN)


def with_role(pod: Obj = BARE, account: Obj = ACCOUNT_OBJECT) -> Obj:
    plan = web_identity(account)
    assert plan is not None
    return mutated(pod, plan, "eu-central-1")


def with_agent() -> Obj:
    plan = for_pod(container_credentials(None, ipv6=False), BARE, Random(1))
    return mutated(BARE, plan, "eu-central-1")


@dataclass
class Scene:
    """A pod of an account with a role that all is right with."""

    pod: Obj | None = field(default_factory=with_role)
    account: Obj | None = field(default_factory=lambda: ACCOUNT_OBJECT)
    found: Association | None = None
    iam: Aws = field(default_factory=lambda: Aws({ROLE_ARN: ROLE}, {HOST: PROVIDER}))
    fargate: bool = False
    agent: bool = True
    cluster: str = f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/shop"
    issuer: str = f"https://{HOST}"

    def get(self, collection: str, space: str, name: str) -> Obj | None:
        return self.pod if collection == "pods" else self.account

    def association(self, space: str, account: str) -> Association | None:
        return self.found

    def is_fargate(self, node: str) -> bool:
        return self.fargate

    def has_agent(self, node: str) -> bool:
        return self.agent


def associated(**more: Any) -> Scene:
    iam = Aws({ROLE_ARN: replace(ROLE, trust=BY_SERVICE)})
    chosen = {"pod": with_agent(), "found": ASSOCIATION, "iam": iam, **more}
    return Scene(**chosen)


def chain(scene: Scene) -> Chain:
    return follow("shop", "p", scene)


def test_unbroken_chain_of_a_role_by_annotation() -> None:
    found = chain(Scene())
    assert found.holds
    assert (found.method, found.role) == (IRSA, ROLE_ARN)
    assert [link.name for link in found.links] == [
        *("pod", "service account", "annotation", "webhook", "token", "issuer", "audience"),
        *("role", "trust policy", "permissions"),
    ]


def test_unbroken_chain_of_an_association() -> None:
    found = chain(associated())
    assert found.holds
    assert found.method == POD_IDENTITY
    assert [link.name for link in found.links] == [
        *("pod", "service account", "association", "webhook", "token", "agent", "role"),
        *("trust policy", "permissions"),
    ]


TARGET_ARN = "arn:aws:iam::444455556666:role/target"
TARGETED = replace(ASSOCIATION, target_role_arn=TARGET_ARN)


def targeted(principal: str = ROLE_ARN, *, may: bool = True) -> Scene:
    """An association with a target role, that trusts a principal."""
    goes_on = {"Effect": "Allow", "Action": "sts:*", "Resource": TARGET_ARN if may else "x"}
    statement = {**BY_SERVICE["Statement"], "Principal": {"AWS": principal}}
    target = Role(TARGET_ARN, "target", "AROATARGET", {"Statement": statement})
    role = replace(ROLE, trust=BY_SERVICE, policies=({"Statement": goes_on},))
    return associated(found=TARGETED, iam=Aws({ROLE_ARN: role, TARGET_ARN: target}))


def test_unbroken_chain_to_a_target_role() -> None:
    found = chain(targeted())
    assert found.holds
    assert found.role == TARGET_ARN
    assert found.links[-1].name == "target role"


def test_without_session_tags_the_role_need_not_let_itself_be_tagged() -> None:
    statement = {**BY_SERVICE["Statement"], "Action": "sts:AssumeRole"}
    iam = Aws({ROLE_ARN: replace(ROLE, trust={"Statement": statement})})
    assert not chain(associated(iam=iam)).holds
    untagged = replace(ASSOCIATION, disable_session_tags=True)
    assert chain(associated(iam=iam, found=untagged)).holds


def _annotated(role: str) -> Obj:
    return {"metadata": {"annotations": {"eks.amazonaws.com/role-arn": role}}}


def _without_volume() -> Obj:
    pod = with_role()
    return {**pod, "spec": {**pod["spec"], "volumes": []}}


def _iam(**role: Any) -> Aws:
    return Aws({ROLE_ARN: replace(ROLE, **role)}, {HOST: PROVIDER})


OTHER_IDS = Aws({ROLE_ARN: ROLE}, {HOST: replace(PROVIDER, client_ids=("vault",))})


@pytest.mark.parametrize(
    ("scene", "link", "seen", "remedy"),
    [
        (Scene(pod=None), "pod", "there is no pod shop/p", "kubectl get pods -n shop"),
        (Scene(account=None), "service account", "no service account api", "kubectl create"),
        (
            Scene(account={"metadata": {}}),
            "annotation",
            "has no eks.amazonaws.com/role-arn and no association",
            "kubectl annotate serviceaccount api -n shop",
        ),
        (Scene(account=_annotated("role/app")), "annotation", "no ARN of a role", "looks like"),
        (
            Scene(pod=BARE),
            "webhook",
            "the pod is older than the annotation",
            "kubectl delete pod p",
        ),
        (
            Scene(account=_annotated(f"{ROLE_ARN}2")),
            "webhook",
            "AWS_ROLE_ARN of app is another role",
            "kubectl delete pod p -n shop",
        ),
        (Scene(pod=_without_volume()), "token", "no volume aws-iam-token", "make the pod anew"),
        (
            Scene(iam=Aws({ROLE_ARN: ROLE})),
            "issuer",
            f"account {ACCOUNT} has no OIDC provider for https://{HOST}",
            "eksctl utils associate-iam-oidc-provider --cluster shop --approve",
        ),
        (Scene(iam=OTHER_IDS), "audience", "client ids: vault", "add-client-id"),
        (Scene(iam=Aws({}, {HOST: PROVIDER})), "role", f"no role {ROLE_ARN}", "create the role"),
        (
            Scene(iam=_iam(trust=trust("system:serviceaccount:shop:web"))),
            "trust policy",
            "wants 'system:serviceaccount:shop:web', but it is 'system:serviceaccount:shop:api'",
            f"let StringEquals on {HOST}:sub be system:serviceaccount:shop:api",
        ),
        (Scene(iam=_iam(policies=())), "permissions", "it may do nothing", "attach-role-policy"),
        (associated(pod=BARE), "webhook", "older than the association", "kubectl delete pod"),
        (associated(fargate=True), "agent", "Fargate's", "IAM role for the service account"),
        (associated(agent=False), "agent", "no eks-pod-identity-agent runs on n", "the add-on"),
        (targeted(may=False), "target role", "is not authorized to perform: sts:AssumeRole", "let"),
        (targeted("arn:aws:iam::1:role/x"), "target role", "does not trust AWS", TARGET_ARN),
        (
            associated(iam=_iam()),
            "trust policy",
            "does not allow the action sts:AssumeRole",
            "let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession",
        ),
    ],
    ids=[
        *("pod", "account", "nothing", "arn", "older", "other-role", "volume", "provider"),
        *("audience", "role", "subject", "policies", "pi-older", "fargate", "agent"),
        *("no-way-on", "not-let", "pi-trust"),
    ],
)
def test_first_broken_link_is_the_last_one_told(
    scene: Scene, link: str, seen: str, remedy: str
) -> None:
    found = chain(scene)
    assert not found.holds
    assert [one.holds for one in found.links] == [True] * (len(found.links) - 1) + [False]
    last = found.links[-1]
    assert last.name == link
    assert seen in last.seen
    assert remedy in last.remedy
