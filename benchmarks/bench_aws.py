"""The AWS side: from `minieks up` to nodes of a cluster made by boto3, single operations, memory.

What a client needs itself, boto3's own loading, is done before the clock runs; kubectl's start is
in the time. The client runs beside the server and takes a core of its own: its signing and parsing
is in the figures of single operations.
"""

import base64
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any, Final
from urllib.request import Request, urlopen

import boto3
from bench_serve import Figure, Served, served
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from http_load import calm

_TO_NODES: Final = 1.5
"""Seconds from `minieks up` until kubectl shows the nodes."""
_DESCRIBE: Final = 5.0
_CREATE: Final = 20.0
"""Milliseconds: the median of single operations."""
_IDLE: Final = 200.0
"""MiB with EKS, IAM, STS, EC2 and Auto Scaling loaded."""
_TIMES: Final = 60
_CLUSTERS: Final = 5
_RESET: Final = 0.5
"""Seconds until everything that was made is gone."""
_IS_IDLE_AFTER: Final = 35.0
"""Seconds: by then the memory that loading took is given back."""
_SERVICES: Final = ("eks", "iam", "sts", "ec2", "autoscaling")
_REGION: Final = "eu-west-1"


pause: Final = Event().wait
"""Lets some seconds go by."""


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def clients(port: int) -> dict[str, Any]:
    """boto3's clients, loaded before there is a server."""
    return {
        name: boto3.client(
            name,
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name=_REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        for name in _SERVICES
    }


def role(iam: Any, name: str, service: str) -> str:
    """A new role that a service may assume."""
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


def wait(status: Callable[[], str]) -> None:
    """Until something is ACTIVE."""
    while status() != "ACTIVE":
        pause(0.01)


def make_cluster(aws: dict[str, Any], name: str) -> dict[str, Any]:
    """A cluster with two nodes; its description."""
    eks = aws["eks"]
    found = aws["ec2"].describe_subnets()["Subnets"]
    subnets = [one["SubnetId"] for one in found]
    control = role(aws["iam"], f"{name}-cluster", "eks")
    machines = role(aws["iam"], f"{name}-nodes", "ec2")
    eks.create_cluster(name=name, roleArn=control, resourcesVpcConfig={"subnetIds": subnets})
    wait(lambda: str(eks.describe_cluster(name=name)["cluster"]["status"]))
    eks.create_nodegroup(clusterName=name, nodegroupName="two", subnets=subnets, nodeRole=machines)
    group = {"clusterName": name, "nodegroupName": "two"}
    wait(lambda: str(eks.describe_nodegroup(**group)["nodegroup"]["status"]))
    return dict(eks.describe_cluster(name=name)["cluster"])


def token(cluster: str) -> str:
    """What ``aws eks get-token`` prints."""
    query = "Action=GetCallerIdentity&Version=2011-06-15"
    url = f"https://sts.{_REGION}.amazonaws.com/?{query}"
    request = AWSRequest("GET", url, headers={"x-k8s-aws-id": cluster})
    SigV4QueryAuth(Credentials("test", "test"), "sts", _REGION, 60).add_auth(request)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


def ready_nodes(cluster: dict[str, Any]) -> int:
    """How many nodes kubectl shows as ready."""
    command = ["kubectl", "--server", cluster["endpoint"], "--insecure-skip-tls-verify"]
    command += ["--token", token(cluster["name"]), "get", "nodes", "--no-headers"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sum(line.split()[1] == "Ready" for line in done.stdout.splitlines())


def milliseconds(act: Callable[[int], object]) -> float:
    """The median of an operation that is done some times; the number tells the calls apart."""
    took = []
    for number in range(_TIMES):
        began = perf_counter()
        act(number)
        took.append(perf_counter() - began)
    return median(took) * 1000


def single(aws: dict[str, Any]) -> list[Figure]:
    """Operations of a cluster that is there and at rest, over one connection."""
    eks = aws["eks"]
    group = {"clusterName": "shop", "nodegroupName": "two"}
    entry = {"clusterName": "entries"}
    arn = "arn:aws:iam::123456789012:role/r"
    describes: dict[str, Callable[[int], object]] = {
        "DescribeCluster": lambda _: eks.describe_cluster(name="shop"),
        "DescribeNodegroup": lambda _: eks.describe_nodegroup(**group),
        "ListAccessEntries": lambda _: eks.list_access_entries(**entry),
    }
    creates: dict[str, Callable[[int], object]] = {
        "CreateAccessEntry": lambda number: eks.create_access_entry(
            **entry, principalArn=f"{arn}{number}"
        ),
    }
    for number in range(_TIMES):
        role(aws["iam"], f"r{number}", "ec2")
    return [
        *(Figure(name, milliseconds(act), "ms", _CREATE) for name, act in creates.items()),
        *(Figure(name, milliseconds(act), "ms", _DESCRIBE) for name, act in describes.items()),
    ]


def creating(aws: dict[str, Any]) -> list[Figure]:
    """CreateCluster and CreateNodegroup, each a few times, when what was made before is at rest."""
    eks, iam = aws["eks"], aws["iam"]
    subnets = [one["SubnetId"] for one in aws["ec2"].describe_subnets()["Subnets"]]
    control, machines = role(iam, "control", "eks"), role(iam, "machines", "ec2")
    took: dict[str, list[float]] = {"CreateCluster": [], "CreateNodegroup": []}
    for number in range(_CLUSTERS):
        config = {"subnetIds": subnets}
        group = {"nodegroupName": f"g{number}", "subnets": subnets, "nodeRole": machines}
        pause(1)
        began = perf_counter()
        eks.create_cluster(name=f"c{number}", roleArn=control, resourcesVpcConfig=config)
        took["CreateCluster"].append(perf_counter() - began)
        pause(1)
        began = perf_counter()
        eks.create_nodegroup(clusterName="entries", **group)
        took["CreateNodegroup"].append(perf_counter() - began)
    return [Figure(name, median(all_) * 1000, "ms", _CREATE) for name, all_ in took.items()]


def entries(aws: dict[str, Any]) -> None:
    """A cluster that has access entries."""
    eks = aws["eks"]
    subnets = [one["SubnetId"] for one in aws["ec2"].describe_subnets()["Subnets"]]
    eks.create_cluster(
        name="entries",
        roleArn=role(aws["iam"], "entries", "eks"),
        resourcesVpcConfig={"subnetIds": subnets},
        accessConfig={"authenticationMode": "API"},
    )
    wait(lambda: str(eks.describe_cluster(name="entries")["cluster"]["status"]))


def emptied(port: int) -> Figure:
    """All clusters, roles and networks of all accounts and regions, thrown away."""
    began = perf_counter()
    urlopen(Request(f"http://127.0.0.1:{port}/_minieks/reset", method="POST")).close()
    return Figure("POST /_minieks/reset", perf_counter() - began, "s", _RESET)


def to_nodes(aws: dict[str, Any], server: Served, began: float) -> Figure:
    """From `minieks up` to nodes that kubectl shows."""
    cluster = make_cluster(aws, "shop")
    while ready_nodes(cluster) < 2:
        pause(0.01)
    what = f"up to kubectl get nodes with two of them ({server.seconds:.2f} s of it to be served)"
    return Figure(what, perf_counter() - began, "s", _TO_NODES)


def figures() -> list[Figure]:
    """All that is promised of the AWS side."""
    port = free_port()
    aws = clients(port)
    token("warm")
    began = perf_counter()
    with served("--aws-port", str(port), "--speed", "max") as server:
        found = [to_nodes(aws, server, began)]
        aws["sts"].get_caller_identity()
        aws["autoscaling"].describe_auto_scaling_groups()
        pause(_IS_IDLE_AFTER)
        found.append(Figure("idle, all five services loaded", server.mebibytes(), "MiB", _IDLE))
        entries(aws)
        return [*found, *single(aws), *creating(aws), emptied(port)]


def main() -> int:
    """Print each figure; 1 if one is missed."""
    if shutil.which("kubectl") is None:
        print("bench_aws: there is no kubectl", file=sys.stderr)
        return 0
    print(calm())
    found = figures()
    for figure in found:
        print(figure)
    return int(not all(one.is_met() for one in found))


if __name__ == "__main__":
    sys.exit(main())
