"""Every operation of botocore's model is there, and answers in its shape."""

from typing import Any

import pytest

from eks_shapes import operation_names, wrong_in
from eks_story import CHAPTERS, C
from eks_world import ADMIN, EksWorld
from minieks.eks.operations.catalogue import OPERATIONS
from minieks.eks.operations.errors import EksError


class InProcess:
    """Performs operations one after another, checks each answer, and keeps which were there."""

    def __init__(self, *, lenient: bool) -> None:
        self.world = EksWorld(lenient=lenient)
        self.seen: set[str] = set()
        self.wrong: list[str] = []

    def __call__(self, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = self.world.do(operation, **parameters)
        self.seen.add(operation)
        self.wrong += wrong_in(operation, answer)
        return answer

    def wait(self, seconds: float = 1000) -> None:
        self.world.wait(seconds)


def test_the_catalogue_is_the_model() -> None:
    assert sorted(OPERATIONS) == operation_names()


@pytest.mark.parametrize("lenient", [False, True], ids=["strict", "lenient"])
def test_every_operation_answers_in_its_shape(*, lenient: bool) -> None:
    story = InProcess(lenient=lenient)
    for chapter in CHAPTERS:
        chapter(story)
    assert story.wrong == []
    # CancelUpdate has nothing that it could cancel: it always refuses.
    assert sorted({*operation_names()} - story.seen) == ["CancelUpdate"]


def test_an_update_of_a_cluster_that_is_no_rollback_cannot_be_cancelled() -> None:
    world = EksWorld()
    world.create_cluster()
    begun = world.do("UpdateClusterConfig", name="c", deletionProtection=True)["update"]
    with pytest.raises(EksError) as refused:
        world.do("CancelUpdate", name="c", updateId=begun["id"])
    assert refused.value.code == "InvalidRequestException"


def test_the_creator_is_the_caller() -> None:
    world = EksWorld()
    world.create_cluster()
    assert world.do("ListAccessEntries", **C)["accessEntries"] == [ADMIN]
