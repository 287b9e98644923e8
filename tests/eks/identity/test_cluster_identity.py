"""Service account tokens of a cluster, and what reads its identity out of its stores."""

from typing import Any

import pytest

from identity_aws import ACCOUNT, ALICE, NOW, Aws
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.identity import oidc, records, webidentity
from minieks.eks.identity.cluster import ClusterIdentity
from minieks.eks.identity.ports import OidcProvider, Role
from minieks.eks.identity.stserrors import StsRefused
from minieks.eks.identity.tokens import is_local
from minieks.eks.nodegroups.world import INSTANCES
from minieks.eks.spec import AccessEntrySpec, AccessPolicySpec, ClusterSpec, NetworkSpec
from minieks.eks.spec import PodIdentityAssociationSpec as Association
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.auth.services import Auth, AuthSettings
from minieks.kube.auth.tokens.claims import Bound
from minieks.kube.auth.tokens.keyring import KeyRing
from minieks.kube.words.objects import Obj

REGION = "eu-central-1"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/app"
TARGET_ARN = "arn:aws:iam::444455556666:role/target"


def spec(**more: Any) -> ClusterSpec:
    network = NetworkSpec(
        vpc_id="vpc-1", cidr="192.168.0.0/16", service_cidr="10.100.0.0/16", subnets=()
    )
    zones = ("eu-central-1a", "eu-central-1b")
    return ClusterSpec("shop", REGION, "1.34", ACCOUNT, zones, network, **more)


class World:
    """A cluster with an issuer of its own, and a service account in it."""

    def __init__(self, cluster_id: str) -> None:
        self.engine = Engine(VirtualClock(NOW))
        self.api = Api(self.engine, "1.34")
        bootstrap(self.api)
        self.ring = KeyRing(self.engine.now)
        self.issuer = oidc.issuer(REGION, cluster_id)
        self.auth = Auth(self.api, AuthSettings(issuer=self.issuer, key=self.ring))
        meta = {"name": "api", "namespace": "default"}
        self.account = self.api.create(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
        )

    def token(self, *audiences: str, seconds: int = 86400) -> str:
        wanted = audiences or ("sts.amazonaws.com",)
        return self.auth.tokens.issue(self.account, Bound(), wanted, seconds)

    def key_set(self, issuer: str) -> Obj | None:
        return self.ring.key_set() if issuer == self.issuer.url else None

    def assume(self, token: str) -> webidentity.Grant:
        host = oidc.host_of(self.issuer.url)
        provider = OidcProvider(
            oidc.provider_arn("aws", ACCOUNT, host), host, ("sts.amazonaws.com",)
        )
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider.arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringLike": {f"{host}:sub": "system:serviceaccount:default:*"}},
        }
        role = Role(ROLE_ARN, "app", "AROAAPP", {"Statement": [statement]})
        iam = Aws({ROLE_ARN: role}, {host: provider})
        request = webidentity.Request(ROLE_ARN, "app", token)
        return webidentity.decide(request, webidentity.World(iam, self), self.engine.now())


@pytest.fixture(scope="module")
def world() -> World:
    return World("A" * 32)


def test_token_of_a_service_account_assumes_a_role(world: World) -> None:
    assert world.assume(world.token()).subject == "system:serviceaccount:default:api"


def test_token_for_the_api_is_no_token_for_sts_and_the_other_way_round(world: World) -> None:
    with pytest.raises(StsRefused, match="Incorrect token audience"):
        world.assume(world.token(oidc.AUDIENCE))
    assert world.auth.tokens.user_of(world.token(oidc.AUDIENCE)) is not None
    found = world.auth.tokens.user_of(world.token(), ["sts.amazonaws.com"])
    assert found is not None
    assert found.user.name == "system:serviceaccount:default:api"


def test_token_of_another_cluster_is_refused(world: World) -> None:
    with pytest.raises(StsRefused, match="No OpenIDConnect provider found in your account"):
        world.assume(World("B" * 32).token())


def test_token_outlives_the_rotation_of_keys() -> None:
    world = World("C" * 32)
    long = world.token(seconds=8 * 86400)
    world.engine.run(NOW + 7 * 86400 * SECOND)
    fresh = world.token()
    assert len(world.ring.key_set()["keys"]) == 2
    assert world.assume(long).subject == world.assume(fresh).subject


def test_tokens_of_pods_live_for_90_days(world: World) -> None:
    claims = world.ring.claimed(world.token(oidc.AUDIENCE, seconds=3607))
    assert claims is not None
    assert claims["exp"] - claims["iat"] == 90 * 86400


def test_discovery_document_names_the_issuer_and_its_keys() -> None:
    url = oidc.issuer_url(REGION, "A" * 32)
    found = oidc.discovery(url)
    assert url == f"https://oidc.eks.eu-central-1.amazonaws.com/id/{'A' * 32}"
    assert (found["issuer"], found["jwks_uri"]) == (url, f"{url}/keys")
    assert oidc.is_host("oidc.eks.eu-central-1.amazonaws.com")
    assert not oidc.is_host("oidc.eks.evil.example")
    assert oidc.issuer_url("cn-north-1", "A").startswith(
        "https://oidc.eks.cn-north-1.amazonaws.com.cn/"
    )
    assert len(oidc.id_of(b"x")) == 32


@pytest.mark.parametrize(
    ("endpoint", "local"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://host.docker.internal:4566", True),
        ("https://localhost:4566", True),
        ("https://[::1]:4566", True),
        ("https://evil.example", False),
    ],
)
def test_endpoint_of_ours(endpoint: str, *, local: bool) -> None:
    assert is_local(endpoint) == local


# what a configuration leaves in the stores


def test_configuration_is_read_back_as_it_was_written() -> None:
    policy = AccessPolicySpec(
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "namespace", ("shop",)
    )
    entry = AccessEntrySpec(ALICE.arn, groups=("ops",), policies=(policy,))
    wanted = spec(
        access_entries=(entry,),
        pod_identity_associations=(
            Association("shop", "api", ROLE_ARN, tags={"a": "b"}, target_role_arn=TARGET_ARN),
        ),
    )
    aws, engine = Store(), Engine(VirtualClock(NOW))
    records.write(wanted, aws, engine.random("identity"), engine.now())
    (found,) = records.entries(aws)
    assert (found.username, found.groups, found.policies) == (ALICE.arn, ("ops",), (policy,))
    association = records.association_of(aws, "shop", "api")
    assert association is not None
    assert (association.role_arn, association.target_role_arn) == (ROLE_ARN, TARGET_ARN)
    assert association.external_id == f"{REGION}/{ACCOUNT}/shop/shop/api"
    assert association.arn.startswith(
        f"arn:aws:eks:{REGION}:{ACCOUNT}:podidentityassociation/shop/a-"
    )
    assert records.association_of(aws, "shop", "web") is None


def test_access_is_read_from_the_stores_as_they_are_now() -> None:
    aws, api = Store(), Api(Engine(), "1.34")
    bootstrap(api)
    mode = {"accessConfig": {"authenticationMode": "CONFIG_MAP"}, "creator": ALICE.arn}
    aws.create(CLUSTERS, "shop", mode)
    aws.create(INSTANCES, "i-1", {"privateDnsName": "ip-10-0-0-1.ec2.internal"})
    inside = ClusterIdentity(spec(), api, aws)
    assert (inside.access().mode, inside.access().creator) == ("CONFIG_MAP", ALICE.arn)
    assert inside.access().aws_auth.roles == {}
    meta = {"name": "aws-auth", "namespace": "kube-system"}
    data = {"mapRoles": f"- rolearn: {ROLE_ARN}\n"}
    api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data})
    assert list(inside.access().aws_auth.roles) == [ROLE_ARN.lower()]
    assert inside.name_of("i-1") == "ip-10-0-0-1.ec2.internal"
    assert inside.name_of("i-2") is None
    assert inside.arn == f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/shop"
