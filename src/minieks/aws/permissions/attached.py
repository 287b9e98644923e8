"""The policy that a resource has itself: a bucket's.

Source: Amazon S3 user guide, "Bucket policies for Amazon S3".
"""

from minieks.aws.moto.iam import document
from minieks.aws.moto.loaded import backends, is_loaded
from minieks.aws.permissions.called import Called
from minieks.eks.identity.ports import CallerIdentity
from minieks.eks.identity.resourcepolicies import Attached


def policy_of(found: Called, caller: CallerIdentity) -> Attached | None:
    """The policy of what a request is about; None where there is none that counts."""
    if found.service != "s3" or not is_loaded("s3"):
        return None
    every = backends("s3")
    partition, owner = every.bucket_accounts.get(found.parameters["Bucket"], ("", ""))
    if not owner:
        return None
    bucket = every[owner][partition].buckets[found.parameters["Bucket"]]
    text = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
    return Attached(document(text), caller.arn, foreign=owner != caller.account)
