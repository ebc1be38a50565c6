"""HTTP: routes, access rules and error responses."""
