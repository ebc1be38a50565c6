"""The test Hub: see ``server``. ``python -m fakes.hub --root DIR`` runs it alone."""

from fakes.hub.exchange import Record
from fakes.hub.faults import Fault
from fakes.hub.repository import Repository
from fakes.hub.server import Hub

__all__ = ["Fault", "Hub", "Record", "Repository"]
