"""The document that a browser is sent: what we change in the page that Gradio writes."""

from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.messages import language_of
from playground.ui.language import head, tag_of
from playground.ui.packing import packed_page


class Document:
    """ASGI middleware: the language is settled at the head of every HTML page, and its description comes packed.

    Whether the page is there at all (HEAD) is answered without making it: Gradio asks so when it starts, gives up after
    3 seconds, and ends the app with them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["method"] == "HEAD" and scope["path"].endswith("/"):
            return await HTMLResponse()(scope, receive, send)
        started: Message | None = None
        accepted = Headers(scope=scope).get("accept-language", "")
        query = scope["query_string"].decode("latin-1")
        tag = tag_of(query, accepted)
        experiment = parse_qs(query).get("tab", [""])[0]

        async def edited(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and _is_html(message):
                started = message  # held back: its length is known with the body only
            elif started is not None:
                body = packed_page(message.get("body", b""), language_of(tag), experiment)
                body = body.replace(b"<head>", b"<head>" + head(tag), 1)
                headers = MutableHeaders(scope=started)
                headers.add_vary_header("Accept-Language")
                if not message.get("more_body"):
                    headers["content-length"] = str(len(body))
                await send(started)
                started = None
                await send({**message, "body": body})
            else:
                await send(message)

        await self.app(scope, receive, edited)


def _is_html(start: Message) -> bool:
    headers = MutableHeaders(scope=start)
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
