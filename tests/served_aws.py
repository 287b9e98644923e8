"""A process of ``minieks up`` with its AWS endpoint, and boto3's clients of it."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "111122223333"
REGION = "eu-north-1"
_CONFIG = Config(retries={"max_attempts": 1}, parameter_validation=False)


@cache
def _session() -> boto3.Session:
    """One for all clients: reading the models takes longer than all else."""
    return boto3.Session(botocore_session=botocore.session.Session(profile=None))


class Served:
    """A process that serves; its options are those of ``minieks up``."""

    def __init__(self, folder: Path, *options: str) -> None:
        usual = ("--aws-port", "0", "--speed", "max", "-o", "json")
        words = ("up", *usual, "--kubeconfig", str(folder / "kubeconfig"), *options)
        self._log = folder / "log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "minieks", *words],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._clients: dict[tuple[str, ...], Any] = {}
        self.said = json.loads("".join(self._first_lines()))
        self.endpoint: str = self.said["aws_endpoint"]

    def _first_lines(self) -> list[str]:
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.rstrip() == "}":
                return lines
        raise AssertionError(self.stop())

    def client(
        self,
        service: str,
        key: str = ACCOUNT,
        secret: str = "x",
        token: str | None = None,
        *,
        region: str = REGION,
    ) -> Any:
        """A client; by default of the root user of an account that a key of 12 digits names."""
        asked = (service, key, secret, token or "", region)
        if asked not in self._clients:
            self._clients[asked] = _session().client(
                service,
                endpoint_url=self.endpoint,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=_CONFIG,
            )
        return self._clients[asked]

    def stop(self) -> str:
        """End it; returns what it has logged."""
        self.process.terminate()
        self.process.communicate(timeout=20)
        return self.log()

    def log(self) -> str:
        """What it has logged until now."""
        return self._log.read_text()


def refusal(call: Callable[[], Any]) -> tuple[str, int, str]:
    """The code, HTTP status and text with which a call is refused."""
    try:
        answer = call()
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return error.response["Error"]["Code"], status, error.response["Error"]["Message"]
    raise AssertionError(f"it was not refused: {answer}")


def eventually(call: Callable[[], Any], *passing: str) -> Any:
    """The answer to a call that is refused with one of these codes for a moment only."""
    for _ in range(2000):
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in passing:
                raise
    return call()


def trusting(*services: str) -> str:
    """A trust policy for services, as JSON."""
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principal = {"Service": list(services)}
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(iam: Any, name: str, *services: str) -> str:
    """A role that services may assume; returns its ARN."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(*services))
    return str(made["Role"]["Arn"])
