"""The images of machines that AWS offers, in EC2 when somebody looks for one.

As it comes, moto makes some 1,300 of them, each with a snapshot, for each region that is looked at:
a twentieth of a second each time, half of it for the digits of their ids.
"""

from moto.ec2 import utils
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import AmiBackend
from moto.moto_api._internal import mock_random

from minieks.aws.moto.ondemand import fill_on_demand


def load_when_asked() -> None:
    """Let the images be made when an image or a snapshot is looked at."""
    fill_on_demand(EC2Backend, ("amis", "snapshots"), AmiBackend._load_amis)
    AmiBackend._load_amis = _nothing_yet
    utils.random_resource_id = _random_id


def _random_id(size: int = 8) -> str:
    """Hexadecimal digits, drawn at once instead of one by one."""
    return f"{mock_random.getrandbits(4 * size):0{size}x}"


def _nothing_yet(_: AmiBackend) -> None:
    """What `AmiBackend.__init__` would load comes later."""
