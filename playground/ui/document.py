"""The document that a browser is sent: what we change in the page that Gradio writes."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.ui.language import FIRST
from playground.ui.packing import packed_page


class Document:
    """ASGI middleware: the language is settled at the head of every HTML page, and its description comes packed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started: Message | None = None

        async def edited(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and _is_html(message):
                started = message  # held back: its length is known with the body only
            elif started is not None:
                body = packed_page(message.get("body", b"").replace(b"<head>", b"<head>" + FIRST, 1))
                if not message.get("more_body"):
                    MutableHeaders(scope=started)["content-length"] = str(len(body))
                await send(started)
                started = None
                await send({**message, "body": body})
            else:
                await send(message)

        await self.app(scope, receive, edited if scope["type"] == "http" else send)


def _is_html(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
