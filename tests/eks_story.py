"""A story in which every operation of EKS is performed; by whom, the tests say."""

from collections.abc import Callable
from typing import Any, Protocol

from eks_world import (
    APP_ROLE,
    CLUSTER_ROLE,
    cluster_parameters,
    nodegroup_parameters,
    profile_parameters,
)

VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
C: dict[str, Any] = {"clusterName": "c"}
OIDC = {"identityProviderConfigName": "corp", "issuerUrl": "https://idp.test", "clientId": "k"}
ENTRY = {**C, "principalArn": APP_ROLE}
ASSOCIATION = {**C, "namespace": "default", "serviceAccount": "app", "roleArn": APP_ROLE}
CAPABILITY = {
    **C,
    "capabilityName": "ack",
    "type": "ACK",
    "roleArn": APP_ROLE,
    "deletePropagationPolicy": "RETAIN",
}
KEY_ARN = "arn:aws:kms:eu-north-1:111122223333:key/k"
KEY = {"resources": ["secrets"], "provider": {"keyArn": KEY_ARN}}
CONNECTOR = {"roleArn": CLUSTER_ROLE, "provider": "OTHER"}


class Story(Protocol):
    """Performs operations one after another."""

    def __call__(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Perform an operation; its answer."""

    def wait(self, seconds: float = 1000) -> None:
        """Let what has begun end."""


def _clusters(do: Story) -> None:
    do("CreateCluster", **cluster_parameters(), tags={"a": "b"}, version="1.33")
    do("DescribeCluster", name="c")
    do.wait()
    do("DescribeCluster", name="c")
    do("ListClusters")
    do("DescribeClusterVersions", includeAll=True)
    do("AssociateEncryptionConfig", **C, encryptionConfig=[KEY])
    do.wait()
    update = do("UpdateClusterConfig", name="c", deletionProtection=False)["update"]["id"]
    do.wait()
    do("DescribeUpdate", name="c", updateId=update)
    do("ListUpdates", name="c")
    do("UpdateClusterVersion", name="c", version="1.34")
    do.wait()


def _nodegroups(do: Story) -> None:
    do("CreateNodegroup", **nodegroup_parameters(labels={"x": "y"}))
    do.wait()
    do("DescribeNodegroup", **C, nodegroupName="ng")
    do("ListNodegroups", **C)
    sizes = {"minSize": 1, "maxSize": 3, "desiredSize": 1}
    do("UpdateNodegroupConfig", **C, nodegroupName="ng", scalingConfig=sizes)
    do.wait()
    do("UpdateNodegroupVersion", **C, nodegroupName="ng")
    do.wait(4000)
    do("DescribeNodegroup", **C, nodegroupName="ng")
    do("DeleteNodegroup", **C, nodegroupName="ng")


def _profiles(do: Story) -> None:
    do("CreateFargateProfile", **profile_parameters(tags={"a": "b"}))
    do.wait()
    do("DescribeFargateProfile", **C, fargateProfileName="fp")
    do("ListFargateProfiles", **C)
    do("DeleteFargateProfile", **C, fargateProfileName="fp")
    do.wait()


def _access(do: Story) -> None:
    do("CreateAccessEntry", **ENTRY, kubernetesGroups=["devs"])
    do("DescribeAccessEntry", **ENTRY)
    do("ListAccessEntries", **C)
    do("UpdateAccessEntry", **ENTRY, kubernetesGroups=["ops"])
    do("ListAccessPolicies")
    scope = {"type": "namespace", "namespaces": ["default"]}
    do("AssociateAccessPolicy", **ENTRY, policyArn=VIEW, accessScope=scope)
    do("ListAssociatedAccessPolicies", **ENTRY)
    do("DisassociateAccessPolicy", **ENTRY, policyArn=VIEW)
    do("DeleteAccessEntry", **ENTRY)
    made = do("CreatePodIdentityAssociation", **ASSOCIATION)["association"]
    named = {**C, "associationId": made["associationId"]}
    do("DescribePodIdentityAssociation", **named)
    do("ListPodIdentityAssociations", **C, namespace="default")
    do("UpdatePodIdentityAssociation", **named, disableSessionTags=True)
    do("DeletePodIdentityAssociation", **named)


def _providers(do: Story) -> None:
    named = {"type": "oidc", "name": "corp"}
    do("AssociateIdentityProviderConfig", **C, oidc=OIDC, tags={"a": "b"})
    do.wait()
    do("DescribeIdentityProviderConfig", **C, identityProviderConfig=named)
    do("ListIdentityProviderConfigs", **C)
    do("DisassociateIdentityProviderConfig", **C, identityProviderConfig=named)
    do.wait()


def _addons(do: Story) -> None:
    do("DescribeAddonVersions")
    version = "v1.13.2-eksbuild.19"
    do("DescribeAddonConfiguration", addonName="coredns", addonVersion=version)
    do("CreateAddon", **C, addonName="metrics-server", tags={"a": "b"})
    do.wait(4000)
    do("DescribeAddon", **C, addonName="metrics-server")
    do("ListAddons", **C)
    values = '{"replicas": 1}'
    do("UpdateAddon", **C, addonName="metrics-server", configurationValues=values)
    do.wait(4000)
    do("DeleteAddon", **C, addonName="metrics-server")
    do.wait()


def _insights(do: Story) -> None:
    found = do("ListInsights", **C)["insights"]
    do("DescribeInsight", **C, id=found[0]["id"])
    do("StartInsightsRefresh", **C)
    do.wait()
    do("DescribeInsightsRefresh", **C)


def _tags(do: Story) -> None:
    arn = do("DescribeCluster", name="c")["cluster"]["arn"]
    do("TagResource", resourceArn=arn, tags={"team": "web"})
    do("ListTagsForResource", resourceArn=arn)
    do("UntagResource", resourceArn=arn, tagKeys=["team"])


def _authorities(do: Story) -> None:
    made = do("CreateCertificateAuthority", **C)["certificateAuthority"]["id"]
    do.wait()
    (first, _) = do("ListCertificateAuthorities", **C)["certificateAuthorities"]
    do("ActivateCertificateAuthority", **C, certificateAuthorityId=made)
    do.wait()
    do("DescribeCertificateAuthority", **C, certificateAuthorityId=made)
    do("DeleteCertificateAuthority", **C, certificateAuthorityId=first["id"])
    do.wait()


def _capabilities(do: Story) -> None:
    named = {**C, "capabilityName": "ack"}
    do("CreateCapability", **CAPABILITY)
    do.wait()
    do("DescribeCapability", **named)
    do("ListCapabilities", **C)
    do("UpdateCapability", **named, roleArn=APP_ROLE)
    do.wait()
    do("DeleteCapability", **named)
    do.wait()


def _elsewhere(do: Story) -> None:
    do("RegisterCluster", name="other", connectorConfig=CONNECTOR)
    do("DeregisterCluster", name="other")
    term = {"duration": 12, "unit": "MONTHS"}
    made = do("CreateEksAnywhereSubscription", name="s", term=term)["subscription"]["id"]
    do("DescribeEksAnywhereSubscription", id=made)
    do("ListEksAnywhereSubscriptions")
    do("UpdateEksAnywhereSubscription", id=made, autoRenew=True)
    do("DeleteEksAnywhereSubscription", id=made)


def _end(do: Story) -> None:
    do.wait(4000)
    do("DeleteCluster", name="c")


CHAPTERS: tuple[Callable[[Story], None], ...] = (
    *(_clusters, _nodegroups, _profiles, _access, _providers, _addons, _insights, _tags),
    *(_authorities, _capabilities, _elsewhere, _end),
)
