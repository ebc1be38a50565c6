"""Use cases: everything that the API, the workers and the command line ask for."""
