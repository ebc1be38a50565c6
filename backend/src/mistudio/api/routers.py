"""The routes of the API, module by module."""

from fastapi import FastAPI

from mistudio.api.routes import (
    columns,
    croissant,
    datasets,
    derived,
    exports,
    hub,
    indexes,
    jobs,
    metrics,
    mix,
    recipes,
    samples,
    system,
    tokenizations,
    updates,
    vocabulary,
)


def include_routers(app: FastAPI) -> None:
    """Add all routes to the application."""
    for module in (
        mix,
        recipes,
        datasets,
        derived,
        updates,
        croissant,
        samples,
        columns,
        indexes,
        tokenizations,
        vocabulary,
        exports,
        jobs,
        hub,
        system,
    ):
        app.include_router(module.router)
    app.include_router(metrics.router)
