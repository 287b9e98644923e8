"""Which optional fields keep a zero value, and which the API server leaves out.

A Go field that is a pointer keeps ``0``, ``""`` and ``false``; a plain one with ``omitempty`` loses
them when the object is encoded. The OpenAPI documents do not tell the two apart, so here are the
less frequent of each type. Source: kubernetes staging/src/k8s.io/api types.go of each group, 1.34.
"""

from typing import Final

# Optional strings are plain, but these are pointers.
POINTER_STRINGS: Final = frozenset(
    {
        *("PersistentVolumeClaimSpec.storageClassName", "PersistentVolumeClaimSpec.volumeMode"),
        "PersistentVolumeClaimSpec.volumeAttributesClassName",
        *("PersistentVolumeSpec.volumeMode", "PersistentVolumeSpec.volumeAttributesClassName"),
        *("PodSpec.runtimeClassName", "PodSpec.preemptionPolicy"),
        *("TypedLocalObjectReference.apiGroup", "TypedObjectReference.apiGroup"),
        *("TypedObjectReference.namespace", "HostPathVolumeSource.type", "GRPCAction.service"),
        *("IngressSpec.ingressClassName", "HTTPIngressPath.pathType"),
        *("IngressClassParametersReference.apiGroup", "IngressClassParametersReference.namespace"),
        "IngressClassParametersReference.scope",
        *("ServicePort.appProtocol", "ServiceSpec.ipFamilyPolicy"),
        *("ServiceSpec.loadBalancerClass", "ServiceSpec.internalTrafficPolicy"),
        "ServiceSpec.trafficDistribution",
        *("Endpoint.hostname", "Endpoint.nodeName", "Endpoint.zone"),
        *("EndpointPort.appProtocol", "EndpointAddress.nodeName"),
        *("StorageClass.reclaimPolicy", "StorageClass.volumeBindingMode"),
        *("LeaseSpec.holderIdentity", "LeaseSpec.strategy", "LeaseSpec.preferredHolder"),
        *("JobSpec.completionMode", "JobSpec.podReplacementPolicy", "JobSpec.managedBy"),
        *("CronJobSpec.timeZone", "SecurityContext.procMount"),
        *("TopologySpreadConstraint.nodeAffinityPolicy", "SeccompProfile.localhostProfile"),
        *("TopologySpreadConstraint.nodeTaintsPolicy", "AppArmorProfile.localhostProfile"),
        *("PodSecurityContext.fsGroupChangePolicy", "PodSecurityContext.supplementalGroupsPolicy"),
        "PodSecurityContext.seLinuxChangePolicy",
        *("WindowsSecurityContextOptions.gmsaCredentialSpecName", "VolumeMount.mountPropagation"),
        "WindowsSecurityContextOptions.gmsaCredentialSpec",
        *("WindowsSecurityContextOptions.runAsUserName", "VolumeMount.recursiveReadOnly"),
        *("Container.restartPolicy", "CSIVolumeSource.fsType", "EphemeralContainer.restartPolicy"),
        *("VolumeAttachmentSource.persistentVolumeName", "HPAScalingRules.selectPolicy"),
        *("PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy", "PriorityClass.preemptionPolicy"),
        *("CSIDriverSpec.fsGroupPolicy", "NetworkPolicyPort.protocol"),
        *("ISCSIVolumeSource.initiatorName", "ISCSIPersistentVolumeSource.initiatorName"),
        *("AzureDiskVolumeSource.cachingMode", "AzureDiskVolumeSource.fsType"),
        *("AzureDiskVolumeSource.kind", "PodResourceClaim.resourceClaimName"),
        "PodResourceClaim.resourceClaimTemplateName",
        *("ServiceAccountTokenProjection.audience", "ClusterTrustBundleProjection.name"),
        "ClusterTrustBundleProjection.signerName",
        *("WebhookClientConfig.url", "ServiceReference.path", "CustomResourceConversion.strategy"),
        *("ModifyVolumeStatus.targetVolumeAttributesClassName", "JSONSchemaProps.description"),
        "PersistentVolumeClaimStatus.currentVolumeAttributesClassName",
    }
)

# Optional lists are left out if they are empty, but these are always written.
WRITTEN_LISTS: Final = frozenset(
    {
        *("Role.rules", "ClusterRole.rules", "HorizontalPodAutoscalerStatus.currentMetrics"),
        "EndpointSlice.ports",
    }
)

# Optional numbers are pointers, but these are plain.
PLAIN_NUMBERS: Final = frozenset(
    {
        *("Probe.initialDelaySeconds", "Probe.timeoutSeconds", "Probe.periodSeconds"),
        *("Probe.successThreshold", "Probe.failureThreshold", "ContainerPort.hostPort"),
        *("DeploymentSpec.minReadySeconds", "ReplicaSetSpec.minReadySeconds"),
        *("StatefulSetSpec.minReadySeconds", "DaemonSetSpec.minReadySeconds"),
        *("ReplicationControllerSpec.minReadySeconds", "ServicePort.nodePort"),
        *("ServiceSpec.healthCheckNodePort", "AWSElasticBlockStoreVolumeSource.partition"),
        *("GCEPersistentDiskVolumeSource.partition", "ObjectMeta.generation"),
        *("DeploymentStatus.observedGeneration", "DeploymentStatus.replicas"),
        *("DeploymentStatus.updatedReplicas", "DeploymentStatus.readyReplicas"),
        *("DeploymentStatus.availableReplicas", "DeploymentStatus.unavailableReplicas"),
        *("ReplicaSetStatus.fullyLabeledReplicas", "ReplicaSetStatus.readyReplicas"),
        *("ReplicaSetStatus.availableReplicas", "ReplicaSetStatus.observedGeneration"),
        *("ReplicationControllerStatus.fullyLabeledReplicas", "Event.count"),
        *("ReplicationControllerStatus.readyReplicas", "PodStatus.observedGeneration"),
        *("ReplicationControllerStatus.availableReplicas", "EventSeries.count"),
        *("ReplicationControllerStatus.observedGeneration", "Event.deprecatedCount"),
        *("StatefulSetStatus.observedGeneration", "StatefulSetStatus.readyReplicas"),
        *("StatefulSetStatus.currentReplicas", "StatefulSetStatus.updatedReplicas"),
        *("DaemonSetStatus.observedGeneration", "DaemonSetStatus.updatedNumberScheduled"),
        *("DaemonSetStatus.numberAvailable", "DaemonSetStatus.numberUnavailable"),
        *("JobStatus.active", "JobStatus.succeeded", "JobStatus.failed"),
        *("PodDisruptionBudgetStatus.observedGeneration", "ContainerStateTerminated.signal"),
        *("HorizontalPodAutoscalerStatus.currentReplicas", "ScaleSpec.replicas"),
        *("PodCondition.observedGeneration", "Condition.observedGeneration"),
        "CustomResourceDefinitionCondition.observedGeneration",
        "CustomResourceColumnDefinition.priority",
        "FlowSchemaSpec.matchingPrecedence",
    }
)

# Optional booleans are pointers, but these are plain.
PLAIN_BOOLEANS: Final = frozenset(
    {
        *("PodSpec.hostNetwork", "PodSpec.hostPID", "PodSpec.hostIPC"),
        *("Container.stdin", "Container.stdinOnce", "Container.tty"),
        *("EphemeralContainer.stdin", "EphemeralContainer.stdinOnce", "EphemeralContainer.tty"),
        *("VolumeMount.readOnly", "NodeSpec.unschedulable", "DeploymentSpec.paused"),
        *("ServiceSpec.publishNotReadyAddresses", "PriorityClass.globalDefault"),
        *("JSONSchemaProps.exclusiveMaximum", "JSONSchemaProps.exclusiveMinimum"),
        *("JSONSchemaProps.nullable", "JSONSchemaProps.uniqueItems"),
        "JSONSchemaProps.x-kubernetes-embedded-resource",
        "JSONSchemaProps.x-kubernetes-int-or-string",
        *(
            "CustomResourceDefinitionSpec.preserveUnknownFields",
            "APIServiceSpec.insecureSkipTLSVerify",
        ),
        "CustomResourceDefinitionVersion.deprecated",
        *("AWSElasticBlockStoreVolumeSource.readOnly", "CephFSVolumeSource.readOnly"),
        *("CephFSPersistentVolumeSource.readOnly", "CinderVolumeSource.readOnly"),
        *("CinderPersistentVolumeSource.readOnly", "CSIPersistentVolumeSource.readOnly"),
        *("AzureFileVolumeSource.readOnly", "AzureFilePersistentVolumeSource.readOnly"),
        *("FCVolumeSource.readOnly", "FlexVolumeSource.readOnly", "NFSVolumeSource.readOnly"),
        *("FlexPersistentVolumeSource.readOnly", "GCEPersistentDiskVolumeSource.readOnly"),
        *("GlusterfsVolumeSource.readOnly", "ISCSIVolumeSource.readOnly"),
        *("ISCSIVolumeSource.chapAuthDiscovery", "ISCSIVolumeSource.chapAuthSession"),
        *("ISCSIPersistentVolumeSource.readOnly", "PersistentVolumeClaimVolumeSource.readOnly"),
        *("PortworxVolumeSource.readOnly", "QuobyteVolumeSource.readOnly"),
        *("RBDVolumeSource.readOnly", "RBDPersistentVolumeSource.readOnly"),
        *("ScaleIOVolumeSource.readOnly", "ScaleIOVolumeSource.sslEnabled"),
        *("ScaleIOPersistentVolumeSource.readOnly", "ScaleIOPersistentVolumeSource.sslEnabled"),
        *("StorageOSVolumeSource.readOnly", "StorageOSPersistentVolumeSource.readOnly"),
    }
)
