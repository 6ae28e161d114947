"""The web channel's routes: the chat page, the widget's file, pictures, and the socket."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Awaitable, Callable, Optional

import socketio.exceptions
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from socketio import AsyncServer

from components.web.gate import Refused
from components.web.hub import Hub
from components.web.settings import Settings, read_settings

DIST = Path(__file__).resolve().parent.parent.parent / "web" / "dist"
#: Largest packet of a browser, in bytes: a message of 4,000 characters in any script fits.
PACKET_LIMIT = 32_000
#: Largest request of anybody, in bytes; what Rasa takes by default would fill the memory.
REQUEST_LIMIT = 1_000_000
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")


def page_headers(host: str) -> dict[str, str]:
    """The headers of the chat page: it runs the widget, talks to this server, and can do nothing else."""
    # Some browsers do not count a websocket to the page's own host as 'self'.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types dompurify",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }


#: The widget's file and pictures may be used by any page; who may talk to the bot is decided at the socket.
PUBLIC_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=300",
}


class _Blueprint(Blueprint):
    """Knows the app that it is registered with."""

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        self.ctx.attach(app)
        super().register(app, options)


class WebChannel(InputChannel):
    """Rasa's edge to the web widget.

    Args:
        settings: the channel's.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hub: Optional[Hub] = None

    @classmethod
    def name(cls) -> str:
        """Actions send cards to the input channel of this name."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> WebChannel:
        """From ``credentials.yml``.

        Raises:
            RasaException: a setting is unknown or has no sensible value.
        """
        return cls(read_settings(credentials))

    def url_prefix(self) -> str:
        """Where the channel is mounted, below ``/webhooks/``."""
        return self._settings.path

    def get_output_channel(self) -> Optional[OutputChannel]:
        """For messages that the bot starts."""
        return self._hub.output() if self._hub else None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes, for Rasa to mount."""
        # Origins are checked below, for both transports; engine.io adds the CORS headers for those let through.
        sio = AsyncServer(
            async_mode="sanic", cors_allowed_origins="*", cors_credentials=False, max_http_buffer_size=PACKET_LIMIT
        )
        blueprint = _Blueprint(f"web_{self._settings.path}")
        apps: list[Sanic] = []
        hub = self._hub = Hub(self._settings, sio, on_new_message, lambda: apps[0].ctx.agent.tracker_store)
        _events(sio, hub)

        # The built page stands at the default path; its widget finds the socket beside itself.
        html = (DIST / "index.html").read_text(encoding="utf-8")
        html = html.replace("/webhooks/web/", f"/webhooks/{self._settings.path}/")

        def page(request: Request) -> HTTPResponse:
            headers = page_headers(hub.gate.own_origin(request).partition("://")[2])
            return response.html(html, headers=headers)

        def attach(app: Sanic) -> None:
            apps.append(app)
            app.enable_websocket()
            app.config.REQUEST_MAX_SIZE = REQUEST_LIMIT
            if self._settings.root:
                # Rasa owns GET "/": browsers are answered before its route is asked.
                @app.on_request
                async def root(request: Request) -> Optional[HTTPResponse]:
                    browser = request.method == "GET" and "text/html" in request.headers.get("accept", "")
                    if request.path == "/" and browser:
                        return page(request)
                    if request.path == "/favicon.ico":
                        return await response.file(DIST / "icon.svg", mime_type="image/svg+xml", headers=PUBLIC_HEADERS)
                    return None

        blueprint.ctx.attach = attach

        @blueprint.get("/")
        async def chat_page(request: Request) -> HTTPResponse:
            return page(request)

        @blueprint.get("/<name:(widget\\.js|page\\.css|icon\\.svg)>")
        async def asset(request: Request, name: str) -> HTTPResponse:
            return await response.file(DIST / name, headers=PUBLIC_HEADERS)

        @blueprint.route("/socket.io/", methods=["GET", "POST", "OPTIONS"])
        async def socket(request: Request) -> Any:
            if not hub.gate.admits(request):
                return response.text("This page may not talk to the bot.", status=403)
            return await sio.handle_request(request)

        return blueprint


def _events(sio: AsyncServer, hub: Hub) -> None:
    """Binds the socket's events."""

    @sio.event  # type: ignore[untyped-decorator]
    async def connect(sid: str, environ: dict[str, Any], auth: Any) -> None:
        try:
            hub.connect(sid, environ, auth)
        except Refused as refused:
            raise socketio.exceptions.ConnectionRefusedError(str(refused)) from None

    @sio.event  # type: ignore[untyped-decorator]
    async def disconnect(sid: str, reason: str) -> None:
        hub.disconnect(sid)

    @sio.event  # type: ignore[untyped-decorator]
    async def join(sid: str, data: Any = None) -> dict[str, Any]:
        return await hub.join(sid, data)

    @sio.event  # type: ignore[untyped-decorator]
    async def say(sid: str, data: Any = None) -> dict[str, Any]:
        return await hub.say(sid, data)

    @sio.event  # type: ignore[untyped-decorator]
    async def forget(sid: str, data: Any = None) -> dict[str, Any]:
        return await hub.forget(sid)
