"""The images of machines that AWS offers, in EC2 when somebody looks for one.

As it comes, moto makes some 1,300 of them, each with a snapshot, for each region that is looked at:
a twentieth of a second each time.
"""

from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import AmiBackend

from minieks.aws.moto.ondemand import fill_on_demand


def load_when_asked() -> None:
    """Let the images be made when an image or a snapshot is looked at."""
    fill_on_demand(EC2Backend, ("amis", "snapshots"), AmiBackend._load_amis)
    AmiBackend._load_amis = _nothing_yet


def _nothing_yet(_: AmiBackend) -> None:
    """What `AmiBackend.__init__` would load comes later."""
