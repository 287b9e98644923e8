"""What user data tells a node's kubelet: labels, taints, most pods, reservations.

    read(text) -> NodeSettings

Source: AWS user guide for EKS, "Customize managed nodes with launch templates"; awslabs/
amazon-eks-ami ``bootstrap.sh`` and nodeadm; Bottlerocket documentation, "settings.kubernetes".
"""

from minieks.eks.userdata.reading import read
from minieks.eks.userdata.settings import NodeSettings, UserDataError

__all__ = ["NodeSettings", "UserDataError", "read"]
