"""The screen's two languages.

The server settles the language with the page, which is sent with the labels of this language only; another one is
another page. Texts and figures that an event makes are written by the server, too, which learns the language only from
the event: every such event takes `lang` last and passes LANG_JS as its `js`.
"""

import json
import re
from urllib.parse import parse_qs

import gradio as gr
from gradio.context import get_blocks_context
from gradio.i18n import I18nData

from playground.messages import LANGUAGES, texts

# Replaces the last input, whatever it holds, by the language that the page is in now.
LANG_JS = "(...inputs) => [...inputs.slice(0, -1), document.documentElement.lang]"

# Gradio reads navigator.language in its first script, before it adds what `launch(head=...)` was given, so this must
# already stand in the page that is sent.
_HEAD = """<script>
(() => {
  const tag = "%s";
  if (navigator.language === tag) return;
  Object.defineProperty(navigator, "language", { get: () => tag });
  Object.defineProperty(navigator, "languages", { get: () => [tag] });
})();
function pgLanguage(tag) {
  const url = new URL(location.href);
  url.searchParams.set("lang", tag);
  location.assign(url);
}
</script>"""
# In two small letters, as Gradio and browsers write it; Gradio's view of the API puts `lang=cli` into the address.
_TAG = re.compile(r"[a-z]{2}(-[A-Za-z0-9]{2,8})*")


def tag_of(query: str, accepted: str) -> str:
    """The language in which a page is sent, as a tag such as `ko-KR`.

    query: of its address, where `lang=` wins; accepted: the browser's Accept-Language, of which only the language that
    it likes best counts: it is the one of the browser itself.
    """
    asked = parse_qs(query, keep_blank_values=True).get("lang", [""])[0]
    if _TAG.fullmatch(asked):
        return asked
    weighed = [part.strip().partition(";q=") for part in accepted.replace(" ", "").split(",")]
    best = max(weighed, key=lambda part: _weight(part[2]))[0]
    return best if _TAG.fullmatch(best) else "en"


def _weight(said: str) -> float:
    try:
        return float(said or 1)
    except ValueError:
        return 0.0


def head(tag: str) -> bytes:
    """Comes first in a page: makes the browser's language the one that the page was sent in."""
    return (_HEAD % tag).encode()


def i18n(app: gr.Blocks) -> gr.I18n:
    """For launch(): the labels of the app, in both languages.

    Most texts are written by the server alone, with an answer; they are not sent with the page.
    """
    labels = set(re.findall(r"\bpg_\w+", json.dumps(app.config, default=str)))
    tables = {language: {key: text for key, text in texts(language).items() if key in labels} for language in LANGUAGES}
    return gr.I18n(**tables)


def t(key: str) -> I18nData:
    """A label by its key, translated in the browser. Raises KeyError for a key that no language has, and for a text
    with places to fill; RuntimeError in an event: what was no label when the page was built is not sent with it."""
    if "{" in texts("ko").get(key, "{"):
        raise KeyError(key)
    if get_blocks_context() is None:
        raise RuntimeError(f"{key}: an event says its texts itself, by messages.say()")
    return I18nData(key)
