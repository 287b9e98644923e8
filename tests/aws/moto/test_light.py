"""moto is loaded lightly, and nobody else notices."""

import boto3

from minieks.aws.moto.light import lightly


def test_who_makes_a_session_meanwhile_gets_his_own() -> None:
    with lightly():
        assert boto3.Session(region_name="eu-north-1").region_name == "eu-north-1"
