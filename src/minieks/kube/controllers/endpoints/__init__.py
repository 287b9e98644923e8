"""EndpointSlices and Endpoints: where a Service's pods are."""
