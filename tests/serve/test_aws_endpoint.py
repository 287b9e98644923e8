"""The AWS endpoint through its sockets: HTTP and HTTPS on one port, clusters that come and go."""

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from aws_endpoint import Endpoint

WAITING = {"Delay": 0.05, "MaxAttempts": 200}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as found:
        yield found


def test_http_and_https_have_one_port(endpoint: Endpoint) -> None:
    place = urlsplit(endpoint.url)
    context = ssl.create_default_context(
        cadata=endpoint.premises.aws.authority.pair.certificate.decode()
    )
    plain = http.client.HTTPConnection("127.0.0.1", place.port)
    secure = http.client.HTTPSConnection("127.0.0.1", place.port, context=context)

    for connection in (plain, secure):
        connection.request("GET", "/_minieks/reset")
        assert connection.getresponse().status == 405
        connection.close()


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _role(endpoint: Endpoint, name: str) -> str:
    iam = endpoint.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_trust("eks.amazonaws.com"))
    return str(made["Role"]["Arn"])


def _create(endpoint: Endpoint, role: str) -> Any:
    """A cluster with all that it needs; its description when it is there."""
    subnets = endpoint.client("ec2").describe_subnets()["Subnets"]
    config = {"subnetIds": [one["SubnetId"] for one in subnets]}
    eks = endpoint.client("eks")
    eks.create_cluster(name="shop", roleArn=_role(endpoint, role), resourcesVpcConfig=config)
    eks.get_waiter("cluster_active").wait(name="shop", WaiterConfig=WAITING)
    return eks.describe_cluster(name="shop")["cluster"]


def _answers(url: str) -> bool:
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection(urlsplit(url).netloc, context=context, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_a_cluster_runs_from_its_creation_to_its_deletion(endpoint: Endpoint) -> None:
    eks = endpoint.client("eks")
    cluster = _create(endpoint, "shop")
    assert eks.list_clusters()["clusters"] == ["shop"]
    assert _answers(cluster["endpoint"])

    eks.delete_cluster(name="shop")
    eks.get_waiter("cluster_deleted").wait(name="shop", WaiterConfig=WAITING)

    assert not _answers(cluster["endpoint"])
    assert endpoint.premises.all_hosts() == ()


def test_the_endpoint_goes_on_with_what_was_kept(tmp_path: Path) -> None:
    with Endpoint(tmp_path) as first:
        before = _create(first, "kept")
    with Endpoint(tmp_path) as second:
        after = second.client("eks").describe_cluster(name="shop")["cluster"]

        assert after["status"] == "ACTIVE"
        assert after["arn"] == before["arn"]
        assert after["certificateAuthority"] == before["certificateAuthority"]
        assert after["identity"] == before["identity"]
        assert _answers(after["endpoint"])
