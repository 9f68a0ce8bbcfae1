import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.messages import Complaint
from playground.models import catalogue
from playground.models.loading import HEADS
from playground.paths import MODELS, ROOT
from tests.unit import tiny


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYGROUND_MODELS", raising=False)
    monkeypatch.delenv("PLAYGROUND_ALLOW_ANY_MODEL", raising=False)


def test_every_entry_is_whole() -> None:
    entries = catalogue.entries()
    assert len(entries) >= 15
    assert len({entry.id for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry.heads) <= {*HEADS, "encoder"} and entry.heads, entry.id
        assert set(entry.languages) <= {"en", "ko"} and entry.languages, entry.id
        assert 1_000_000 < entry.parameters < 2_000_000_000, entry.id
        assert entry.family and entry.license, entry.id
        assert (entry.folder is None) != (entry.hub_id is None), entry.id
        if entry.bundled:
            assert entry.folder == MODELS / entry.id and "/" not in entry.id
        else:
            assert entry.hub_id == entry.id


def test_bundled_models_come_first() -> None:
    bundled = [entry.bundled for entry in catalogue.entries()]
    assert bundled == sorted(bundled, reverse=True)
    assert catalogue.choices("masked_lm")[0] == "bert-mini"


def test_choices_carry_the_head() -> None:
    for head in HEADS:
        offered = catalogue.choices(head)
        assert offered == [entry.id for entry in catalogue.entries() if head in entry.heads]
    assert catalogue.choices("no_such_head") == []


def test_the_families_of_the_course_are_offered() -> None:
    offered = {entry.id.lower() for entry in catalogue.entries()}
    for name in ("bert-base", "albert", "electra", "gpt2", "distilgpt2", "smollm2", "qwen", "distilbert", "tinybert"):
        assert any(name in model for model in offered), name
    for name in ("minilm", "squad2", "klue/bert-base", "koelectra", "kogpt2"):
        assert any(name in model for model in offered), name


def test_the_model_to_name_for_a_language() -> None:
    assert catalogue.reader_of("ko", "masked_lm") == "klue/bert-base"
    assert catalogue.reader_of("en", "masked_lm") == "bert-mini"
    for head in ("masked_lm", "causal_lm", "replaced_token"):
        named = catalogue.find(catalogue.reader_of("ko", head))
        assert "ko" in named.languages and head in named.heads
    with pytest.raises(KeyError):
        catalogue.reader_of("ko", "no_such_head")


def test_a_local_folder_is_offered_between_bundled_and_hub(models_folder: Path) -> None:
    tiny.save(models_folder / "classroom")
    ids = [entry.id for entry in catalogue.entries()]
    place = ids.index("local/classroom")
    entries = catalogue.entries()
    assert all(entry.bundled for entry in entries[:place])
    assert all(entry.hub_id for entry in entries[place + 1 :])
    entry = catalogue.find("local/classroom")
    assert entry.folder == models_folder / "classroom"
    assert entry.heads == ("masked_lm", "next_sentence") and entry.family == "bert"
    assert "local/classroom" in catalogue.choices("next_sentence")
    # Nobody knows what it reads, so it is never named to a visitor.
    assert catalogue.reader_of("ko", "masked_lm") == "klue/bert-base"
    assert catalogue.reader_of("en", "next_sentence") == "bert-mini"


def test_folders_that_are_no_models_are_passed_over(models_folder: Path) -> None:
    tiny.save(models_folder / "good")
    good = models_folder / "good" / "model.safetensors"
    contents: dict[str, bytes] = {
        "broken": b"{",
        "list": b"[]",
        "number": b"7",
        "bytes": b"\xff\xfe",
        "classes": b'{"architectures": 5}',
    }
    for name, config in contents.items():
        (models_folder / name).mkdir()
        (models_folder / name / "config.json").write_bytes(config)
        (models_folder / name / good.name).write_bytes(good.read_bytes())
    (models_folder / "pickled").mkdir()
    (models_folder / "pickled" / "config.json").write_bytes((models_folder / "good" / "config.json").read_bytes())
    (models_folder / "pickled" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (models_folder / "bare").mkdir()
    (models_folder / "bare" / good.name).write_bytes(good.read_bytes())
    (models_folder / "file.txt").write_text("x")
    assert [entry.id for entry in catalogue.entries() if entry.id.startswith("local/")] == ["local/good"]


@pytest.mark.parametrize(
    ("architecture", "heads"),
    [
        ("BertForPreTraining", ("masked_lm", "next_sentence")),
        ("AlbertForPreTraining", ("masked_lm", "sentence_order")),
        ("ElectraForPreTraining", ("replaced_token",)),
        ("RobertaForMaskedLM", ("masked_lm",)),
        ("GPT2LMHeadModel", ("causal_lm",)),
        ("LlamaForCausalLM", ("causal_lm",)),
        ("DistilBertForQuestionAnswering", ("question_answering",)),
        ("BertForSequenceClassification", ("sequence_classification",)),
        ("BertForMultipleChoice", ("multiple_choice",)),
        ("BertModel", ()),
    ],
)
def test_heads_are_read_from_the_class(models_folder: Path, architecture: str, heads: tuple[str, ...]) -> None:
    folder = models_folder / "one"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"architectures": [architecture], "model_type": "bert"}))
    (folder / "model.safetensors").write_bytes(b"")
    assert catalogue.find("local/one").heads == heads


@pytest.mark.parametrize("root", ["", "/no/such/folder", "/etc/hostname"])
def test_a_missing_models_folder_offers_nothing(monkeypatch: pytest.MonkeyPatch, root: str) -> None:
    monkeypatch.setenv("PLAYGROUND_MODELS", root)
    assert not any(entry.id.startswith("local/") for entry in catalogue.entries())


@pytest.mark.parametrize(
    "model", ["someone/some-model", "", "local/nothing", "../../etc", "x" * 5000, "모델", "a\ud800"]
)
def test_an_unknown_model_is_one_sentence(model: str) -> None:
    with pytest.raises(Complaint) as caught:
        catalogue.find(model)
    assert caught.value.key == "pg_err_model_unknown"
    for language in ("en", "ko"):
        assert len(caught.value.sentence(language).encode("utf-8")) < 400  # can be sent to a page


def test_any_hub_id_is_accepted_only_when_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("0", "", "true"):
        monkeypatch.setenv("PLAYGROUND_ALLOW_ANY_MODEL", value)
        with pytest.raises(Complaint):
            catalogue.find("someone/some-model")
    monkeypatch.setenv("PLAYGROUND_ALLOW_ANY_MODEL", "1")
    entry = catalogue.find("someone/some-model.v2")
    assert entry.hub_id == entry.id == "someone/some-model.v2" and not entry.bundled
    for hostile in ("../secret", "a/../b", "/etc/passwd", "a/b/c", "https://x/y", "a b/c", "", "-x/y", "a/\ud800"):
        with pytest.raises(Complaint):
            catalogue.find(hostile)


def _callers(method: str) -> Iterator[Path]:
    for path in sorted((ROOT / "playground").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
                yield path.relative_to(ROOT / "playground")


def test_models_are_loaded_in_one_place() -> None:
    callers = set(_callers("from_pretrained"))
    assert Path("models/loading.py") in callers
    assert {path.parts[0] for path in callers} <= {"models", "training"}


def test_nothing_asks_for_remote_code_or_pickles() -> None:
    for path in (ROOT / "playground" / "models").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant):
                if node.arg == "trust_remote_code":
                    assert node.value.value is False, path
                if node.arg == "use_safetensors":
                    assert node.value.value is True, path


def test_a_label_says_size_languages_and_what_must_be_downloaded() -> None:
    labels = {model: label for label, model in catalogue.options("masked_lm")}
    assert list(labels) == catalogue.choices("masked_lm")
    assert labels["bert-mini"] == "bert-mini · 23M · en"
    assert labels["google-bert/bert-base-multilingual-cased"].startswith("⤓ ")
    assert labels["google-bert/bert-base-multilingual-cased"].endswith(" · 179M · en, ko")
