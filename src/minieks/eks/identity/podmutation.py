"""What the pod identity webhook makes of a pod: variables, a mount, and a volume with a token.

    mutated(pod, plan, region) -> the pod

Source: amazon-eks-pod-identity-webhook pkg/handler/handler.go (addEnvToContainer, getPodSpecPatch)
and pkg/cache/cache.go; the region and the regional endpoints are set in EKS.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from minieks.eks.labels import ROLE_ARN
from minieks.kube.words.objects import Obj, annotations, labels, with_metadata

_PREFIX: Final = "eks.amazonaws.com/"
FULL_URI: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
AUTHORIZATION_FILE: Final = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
ROLE: Final = "AWS_ROLE_ARN"
TOKEN_FILE: Final = "AWS_WEB_IDENTITY_TOKEN_FILE"
_EXPIRATION: Final = f"{_PREFIX}token-expiration"
_REGIONS: Final = ("AWS_DEFAULT_REGION", "AWS_REGION")
_STS: Final = "AWS_STS_REGIONAL_ENDPOINTS"
_LONGEST: Final = 86400
_JITTER_FROM: Final = 79200
_SHORTEST: Final = 600
_INTEGER: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_TRUE: Final = ("1", "t", "T", "true", "TRUE", "True")
_FALSE: Final = ("0", "f", "F", "false", "FALSE", "False")
_MARKED: Final = {f"{_PREFIX}pod-identity": "enabled"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How pods of a service account are changed.

    ``variables`` say where the credentials are; a container that has one of them gets none.
    ``token_file`` names the variable that holds the path of the token.
    """

    volume: str
    folder: str
    file: str
    audience: str
    variables: Mapping[str, str]
    token_file: str
    seconds: int = _LONGEST
    regional: bool = True
    pod_identity: bool = False


def web_identity(account: Obj) -> Plan | None:
    """What the annotations of a service account ask for (IRSA); None without a role."""
    noted = annotations(account)
    role = noted.get(ROLE_ARN, "")
    if not role:
        return None
    plan = Plan(
        volume="aws-iam-token",
        folder="/var/run/secrets/eks.amazonaws.com/serviceaccount",
        file="token",
        audience=noted.get(f"{_PREFIX}audience", "sts.amazonaws.com"),
        variables={ROLE: role},
        token_file=TOKEN_FILE,
    )
    return _by_account(plan, noted)


def container_credentials(account: Obj | None, *, ipv6: bool) -> Plan:
    """What a Pod Identity association asks for; it counts before the account's role."""
    host = "[fd00:ec2::23]" if ipv6 else "169.254.170.23"
    plan = Plan(
        volume="eks-pod-identity-token",
        folder="/var/run/secrets/pods.eks.amazonaws.com/serviceaccount",
        file="eks-pod-identity-token",
        audience="pods.eks.amazonaws.com",
        variables={FULL_URI: f"http://{host}/v1/credentials"},
        token_file=AUTHORIZATION_FILE,
        pod_identity=True,
    )
    return plan if account is None else _by_account(plan, annotations(account))


def _by_account(plan: Plan, noted: Mapping[str, str]) -> Plan:
    regional = noted.get(f"{_PREFIX}sts-regional-endpoints", "")
    return replace(
        plan,
        seconds=_seconds(noted.get(_EXPIRATION), plan.seconds),
        regional=regional not in _FALSE and (regional in _TRUE or plan.regional),
    )


def _seconds(text: str | None, otherwise: int) -> int:
    if text is None or not _INTEGER.fullmatch(text):
        return otherwise
    return max(int(text), _SHORTEST)


def for_pod(plan: Plan, pod: Obj, chance: Random) -> Plan:
    """The plan with what the pod itself says of the token's life.

    Where nobody says anything, tokens for Pod Identity live for 22 to 24 hours, by chance, so that
    not all of them are renewed at once.
    """
    seconds = _seconds(annotations(pod).get(_EXPIRATION), plan.seconds)
    if plan.pod_identity and seconds == _LONGEST:
        seconds = chance.randint(_JITTER_FROM, _LONGEST)
    return replace(plan, seconds=seconds)


def mutated(pod: Obj, plan: Plan, region: str) -> Obj:
    """The pod as the webhook leaves it."""
    spec = dict(pod["spec"])
    skipped = _skipped(pod)
    variables = {**plan.variables, plan.token_file: _path(plan, spec)}
    for field in ("initContainers", "containers"):
        if spec.get(field):
            spec[field] = [
                one if one.get("name") in skipped else _container(one, plan, variables, region)
                for one in spec[field]
            ]
    volumes = spec.get("volumes") or []
    if not any(one.get("name") == plan.volume for one in volumes):
        spec["volumes"] = [_volume(plan), *volumes]
    changed = {**pod, "spec": spec}
    if not plan.pod_identity:
        return changed
    return with_metadata(changed, labels={**labels(pod), **_MARKED})


def _skipped(pod: Obj) -> tuple[str, ...]:
    """The containers that the pod says are to be left alone."""
    try:
        rows = list(csv.reader([annotations(pod).get(f"{_PREFIX}skip-containers", "")]))
    except csv.Error:
        return ()
    return tuple(rows[0]) if rows else ()


def _path(plan: Plan, spec: Obj) -> str:
    path = f"{plan.folder}/{plan.file}"
    chosen = spec.get("nodeSelector") or {}
    windows = "windows" in (chosen.get("beta.kubernetes.io/os"), chosen.get("kubernetes.io/os"))
    return "C:" + path.replace("/", "\\") if windows else path


def _container(container: Obj, plan: Plan, variables: Mapping[str, str], region: str) -> Obj:
    present = container.get("env") or []
    names = {one.get("name") for one in present}
    added: dict[str, str] = {}
    if plan.regional and _STS not in names:
        added[_STS] = "regional"
    if region and names.isdisjoint(_REGIONS):
        added |= dict.fromkeys(_REGIONS, region)
    if names.isdisjoint(variables):
        added |= variables
    elif not added and not names.isdisjoint(_REGIONS) and _STS in names:
        # It has all of it already: not even the mount is added.
        return container
    return _mounted({**container, "env": [*present, *_listed(added)]}, plan)


def _listed(variables: Mapping[str, str]) -> list[Obj]:
    return [{"name": name, "value": value} for name, value in variables.items()]


def _mounted(container: Obj, plan: Plan) -> Obj:
    present = container.get("volumeMounts") or []
    if any(one.get("name") == plan.volume for one in present):
        return container
    mount = {"name": plan.volume, "readOnly": True, "mountPath": plan.folder}
    return {**container, "volumeMounts": [*present, mount]}


def _volume(plan: Plan) -> Obj:
    token = {"audience": plan.audience, "expirationSeconds": plan.seconds, "path": plan.file}
    projected = {"sources": [{"serviceAccountToken": token}], "defaultMode": 420}
    return {"name": plan.volume, "projected": projected}
