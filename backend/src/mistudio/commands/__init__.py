"""The commands that work with datasets: the same services as the API, with a running server or without one."""
