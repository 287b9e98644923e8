"""Who asks (kubernetes apiserver pkg/authentication/request, pkg/endpoints/filters)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from minieks.kube.api.errors import ApiError
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.authentication import (
    Anonymous,
    BearerTokens,
    Chain,
    ClientCertificates,
    StaticTokens,
    TokenRefused,
    TokenUser,
)
from minieks.kube.auth.authorization import Masters, Union
from minieks.kube.auth.impersonation import impersonated
from minieks.kube.auth.rbac.authorizer import RbacAuthorizer
from minieks.kube.auth.refusals import Unauthorized
from minieks.kube.words.objects import Obj
from rbac_objects import binding, role, store_of, subject


@dataclass(frozen=True)
class Subject:
    common_name: str
    organizations: tuple[str, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class Asks:
    path: str = "/api/v1/pods"
    headers: dict[str, str] = field(default_factory=dict)
    certificate: Subject | None = None


class Expired:
    def user_of(self, token: str, audiences: Sequence[str] = ()) -> TokenUser | None:
        if token != "old":
            return None
        raise TokenRefused("token has expired")


ADMIN = UserInfo("admin", "admin", ("system:masters",))
CHAIN = Chain(
    [
        ClientCertificates(),
        BearerTokens([Expired(), StaticTokens({"secret": ADMIN})]),
        Anonymous(),
    ]
)


def bearing(value: str, path: str = "/version") -> Asks:
    return Asks(path, {"authorization": value})


@pytest.mark.parametrize(
    ("asks", "name", "groups"),
    [
        pytest.param(
            Asks(certificate=Subject("jane", ("dev", "ops"))),
            "jane",
            ("dev", "ops", "system:authenticated"),
            id="certificate",
        ),
        pytest.param(
            bearing("Bearer secret"),
            "admin",
            ("system:masters", "system:authenticated"),
            id="token",
        ),
        pytest.param(
            bearing("bearer  secret"),
            "admin",
            ("system:masters", "system:authenticated"),
            id="scheme-in-any-case",
        ),
        pytest.param(
            bearing("Basic eDp5", "/livez"),
            "system:anonymous",
            ("system:unauthenticated",),
            id="no-token-is-anonymous",
        ),
        pytest.param(
            bearing("Bearer ", "/healthz"),
            "system:anonymous",
            ("system:unauthenticated",),
            id="empty-token-is-anonymous",
        ),
    ],
)
def test_the_first_that_knows_the_user_decides(
    asks: Asks, name: str, groups: tuple[str, ...]
) -> None:
    user = CHAIN.authenticate(asks)
    assert (user.name, user.groups) == (name, groups)


def test_a_certificate_tells_which_one_it_was() -> None:
    user = CHAIN.authenticate(Asks(certificate=Subject("jane", (), "00ff")))
    assert user.extra == (("authentication.kubernetes.io/credential-id", ("X509SHA256=00ff",)),)


@pytest.mark.parametrize(
    "asks",
    [
        pytest.param(bearing("Bearer nope", "/healthz"), id="unknown-token"),
        pytest.param(bearing("Bearer old", "/healthz"), id="refused-token"),
        pytest.param(Asks("/version"), id="anonymous-beyond-health"),
        pytest.param(Asks(certificate=Subject("")), id="certificate-without-a-name"),
    ],
)
def test_others_are_unauthorized(asks: Asks) -> None:
    with pytest.raises(Unauthorized) as caught:
        CHAIN.authenticate(asks)
    assert caught.value.to_status() == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Unauthorized",
        "reason": "Unauthorized",
        "code": 401,
    }


def test_anonymous_users_can_be_let_in_everywhere() -> None:
    assert Chain([Anonymous(None)]).authenticate(Asks("/foo")).name == "system:anonymous"


def test_a_refused_token_is_told_with_all_that_was_said() -> None:
    tokens = BearerTokens([Expired()])
    with pytest.raises(TokenRefused, match=r"^\[invalid bearer token, token has expired\]$"):
        tokens.user_of("old")
    with pytest.raises(TokenRefused, match=r"^invalid bearer token$"):
        tokens.user_of("nope")


MASTER = UserInfo("admin", groups=("system:masters",))


def acting(headers: dict[str, str], *objects: Obj, user: UserInfo = MASTER) -> UserInfo:
    authorizer = Union([Masters(), RbacAuthorizer(store_of(*objects))])
    return impersonated(user, Asks("/api/v1/nodes", headers), authorizer)


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        pytest.param({}, MASTER, id="nobody-else"),
        pytest.param(
            {"impersonate-user": "u1"}, UserInfo("u1", groups=("system:authenticated",)), id="user"
        ),
        pytest.param(
            {"impersonate-user": "u1", "impersonate-group": "a\nb"},
            UserInfo("u1", groups=("a", "b", "system:authenticated")),
            id="groups",
        ),
        pytest.param(
            {"impersonate-user": "system:anonymous"},
            UserInfo("system:anonymous", groups=("system:unauthenticated",)),
            id="anonymous",
        ),
        pytest.param(
            {"impersonate-user": "system:serviceaccount:a:b"},
            UserInfo(
                "system:serviceaccount:a:b",
                groups=(
                    "system:serviceaccounts",
                    "system:serviceaccounts:a",
                    "system:authenticated",
                ),
            ),
            id="service-account",
        ),
        pytest.param(
            {"impersonate-user": "u", "impersonate-uid": "7", "impersonate-extra-a%2fb": "x\ny"},
            UserInfo("u", "7", ("system:authenticated",), (("a/b", ("x", "y")),)),
            id="uid-and-extra",
        ),
    ],
)
def test_a_request_acts_as_who_its_headers_name(headers: dict[str, str], wanted: UserInfo) -> None:
    assert acting(headers) == wanted


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        pytest.param({"impersonate-group": "g"}, "{Group  g    }", id="group"),
        pytest.param(
            {"impersonate-extra-foo": "bar"},
            "{UserExtra  bar  authentication.k8s.io/v1  foo}",
            id="extra",
        ),
    ],
)
def test_groups_without_a_user_are_a_failure_of_the_server(
    headers: dict[str, str], asked: str
) -> None:
    with pytest.raises(ApiError) as caught:
        acting(headers)
    assert (caught.value.code, caught.value.message) == (
        500,
        f'Internal Server Error: "/api/v1/nodes": requested [{asked}]'
        " without impersonating a user\n",
    )


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        pytest.param(
            {"impersonate-user": "u2"},
            'users "u2" is forbidden: User "u1" cannot impersonate resource "users" in API group'
            ' "" at the cluster scope',
            id="user",
        ),
        pytest.param(
            {"impersonate-user": "system:serviceaccount:ns:a"},
            'serviceaccounts "a" is forbidden: User "u1" cannot impersonate resource'
            ' "serviceaccounts" in API group "" in the namespace "ns"',
            id="service-account",
        ),
        pytest.param(
            {"impersonate-user": "ok", "impersonate-extra-k": "v"},
            'userextras.authentication.k8s.io "v" is forbidden: User "u1" cannot impersonate'
            ' resource "userextras/k" in API group "authentication.k8s.io" at the cluster scope',
            id="extra",
        ),
    ],
)
def test_each_part_must_be_allowed(headers: dict[str, str], message: str) -> None:
    rule: Obj = {
        "apiGroups": [""],
        "resources": ["users"],
        "verbs": ["impersonate"],
        "resourceNames": ["ok"],
    }
    given = role("r", rule), binding("b", ("ClusterRole", "r"), subject("User", "u1"))
    with pytest.raises(ApiError) as caught:
        acting(headers, *given, user=UserInfo("u1"))
    assert caught.value.message == message
