"""The screen's two languages.

Labels follow the browser by `gr.I18n`; texts and figures that an event makes are written by the server, which
learns the language only from the event: every such event takes `lang` last and passes LANG_JS as its `js`.
"""

import json
import re

import gradio as gr
from gradio.context import get_blocks_context
from gradio.i18n import I18nData

from playground.messages import LANGUAGES, texts

# Replaces the last input, whatever it holds, by the language that the page is in now.
LANG_JS = "(...inputs) => [...inputs.slice(0, -1), document.documentElement.lang]"

# `?lang=` wins over the browser. Gradio reads navigator.language in its first script, before it adds what
# `launch(head=...)` was given, so this must already stand in the page that is sent.
FIRST = b"""<script>
(() => {
  const lang = new URLSearchParams(location.search).get("lang");
  if (lang && /^[a-z]{2}$/.test(lang)) {
    Object.defineProperty(navigator, "language", { get: () => lang });
    Object.defineProperty(navigator, "languages", { get: () => [lang] });
  }
})();
function pgLanguage(lang) {
  const url = new URL(location.href);
  url.searchParams.set("lang", lang);
  location.assign(url);
}
</script>"""


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
