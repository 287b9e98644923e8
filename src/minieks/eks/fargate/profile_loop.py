"""The life of a Fargate profile: created, active, and on its way out with its pods.

Source: AWS user guide for EKS, "Delete a Fargate profile": pods that were scheduled with the
profile are deleted; what makes new ones for them finds another profile, or they stay pending.
"""

from collections.abc import Iterator, Mapping

from minieks.data.timings import Timings
from minieks.eks.fargate import profiles
from minieks.eks.fargate.refusals import SCHEDULER_NAME
from minieks.eks.labels import FARGATE_PROFILE
from minieks.engine.clock import SECOND, micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change, Store
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, is_deleting, labels, name, namespace


class ProfileLoop:
    """Lets profiles become active and go; its keys are names of profiles."""

    name = "fargate-profile"

    def __init__(self, api: Api, aws: Store, timings: Timings) -> None:
        self._api = api
        self._aws = aws
        self._timings = timings

    def watches(self) -> Mapping[str, Wakes]:
        """Profiles, and pods that went, for their profile."""
        return {
            profiles.COLLECTION: lambda change: (change.key,),
            "pods": Minding(_gone_pod, aspects.WENT),
        }

    def reconcile(self, key: str) -> Result | None:
        """Bring a profile a step further."""
        profile = self._aws.get(profiles.COLLECTION, key)
        if profile is None:
            return None
        if profile["status"] == "CREATING":
            return self._create(profile)
        if profile["status"] == "DELETING":
            return self._delete(profile)
        return None

    def _create(self, profile: Obj) -> Result | None:
        due = profile["createdAt"] + micros(self._timings.of("fargate_profile_creation").median)
        if self._api.engine.now() < due:
            return self._until(due)
        self._aws.replace(
            profiles.COLLECTION, profile["fargateProfileName"], {**profile, "status": "ACTIVE"}
        )
        return None

    def _delete(self, profile: Obj) -> Result | None:
        """Delete the profile's pods; when none is left and the time is over, the profile goes."""
        left = self._pods(profile["fargateProfileName"])
        for pod in left:
            if not is_deleting(pod):
                self._api.delete("pods", namespace(pod), name(pod))
        due = int(profile["deletedAt"]) + micros(
            self._timings.of("fargate_profile_deletion").median
        )
        if self._api.engine.now() < due:
            return self._until(due)
        if not self._pods(profile["fargateProfileName"]):
            self._aws.remove(profiles.COLLECTION, profile["fargateProfileName"])
        return None

    def _until(self, moment: int) -> Result:
        return Result(again_after=(moment - self._api.engine.now()) / SECOND)

    def _pods(self, profile: str) -> list[Obj]:
        found = self._api.list("pods", None, {"matchLabels": {FARGATE_PROFILE: profile}})
        return [pod for pod in found if pods.scheduler_name(pod) == SCHEDULER_NAME]


def begin_deletion(aws: Store, profile: str, now: int) -> None:
    """Start deleting a profile: from now on it takes no pods."""
    record = aws.get(profiles.COLLECTION, profile)
    assert record is not None, f"there is no Fargate profile {profile}"
    aws.replace(profiles.COLLECTION, profile, {**record, "status": "DELETING", "deletedAt": now})


def _gone_pod(change: Change) -> Iterator[str]:
    profile = labels(change.value).get(FARGATE_PROFILE)
    if profile:
        yield profile
