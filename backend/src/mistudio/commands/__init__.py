"""The commands that work with datasets. They use the API of a running server, else one in their own process."""
