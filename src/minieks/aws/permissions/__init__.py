"""What ``--enforce-iam`` does: requests are held to the IAM policies of who asks.

    guard = Guard(eks)
    guard.refusal(asked)     # the service's own AccessDenied, or None

Held to are users and sessions of roles, by their inline and managed policies, those of groups,
permissions boundaries and session policies; the root user is not. Resource-based policies are not
looked at, but for what a role trusts.
"""
