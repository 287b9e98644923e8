"""Who is who, and who may do what: from IAM into a cluster, and from its pods out to IAM.

Into it: `tokens` and `signatures` read what ``aws eks get-token`` makes, `accessentries` and
`awsauth` say which Kubernetes user that is, `accesspolicies` what such a user may do beside RBAC.
Out of it: `oidc` and `keyring` vouch for service accounts, `webhook` gives pods what SDKs look for,
`webidentity` and `podidentity` decide who gets credentials of which role, by `trust`. `chain` tells
a pod's whole way to its role; `difference` what a change of access would do.

All of it is decisions on values. IAM and STS are only known by the protocols in `ports`.
"""
