"""botocore's models of services, as they are installed."""

from functools import cache

from botocore.loaders import Loader
from botocore.model import ServiceModel


@cache
def load(service: str) -> ServiceModel:
    """The newest model of a service; botocore's UnknownServiceError for one that it lacks."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)
