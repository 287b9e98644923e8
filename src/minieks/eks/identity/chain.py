"""The way of a pod to its IAM role, link by link, up to the first one that is broken.

    follow("shop", "api-0", scene) -> Chain

From the pod to its service account, by annotation (IRSA) or association (Pod Identity) to a role,
by the webhook's variables to a token, by the token's issuer, audience and subject to what the role
trusts, and to what the role may do. Every link is judged by what decides on it in earnest.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from minieks.eks.identity import arns, oidc, podidentity, podmutation, trust
from minieks.eks.identity.podidentity import AUDIENCE as POD_AUDIENCE
from minieks.eks.identity.podidentity import Association, AuthRefused, Subject
from minieks.eks.identity.ports import Iam, OidcProvider, Role, Session
from minieks.eks.identity.trust import ASSUME, TAG, WEB_IDENTITY, Asked, Principal
from minieks.eks.labels import ROLE_ARN
from minieks.kube.auth.users import service_account_name
from minieks.kube.words.objects import Obj, annotations, uid

IRSA = "IAM roles for service accounts"
POD_IDENTITY = "EKS Pod Identity"
_AGENT = "eks-pod-identity-agent"


class Scene(Protocol):
    """What is looked at."""

    @property
    def cluster(self) -> str:
        """The cluster's ARN."""

    @property
    def issuer(self) -> str:
        """The URL of the cluster's OIDC issuer."""

    @property
    def iam(self) -> Iam:
        """IAM."""

    def get(self, collection: str, space: str, name: str) -> Obj | None:
        """An object of the cluster, or None."""

    def association(self, space: str, account: str) -> Association | None:
        """The Pod Identity association of a service account, or None."""

    def is_fargate(self, node: str) -> bool:
        """Whether the node of this name is Fargate's."""

    def has_agent(self, node: str) -> bool:
        """Whether the Pod Identity agent runs on the node."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link: what it is, whether it holds, what is seen, and what to do if it does not."""

    name: str
    holds: bool
    seen: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The links up to the first broken one; ``role`` is empty if there is none to be had."""

    pod: str
    method: str
    role: str
    links: tuple[Link, ...]

    @property
    def holds(self) -> bool:
        """Whether the pod gets credentials of the role."""
        return bool(self.links) and self.links[-1].holds


@dataclass(slots=True)
class _Way:
    """What is known so far."""

    scene: Scene
    space: str
    name: str
    pod: Obj
    account: Obj
    account_name: str = ""
    association: Association | None = None
    method: str = ""
    role_arn: str = ""
    audience: str = ""
    provider: OidcProvider | None = None
    role: Role | None = None
    first: Session | None = None
    """The session of the associated role."""


def follow(space: str, name: str, scene: Scene) -> Chain:
    """The chain of a pod."""
    way = _Way(scene, space, name, {}, {})
    links: list[Link] = []
    for link in _links(way):
        links.append(link)
        if not link.holds:
            break
    target = way.association.target_role_arn if way.association else ""
    return Chain(f"{space}/{name}", way.method, target or way.role_arn, tuple(links))


def _links(way: _Way) -> Iterator[Link]:
    yield _pod(way)
    yield _account(way)
    yield _wanted(way)
    steps = _BY_IRSA if way.method == IRSA else _BY_POD_IDENTITY
    for step in steps:
        yield step(way)
    if way.association is not None and way.association.target_role_arn:
        yield _target(way)


def _pod(way: _Way) -> Link:
    found = way.scene.get("pods", way.space, way.name)
    if found is None:
        remedy = f"kubectl get pods -n {way.space} tells the pods that there are"
        return Link("pod", False, f"there is no pod {way.space}/{way.name}", remedy)
    way.pod = found
    node = found["spec"].get("nodeName") or ""
    return Link("pod", True, f"{way.space}/{way.name}" + (f" on {node}" if node else ""))


def _account(way: _Way) -> Link:
    way.account_name = way.pod["spec"].get("serviceAccountName") or "default"
    found = way.scene.get("serviceaccounts", way.space, way.account_name)
    if found is None:
        remedy = f"kubectl create serviceaccount {way.account_name} -n {way.space}"
        seen = f"there is no service account {way.account_name} any more"
        return Link("service account", False, seen, remedy)
    way.account = found
    return Link("service account", True, way.account_name)


def _wanted(way: _Way) -> Link:
    """The association, which counts first, or the annotation."""
    way.association = way.scene.association(way.space, way.account_name)
    if way.association is not None:
        way.method, way.role_arn = POD_IDENTITY, way.association.role_arn
        return Link("association", True, f"{way.association.id} names {way.role_arn}")
    role = annotations(way.account).get(ROLE_ARN, "")
    if not role:
        return Link(
            "annotation",
            False,
            f"service account {way.account_name} has no {ROLE_ARN} and no association: the pod has"
            " what its node may do",
            f"kubectl annotate serviceaccount {way.account_name} -n {way.space} {ROLE_ARN}=ARN",
        )
    way.method, way.role_arn = IRSA, role
    if not arns.ROLE.fullmatch(role):
        remedy = "a role's ARN looks like arn:aws:iam::111122223333:role/name"
        return Link("annotation", False, f"{role!r} is no ARN of a role", remedy)
    return Link("annotation", True, f"{ROLE_ARN} names {role}")


def _variables(way: _Way) -> Link:
    """Whether the containers have what the webhook gives them, with the role that is wanted now."""
    key = podmutation.ROLE if way.method == IRSA else podmutation.FULL_URI
    found = [(one["name"], _env(one).get(key)) for one in way.pod["spec"].get("containers") or ()]
    restart = f"kubectl delete pod {way.name} -n {way.space}, so that a new one is made"
    if all(value is None for _, value in found):
        seen = f"no container has {key}: the pod is older than the {_cause(way)}, or opted out"
        return Link("webhook", False, seen, restart)
    wrong = [
        name for name, value in found if way.method == IRSA and value not in (None, way.role_arn)
    ]
    if wrong:
        seen = (
            f"{key} of {', '.join(wrong)} is another role: the pod has it from before, or by hand"
        )
        return Link("webhook", False, seen, restart)
    having = ", ".join(name for name, value in found if value is not None)
    return Link("webhook", True, f"{key} is set in {having}")


def _cause(way: _Way) -> str:
    return "annotation" if way.method == IRSA else "association"


def _env(container: Obj) -> dict[str, Any]:
    return {one["name"]: one.get("value", "") for one in container.get("env") or ()}


def _token(way: _Way) -> Link:
    name = "aws-iam-token" if way.method == IRSA else "eks-pod-identity-token"
    for volume in way.pod["spec"].get("volumes") or ():
        for source in (volume.get("projected") or {}).get("sources") or ():
            token = source.get("serviceAccountToken")
            if volume["name"] == name and token:
                way.audience = str(token.get("audience") or "")
                life = token.get("expirationSeconds", 3600)
                return Link("token", True, f"for {way.audience}, renewed within {life} s")
    remedy = "let the webhook add it: make the pod anew without a volume of that name"
    return Link("token", False, f"the pod has no volume {name} with a token", remedy)


def _provider(way: _Way) -> Link:
    issuer, account = way.scene.issuer, arns.parsed(way.role_arn).account
    way.provider = way.scene.iam.oidc_provider(account, oidc.host_of(issuer))
    if way.provider is None:
        name = arns.parsed(way.scene.cluster).last
        remedy = f"eksctl utils associate-iam-oidc-provider --cluster {name} --approve"
        seen = f"account {account} has no OIDC provider for {issuer}"
        return Link("issuer", False, seen, remedy)
    return Link("issuer", True, f"{issuer} is {way.provider.arn}")


def _audience(way: _Way) -> Link:
    known = way.provider.client_ids if way.provider else ()
    if way.audience in known:
        return Link("audience", True, f"{way.audience} is a client id of the provider")
    remedy = f"aws iam add-client-id-to-open-id-connect-provider --client-id {way.audience} …"
    seen = f"the token is for {way.audience}; client ids: {', '.join(known) or 'none'}"
    return Link("audience", False, seen, remedy)


def _role(way: _Way) -> Link:
    way.role = way.scene.iam.role(arns.parsed(way.role_arn).account, way.role_arn)
    if way.role is None:
        remedy = f"create the role, or name another one in the {_cause(way)}"
        return Link("role", False, f"there is no role {way.role_arn}", remedy)
    return Link("role", True, way.role_arn)


def _trust_of_provider(way: _Way) -> Link:
    assert way.provider is not None, "the links before have found it"
    assert way.role is not None, "the links before have found it"
    host = way.provider.host.lower()
    subject = service_account_name(way.space, way.account_name)
    context = {
        f"{host}:aud": (way.audience,),
        f"{host}:sub": (subject,),
        "aws:federatedprovider": (way.provider.arn,),
    }
    asked = Asked(Principal("Federated", way.provider.arn), WEB_IDENTITY, context)
    found = trust.decide(way.role.trust, asked)
    if not found.allowed:
        remedy = f"let StringEquals on {way.provider.host}:sub be {subject}"
        return Link("trust policy", False, found.reason, f"in the role's trust policy: {remedy}")
    return Link("trust policy", True, f"allows {WEB_IDENTITY}")


def _trust_of_service(way: _Way) -> Link:
    assert way.association is not None, "it is what names the role"
    subject = Subject(way.space, way.account_name, way.name, uid(way.pod))
    tagged = not way.association.disable_session_tags
    actions = f"{ASSUME} and {TAG}" if tagged else ASSUME
    try:
        way.first = podidentity.first_session(
            way.association, subject, way.scene.cluster, way.scene.iam, ""
        )
    except AuthRefused as error:
        remedy = f"in the role's trust policy: let {POD_AUDIENCE} do {actions}"
        return Link("trust policy", False, error.why, remedy)
    return Link("trust policy", True, f"allows {actions}")


def _permissions(way: _Way) -> Link:
    count = len(way.role.policies) if way.role else 0
    if not count:
        remedy = f"aws iam attach-role-policy --role-name {arns.parsed(way.role_arn).last} …"
        return Link("permissions", False, "the role has no policy: it may do nothing", remedy)
    return Link("permissions", True, f"{count} {'policy' if count == 1 else 'policies'}")


def _target(way: _Way) -> Link:
    """Whether the associated role gets on to the role in the other account."""
    assert way.association is not None, "it is what names the target"
    assert way.first is not None, "the links before have found it"
    target = way.association.target_role_arn
    try:
        podidentity.target_role(way.association, way.first, way.scene.iam)
    except AuthRefused as error:
        remedy = f"let {way.role_arn} do {ASSUME} on {target}, and that role trust it"
        return Link("target role", False, error.why, remedy)
    return Link("target role", True, target)


def _node(way: _Way) -> Link:
    node = way.pod["spec"].get("nodeName") or ""
    if not node:
        return Link("agent", False, "the pod is on no node yet", "see minieks explain pod")
    if way.scene.is_fargate(node):
        remedy = "use an IAM role for the service account instead: Fargate has no agent"
        return Link("agent", False, f"{node} is Fargate's, where Pod Identity is not", remedy)
    if not way.scene.has_agent(node):
        remedy = f"install the add-on {_AGENT}"
        return Link("agent", False, f"no {_AGENT} runs on {node}", remedy)
    return Link("agent", True, f"{_AGENT} runs on {node}")


_Step = Callable[[_Way], Link]
_BY_IRSA: tuple[_Step, ...] = (
    *(_variables, _token, _provider, _audience, _role, _trust_of_provider, _permissions),
)
_BY_POD_IDENTITY: tuple[_Step, ...] = (
    *(_variables, _token, _node, _role, _trust_of_service, _permissions),
)
