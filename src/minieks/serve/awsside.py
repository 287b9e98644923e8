"""All that answers at the AWS endpoint, put together."""

from minieks.aws.front import Front
from minieks.aws.moto.ec2 import MotoEc2
from minieks.aws.moto.iam import MotoIam
from minieks.aws.moto.shown.clusters import ShownClusters
from minieks.eks.operations.adopting import Adopting, adopt
from minieks.eks.operations.regional import Services
from minieks.eks.operations.service import EksService
from minieks.engine.engine import Engine
from minieks.engine.persistence import Journal
from minieks.engine.store import Store
from minieks.serve.awssettings import AwsSettings
from minieks.serve.clock import machine_micros
from minieks.serve.ekshosts import EksHosts, RunningHost
from minieks.serve.inquiries import Inquiries
from minieks.serve.keptmoto import KeptMoto
from minieks.serve.known import KnownClusters
from minieks.serve.publishedauthority import PublishedAuthority
from minieks.serve.resetting import Resetting


class AwsSide:
    """EKS with its state in ``store``, moto, and what is asked of minieks itself.

    ``journal`` is where it is kept, ``made`` runs its clusters, and ``certificate`` is of who
    vouches for the endpoint's HTTPS.
    """

    def __init__(
        self,
        engine: Engine,
        kept: tuple[Store, Journal | None],
        made: EksHosts,
        settings: AwsSettings,
        certificate: bytes,
    ) -> None:
        store, journal = kept
        services = Services(
            *(engine, store, MotoIam(), MotoEc2(), made, made.timings), lenient=settings.lenient
        )
        for host in made.hosts:
            if host.opened.resumed:  # Its node groups may be others than the config's.
                adopt(services, RunningHost(host))
        new = [RunningHost(host) for host in made.hosts if not host.opened.resumed]
        self.front = Front(
            engine,
            EksService(services),
            KnownClusters(made.all_hosts),
            machine_micros,
            enforce_iam=settings.enforce_iam,
            lenient=settings.lenient,
        )
        self.front.answer_also(Resetting(services))
        self.front.answer_also(PublishedAuthority(certificate))
        self.front.answer_also(Inquiries(made.all_hosts))
        self.front.prepare_by(Adopting(services, new).prepare)
        self.front.prepare_by(ShownClusters(services.running).prepare)
        self.kept = None if journal is None else KeptMoto(journal, services.running)
        if self.kept is not None:
            self.kept.restore()
