"""The screen's two languages.

Labels follow the browser by `gr.I18n`; texts and figures that an event makes are written by the server, which
learns the language only from the event: every such event takes `lang` last and passes LANG_JS as its `js`.
"""

from collections.abc import Iterable

import gradio as gr
from gradio.i18n import I18nData

from playground.demo import Demo
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


def i18n(demos: Iterable[Demo]) -> gr.I18n:
    """All labels for launch(); a demo's English help is the docstring of its package.

    What has places to fill is written by the server alone, so it is not sent.
    """
    tables = {
        language: {key: text for key, text in texts(language).items() if "{" not in text} for language in LANGUAGES
    }
    tables["en"] |= {help_key(demo): demo.help for demo in demos}
    return gr.I18n(**tables)


def help_key(demo: Demo) -> str:
    return f"pg_help_{demo.name}"


def t(key: str) -> I18nData:
    """A label by its key, translated in the browser. Raises KeyError for a key that no language has, and for a text
    with places to fill."""
    if "{" in texts("ko").get(key, "{"):
        raise KeyError(key)
    return I18nData(key)
