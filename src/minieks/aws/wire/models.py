"""botocore's models of services, as they are installed."""

from collections.abc import Iterator
from functools import cache

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader
from botocore.model import ServiceModel

from minieks.aws.wire.modelfiles import ModelFiles


class Models(Loader):  # type: ignore[misc]  # botocore has no types
    """Finds models. botocore's own looks through all 400 services for the first of them."""

    def __init__(self) -> None:
        super().__init__(file_loader=ModelFiles())

    def list_available_services(self, type_name: str) -> "_Services":
        """The services that have a file of this type."""
        return _Services(self, type_name)


class _Services:
    """Services, of which each is looked for when somebody asks whether it is among them."""

    def __init__(self, models: Models, type_name: str) -> None:
        self._models = models
        self._type = type_name

    def __contains__(self, service: str) -> bool:
        try:
            return bool(self._models.list_api_versions(service, self._type))
        except DataNotFoundError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(Loader.list_available_services(self._models, self._type))


@cache
def models() -> Models:
    """The models, each of them read once for all who need it in this process."""
    return Models()


@cache
def load(service: str) -> ServiceModel:
    """The newest model of a service; botocore's UnknownServiceError for one that it lacks."""
    return ServiceModel(models().load_service_model(service, "service-2"), service)
