"""The Socket.IO server: clients subscribe to channels. The answer to a subscribe is a snapshot, so no event is lost.

With several servers and workers, every event goes through Redis and reaches the clients of all servers.
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
# How long a closing process waits for its last messages when Redis does not answer.
_LAST_SECONDS = 2.0


class _RedisManager(socketio.AsyncRedisManager):  # type: ignore[misc]  # python-socketio has no types.
    """Keeps exactly one Redis client, which reconnects by itself, and can be closed.

    python-socketio opens a new client after each error and closes none, and its publisher and its listener replace each
    other's client.
    """

    def __init__(self, url: str, *, write_only: bool = False) -> None:
        super().__init__(url, channel=_REDIS_CHANNEL, write_only=write_only)
        self._sending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def _redis_connect(self) -> None:
        if self.redis is None:
            super()._redis_connect()
        self.connected = True

    async def _publish(self, data: dict[str, object]) -> None:
        """Send a message to the other processes. Once closed do nothing: sending would connect to Redis again."""
        if self._is_closed:
            return
        sending = asyncio.create_task(super()._publish(data))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        await sending

    async def disconnect_redis(self) -> None:
        """Stop listening, wait for the messages being sent, and close every connection."""
        self._is_closed = True
        if (listener := getattr(self, "thread", None)) is not None:
            await end_task(listener)
        if self._sending:
            _arrived, late = await asyncio.wait(self._sending, timeout=_LAST_SECONDS)
            await asyncio.gather(*(end_task(sending) for sending in late))
        if self.redis is not None:
            await self.pubsub.aclose()
            await self.redis.aclose()


class RedisEventBus:
    """The ``EventBus`` of a process without clients of its own: a worker or a command."""

    def __init__(self, redis_url: str) -> None:
        self._manager = _RedisManager(redis_url, write_only=True)

    async def publish(self, channel: str, event: Mapping[str, Json]) -> None:
        """Send an event to the clients of every server. While Redis is down it is lost, until the next snapshot."""
        await self._manager.emit(channel, dict(event), room=channel, namespace="/")

    async def close(self) -> None:
        """Close every connection to Redis."""
        await self._manager.disconnect_redis()


class WebSocketManager:
    """The socket server, and the ``EventBus`` of the server's own process.

    ``snapshot`` returns the answer to a subscribe; ``may_connect`` returns whether a client with these headers and this
    token may connect. ``redis_url`` joins several servers.
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
        """Send an event to the subscribers of its channel; see ``EventBus``."""
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
            return {"channel": "", "error": "The message names no channel. Send {channel: …}."}
        # Subscribed before the snapshot: an event in between arrives twice rather than never.
        await self._server.enter_room(sid, channel)
        is_known = False
        try:
            answer = await self._snapshot(channel)
            is_known = "error" not in answer
        finally:
            if not is_known:
                await self._server.leave_room(sid, channel)
        return answer

    async def _unsubscribe(self, sid: str, data: object = None) -> None:
        if channel := _channel_of(data):
            await self._server.leave_room(sid, channel)


def _channel_of(data: object) -> str | None:
    channel = data.get("channel") if isinstance(data, dict) else None
    return channel if isinstance(channel, str) and 0 < len(channel) <= _MAX_CHANNEL_LENGTH else None
