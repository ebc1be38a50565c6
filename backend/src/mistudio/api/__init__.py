"""HTTP: routes, access rules and the one error shape."""
