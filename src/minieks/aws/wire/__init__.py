"""REST-JSON as AWS speaks it: requests and answers by the shapes of botocore's own model."""
