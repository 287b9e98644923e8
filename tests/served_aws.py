"""The AWS endpoint behind its port, and boto3's clients of it."""

import asyncio
import json
import threading
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

with warnings.catch_warnings(action="ignore"):
    import requests  # noqa: F401 - moto's; it warns of what is not installed

from minieks.engine.clock import SECOND
from minieks.serve.awssettings import AwsSettings
from minieks.serve.clock import machine_micros
from minieks.serve.opening import new_engine
from minieks.serve.premises import Place, Premises
from minieks.serve.process import loop_factory
from minieks.serve.runtime import MAX, Runtime

ACCOUNT = "111122223333"
REGION = "eu-north-1"
_CONFIG = Config(retries={"max_attempts": 1}, parameter_validation=False)


@cache
def _session() -> boto3.Session:
    """One for all clients: reading the models takes longer than all else."""
    return boto3.Session(botocore_session=botocore.session.Session(profile=None))


class Served:
    """The AWS side behind its port, in a thread of its own, at first without any cluster."""

    def __init__(self, settings: AwsSettings | None = None) -> None:
        self._settings = settings or AwsSettings(port=0)
        self._clients: dict[tuple[str, ...], Any] = {}
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._over: asyncio.Event
        self.premises: Premises
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    def _live(self) -> None:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        runtime = Runtime(self._loop, new_engine(machine_micros() - SECOND, 0), MAX)
        self.premises = Premises([], Place(aws=self._settings), runtime)
        await self.premises.start()
        self._ready.set()
        await self._over.wait()
        await self.premises.stop()

    @property
    def endpoint(self) -> str:
        """What ``AWS_ENDPOINT_URL`` is set to."""
        return self.premises.aws.url

    def stop(self) -> None:
        """End it."""
        for one in self._clients.values():
            one.close()
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)

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
