"""An event bus that records what is published."""

from collections.abc import Mapping

from mistudio.core.errors import Json


class RecordingBus:
    """See ``EventBus``; ``events`` are pairs of channel and event, in order."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Json]]] = []

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Record one event."""
        self.events.append((channel, dict(event)))

    def of_type(self, kind: str) -> list[dict[str, Json]]:
        """The events of one type, in order."""
        return [event for _channel, event in self.events if event["type"] == kind]
