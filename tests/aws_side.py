"""boto3 in the process of a test: its requests go to a front instead of over a socket."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from eks_world import EksWorld, trust
from minieks.aws.front import Front
from minieks.aws.moto.ec2 import MotoEc2
from minieks.aws.moto.iam import MotoIam
from minieks.aws.moto.loaded import regional
from minieks.aws.moto.shown.clusters import ShownClusters
from minieks.engine.clock import SECOND
from minieks.kube.rest.http import Request
from minieks.serve import wire
from minieks.serve.known import KnownClusters


def machine_now() -> int:
    """When botocore signs."""
    return int(datetime.now(UTC).timestamp() * SECOND)  # noqa: TID251 - the machine's own time


@cache
def _session() -> Any:
    """One session for all tests: it reads each service's model once."""
    return boto3.session.Session()


class _Body:
    """A response's body as urllib3 has it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self._content

    def read(self, *_: Any, **__: Any) -> bytes:
        content, self._content = self._content, b""
        return content


class AwsSide(EksWorld):
    """A world whose IAM, EC2 and Auto Scaling are moto's, and clients of it in one account."""

    def __init__(self, account: str, region: str = "eu-north-1", **options: Any) -> None:
        super().__init__(iam=MotoIam(), ec2=MotoEc2(), **options)
        self.account, self.region = account, region
        known = KnownClusters(tuple)
        self.front = Front(self.engine, self.service, known, machine_now)
        self.front.prepare_by(ShownClusters(self.services.running).prepare)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of a service, as the account's root user unless told otherwise."""
        key = {"aws_access_key_id": self.account, "aws_secret_access_key": "x", **options}
        made = _session().client(
            service,
            region_name=self.region,
            endpoint_url="http://127.0.0.1:4566",
            config=Config(retries={"total_max_attempts": 1}),
            **key,
        )
        made.meta.events.register("before-send", self._send)
        return made

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        path, query = wire.target_of(request.url.split("4566", 1)[1].encode())
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        headers["host"] = "127.0.0.1:4566"
        body = request.body or b""
        whole = body.encode() if isinstance(body, str) else body
        response = self.front.handle(
            Request(request.method, path, wire.query_of(query), headers, whole)
        )
        return AWSResponse(request.url, response.status, _headers(response), _Body(response.body))

    def roles(self) -> dict[str, str]:
        """Roles that EKS takes, made with boto3: by what they are for, their ARNs."""
        iam = self.client("iam")
        services = {
            "cluster": "eks.amazonaws.com",
            "node": "ec2.amazonaws.com",
            "pod": "eks-fargate-pods.amazonaws.com",
        }
        return {
            name: iam.create_role(
                RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(service))
            )["Role"]["Arn"]
            for name, service in services.items()
        }

    def network(self) -> list[str]:
        """The ids of two private subnets of a VPC."""
        ec2 = regional("ec2", self.account, self.region)
        vpc = ec2.create_vpc("192.168.0.0/16")
        zones = ("a", "b")
        return [
            ec2.create_subnet(
                vpc.id, f"192.168.{32 * i}.0/19", availability_zone=f"{self.region}{zone}"
            ).id
            for i, zone in enumerate(zones)
        ]


def _headers(response: Any) -> dict[str, str]:
    return dict(response.headers)
