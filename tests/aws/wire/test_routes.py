"""A method and a path lead to an operation, as its template says."""

import pytest

from minieks.aws.wire.routes import Routes

ROUTES = Routes[str](
    [
        ("GET", "/clusters", "ListClusters"),
        ("GET", "/clusters/{name}", "DescribeCluster"),
        ("DELETE", "/clusters/{name}", "DeleteCluster"),
        ("POST", "/clusters/{name}/access-entries/{principalArn}", "UpdateAccessEntry"),
        ("POST", "/clusters/{name}/encryption-config/associate", "AssociateEncryptionConfig"),
        ("GET", "/addons/supported-versions", "DescribeAddonVersions"),
    ]
)
ARN = "arn:aws:iam::111122223333:role/path/dev"


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        pytest.param("GET", "/clusters", ("ListClusters", {}), id="no labels"),
        pytest.param("GET", "/clusters/", ("ListClusters", {}), id="a slash at the end"),
        pytest.param("GET", "/clusters/a", ("DescribeCluster", {"name": "a"}), id="a label"),
        pytest.param("DELETE", "/clusters/a", ("DeleteCluster", {"name": "a"}), id="the method"),
        pytest.param(
            "POST",
            "/clusters/a/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fpath%2Fdev",
            ("UpdateAccessEntry", {"name": "a", "principalArn": ARN}),
            id="an encoded label is one segment",
        ),
        pytest.param(
            "POST",
            "/clusters/a/encryption-config/associate",
            ("AssociateEncryptionConfig", {"name": "a"}),
            id="a literal",
        ),
        pytest.param("PUT", "/clusters", None, id="no such method"),
        pytest.param("GET", "/nothing", None, id="no such path"),
        pytest.param("POST", "/clusters//access-entries/x", None, id="an empty label"),
    ],
)
def test_a_path_leads_to(method: str, path: str, found: tuple[str, dict[str, str]] | None) -> None:
    assert ROUTES.find(method, path) == found
