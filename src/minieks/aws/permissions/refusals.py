"""AccessDenied as each service says it.

Source: AWS IAM user guide, "Troubleshoot access denied error messages"; Amazon EC2 API reference,
"Error codes" (UnauthorizedOperation); Amazon S3 API reference, "Error responses".
"""

from dataclasses import replace

from minieks.aws.asked import Asked
from minieks.aws.refusals import refused
from minieks.aws.scope import action_of
from minieks.eks.identity import policies
from minieks.eks.identity.policies import Asking, Verdict
from minieks.kube.rest.http import Response


def denied(asked: Asked, asking: Asking, verdict: Verdict) -> Response:
    """The refusal of a request."""
    assert asked.caller is not None, "nobody else is held to policies"
    request, scope = asked.request, asked.scope
    if scope.service == "s3" and asking.resource != "*":
        asking = replace(asking, resource=f'"{asking.resource}"')
    text = policies.message(asked.caller.arn, asking, verdict)
    if scope.service == "ec2":
        whole = f"You are not authorized to perform this operation. {text}"
        return refused(request, scope, (403, "UnauthorizedOperation", whole))
    if scope.service in ("s3", "route53", "cloudfront") or action_of(request):
        return refused(request, scope, (403, "AccessDenied", text))
    status = 400 if "x-amz-target" in request.headers else 403
    return refused(request, scope, (status, "AccessDeniedException", text))
