"""Socket.IO: clients subscribe to channels; the answer to a subscribe is a snapshot, so nothing is lost in between.

Where several servers and workers stand on one Redis, every event goes through it and so reaches the clients of all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import socketio
from starlette.datastructures import Headers
from starlette.types import ASGIApp

from mistudio.core.errors import Json
from mistudio.utils.tasks import end_task

Snapshot = Callable[[str], Awaitable[dict[str, Json]]]
MayConnect = Callable[[Headers, str | None], bool]

_MAX_CHANNEL_LENGTH = 200
_MAX_MESSAGE_BYTES = 64 * 1024
_REDIS_CHANNEL = "mistudio:events"
# So long the last messages have to arrive, where Redis does not answer.
_LAST_SECONDS = 2.0


class _RedisManager(socketio.AsyncRedisManager):  # type: ignore[misc]  # python-socketio has no types.
    """Keeps one client of Redis, which connects again by itself, and has an end.

    Without this every trouble makes a client more, none of which is closed, and those who publish and those who listen
    take each other's away.
    """

    def __init__(self, url: str, *, write_only: bool = False) -> None:
        super().__init__(url, channel=_REDIS_CHANNEL, write_only=write_only)
        self._sending: set[asyncio.Task[None]] = set()
        self._has_ended = False

    def _redis_connect(self) -> None:
        if self.redis is None:
            super()._redis_connect()
        self.connected = True

    async def _publish(self, data: dict[str, object]) -> None:
        """Send a message that others are to hear, unless this has ended: Redis would be connected to anew for it."""
        if self._has_ended:
            return
        sending = asyncio.create_task(super()._publish(data))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        await sending

    async def disconnect_redis(self) -> None:
        """Stop listening, let what is on its way arrive, and close every connection."""
        self._has_ended = True
        if (listener := getattr(self, "thread", None)) is not None:
            await end_task(listener)
        if self._sending:
            _arrived, late = await asyncio.wait(self._sending, timeout=_LAST_SECONDS)
            await asyncio.gather(*(end_task(sending) for sending in late))
        if self.redis is not None:
            await self.pubsub.aclose()
            await self.redis.aclose()


class RedisEventBus:
    """The ``EventBus`` of a process without clients of its own: a worker, a command."""

    def __init__(self, redis_url: str) -> None:
        self._manager = _RedisManager(redis_url, write_only=True)

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Send an event to the clients of every server; where Redis is down it is lost, and a snapshot makes up."""
        await self._manager.emit(channel, dict(event), room=channel, namespace="/")

    async def close(self) -> None:
        """Let go of Redis."""
        await self._manager.disconnect_redis()


class WebSocketManager:
    """The socket server; also the ``EventBus`` of the server's own process.

    ``snapshot`` gives the answer to a subscribe to a channel, ``may_connect`` whether a client with these headers and
    this token is let in. ``redis_url`` joins several servers.
    """

    def __init__(self, snapshot: Snapshot, may_connect: MayConnect, *, redis_url: str | None = None) -> None:
        self._snapshot = snapshot
        self._may_connect = may_connect
        self._manager = _RedisManager(redis_url) if redis_url else None
        # The origin is checked by may_connect, by the same rules as every request.
        self._server = socketio.AsyncServer(
            async_mode="asgi",
            cors_allowed_origins=[],
            max_http_buffer_size=_MAX_MESSAGE_BYTES,
            client_manager=self._manager,
        )
        self._server.on("connect", self._connect)
        self._server.on("subscribe", self._subscribe)
        self._server.on("unsubscribe", self._unsubscribe)

    @property
    def asgi(self) -> ASGIApp:
        """The application to mount at /socket.io."""
        app: ASGIApp = socketio.ASGIApp(self._server, socketio_path="")
        return app

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Send an event to whoever subscribed to its channel; see ``EventBus``."""
        await self.emit_event(channel, event)

    async def emit_event(self, channel: str, event: Mapping[str, Json]) -> None:
        """Send an event, named as its channel, to the channel's subscribers."""
        await self.broadcast(channel, event, room=channel)

    async def broadcast(self, name: str, event: Mapping[str, Json], *, room: str | None = None) -> None:
        """Send an event to every client, or to those in ``room``."""
        await self._server.emit(name, dict(event), room=room)

    async def close(self) -> None:
        """Close every socket."""
        await self._server.shutdown()
        if self._manager:
            await self._manager.disconnect_redis()

    async def _connect(self, _sid: str, environ: Mapping[str, object], auth: object = None) -> bool:
        token = auth.get("token") if isinstance(auth, dict) else None
        scope = environ["asgi.scope"]
        headers = Headers(scope=scope) if isinstance(scope, dict) else Headers()
        return self._may_connect(headers, token if isinstance(token, str) else None)

    async def _subscribe(self, sid: str, data: object = None) -> dict[str, Json]:
        channel = _channel_of(data)
        if channel is None:
            return {"channel": "", "error": "Name a channel: {channel: …}."}
        # First the room, then the snapshot: an event in between comes twice rather than not at all.
        await self._server.enter_room(sid, channel)
        kept = False
        try:
            answer = await self._snapshot(channel)
            kept = "error" not in answer
        finally:
            if not kept:
                await self._server.leave_room(sid, channel)
        return answer

    async def _unsubscribe(self, sid: str, data: object = None) -> None:
        if channel := _channel_of(data):
            await self._server.leave_room(sid, channel)


def _channel_of(data: object) -> str | None:
    channel = data.get("channel") if isinstance(data, dict) else None
    return channel if isinstance(channel, str) and 0 < len(channel) <= _MAX_CHANNEL_LENGTH else None
