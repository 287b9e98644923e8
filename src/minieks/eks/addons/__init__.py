"""Add-ons: the system pods as EKS ships them, and what every EKS cluster has besides.

Manifests are data; `configure` puts an add-on's configurationValues into them, `install` writes
them through the API.
"""

from minieks.eks.addons.configure import networking
from minieks.eks.addons.install import addon_objects, cluster_objects, install, unmodelled

__all__ = ["addon_objects", "cluster_objects", "install", "networking", "unmodelled"]
