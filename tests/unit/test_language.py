"""Which language a page is sent in, and with which texts."""

import gradio as gr
import pytest

from playground.messages import language_of, texts
from playground.ui.language import head, i18n, t, tag_of

_KOREAN = "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"


@pytest.mark.parametrize(
    ("query", "accepted", "tag"),
    [
        ("", "en-US,en;q=0.9", "en-US"),
        ("", _KOREAN, "ko-KR"),
        ("", "ko", "ko"),
        ("", "en;q=0.5, ko;q=0.9", "ko"),
        ("", "en;q=0.5,ko;q=0.5", "en"),  # of two that are liked alike, the first
        ("", "de-DE,de;q=0.9,ko;q=0.8", "de-DE"),
        ("", "zh-Hans-CN", "zh-Hans-CN"),
        ("", "", "en"),
        ("", "*", "en"),
        ("", "ko;q=half,en;q=0.1", "en"),
        ("", '";alert(1)//', "en"),
        ("lang=ko", "en-US", "ko"),
        ("lang=en", _KOREAN, "en"),
        ("tab=squad&lang=zh-CN&v=1", _KOREAN, "zh-CN"),
        ("lang=ko&lang=en", "en", "ko"),
        ("lang=", _KOREAN, "ko-KR"),
        ("lang=&lang=en", _KOREAN, "ko-KR"),
        # Gradio's view of the API keeps its own choice there.
        ("view=api&lang=cli", _KOREAN, "ko-KR"),
        ("view=api&lang=python", _KOREAN, "ko-KR"),
        ("lang=KO", "en", "en"),
        ("lang=%22%3E%3Cscript%3E", _KOREAN, "ko-KR"),
        ("lang=" + "x" * 100_000, "en", "en"),
    ],
)
def test_the_address_wins_and_then_what_the_browser_likes_best(query: str, accepted: str, tag: str) -> None:
    assert tag_of(query, accepted) == tag
    assert f'const tag = "{tag}";'.encode() in head(tag)


def test_what_is_sent_is_what_the_app_has_labels_for() -> None:
    with gr.Blocks() as app:
        gr.Textbox(label=t("pg_mlm_text"), placeholder=t("pg_mlm_placeholder"))
        gr.Radio([(t("pg_cor_recipe_google"), "google")], label=t("pg_cor_recipe"))
        with gr.Accordion(t("pg_help")):
            gr.Markdown(t("pg_mlm_question"))
    keys = {"pg_mlm_text", "pg_mlm_placeholder", "pg_cor_recipe_google", "pg_cor_recipe", "pg_help", "pg_mlm_question"}
    sent = i18n(app).translations_dict
    assert {language: {key: texts(language)[key] for key in keys} for language in ("en", "ko")} == sent


def test_a_label_is_made_while_the_page_is_built_and_has_no_places_to_fill() -> None:
    with gr.Blocks():
        with pytest.raises(KeyError):
            t("pg_no_such_key")
        with pytest.raises(KeyError):
            t("pg_status")
    with pytest.raises(RuntimeError, match="pg_mlm_text"):
        t("pg_mlm_text")


def test_whatever_is_sent_is_english_or_korean() -> None:
    assert [language_of(tag) for tag in ("ko-KR", "en-US", "de-DE", "zh-Hans-CN")] == ["ko", "en", "en", "en"]
