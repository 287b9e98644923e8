"""A cluster for the tests of others: in the process, over HTTPS, in time that the test advances."""
