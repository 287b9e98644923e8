"""AWS' own managed policies are in every account, and each account counts its own use of them."""

import json

from minieks.aws.moto.loaded import of_partition

_READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def test_every_account_has_the_policies_and_its_own_count_of_them() -> None:
    first, second = (of_partition("iam", f"70100000000{one}") for one in (1, 2))
    first.create_role("reader", "{}", "/", None, "", [], "3600")

    first.attach_role_policy(_READ_ONLY, "reader")

    counts = [one.managed_policies[_READ_ONLY].attachment_count for one in (first, second)]
    assert counts == [1, 0]


def test_a_policy_has_its_document_and_is_of_its_partition() -> None:
    iam = of_partition("iam", "701000000003", "aws-cn")

    found = iam.managed_policies[_READ_ONLY.replace("arn:aws:", "arn:aws-cn:")]
    assert "s3:Get*" in str(json.loads(found.versions[0].document)["Statement"])
