"""ClusterConfigs for tests: short ones with a fault in them, and the check of how it is refused."""

import textwrap
from typing import TypeAlias

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.readers.eksctl import read_cluster_config

Case: TypeAlias = tuple[str, str, int, str, str]
"""Name, text, line (0: none), words of the message, words of the hint."""

HEAD = (
    "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: c, region: eu-west-1}\n"
)
SELECTOR = "selectors: [{namespace: a}]"
PUBLIC_VPC = """
    vpc:
      subnets:
        public:
          eu-west-1a: {id: subnet-1}
          eu-west-1b: {id: subnet-2}
"""


def managed(fields: str) -> str:
    """A config with one managed group that has the fields."""
    return f"{HEAD}managedNodeGroups:\n- name: a\n{_inside(fields)}"


def own(fields: str) -> str:
    """A config with one self-managed group that has the fields."""
    return f"{HEAD}nodeGroups:\n- name: a\n{_inside(fields)}"


def cluster(fields: str) -> str:
    """A config with the fields at the top."""
    return HEAD + textwrap.dedent(fields)


def _inside(fields: str) -> str:
    return textwrap.indent(textwrap.dedent(fields), "  ")


def check_refused(case: Case) -> None:
    """The text is refused on that line with those words, and the hint says what to do."""
    _, text, line, message, hint = case
    with pytest.raises(UserError) as caught:
        read_cluster_config(text, "cluster.yaml")
    error = caught.value
    assert message in error.message
    assert error.where.partition(" ")[0] == (f"cluster.yaml:{line}" if line else "cluster.yaml")
    assert error.hint
    assert hint in error.hint
