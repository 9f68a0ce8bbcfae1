import json
import pickle
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.decoders import Metaspace as MetaspaceDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.trainers import BpeTrainer
from transformers import (
    BertForMaskedLM,
    BertForPreTraining,
    BertForQuestionAnswering,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Tokenizer,
)

from playground.messages import Complaint
from playground.models import catalogue, download, loading
from playground.models.cache import ByteCache
from playground.models.catalogue import Entry
from tests.unit import prompt_gpt, tiny


def _refused(model: str, head: str) -> Complaint:
    with pytest.raises(Complaint) as caught:
        loading.load(model, head)
    assert caught.value.sentence("en") and caught.value.sentence("ko")
    return caught.value


def _weights(folder: Path) -> Path:
    return folder / "model.safetensors"


def test_a_model_comes_ready_to_use(models_folder: Path) -> None:
    half = tiny.model().half()
    tiny.save(models_folder / "half", half)
    loaded = loading.load("local/half", "masked_lm")
    assert isinstance(loaded.model, BertForMaskedLM)
    assert not any(module.training for module in loaded.model.modules())
    assert not any(parameter.requires_grad for parameter in loaded.model.parameters())
    assert {parameter.dtype for parameter in loaded.model.parameters()} == {torch.float32}
    stored = load_file(_weights(models_folder / "half"))
    for name, parameter in loaded.model.named_parameters():
        assert torch.equal(parameter.cpu(), stored[name].float()), name
    assert len(loaded.tokenizer) == len(tiny.WORDS)
    assert loaded.max_length == tiny.POSITIONS


def test_a_tokenizer_without_a_limit_reads_as_far_as_the_model(models_folder: Path) -> None:
    tiny.model().save_pretrained(models_folder / "endless")
    tiny.tokenizer(10**30).save_pretrained(models_folder / "endless")
    assert loading.load("local/endless", "masked_lm").max_length == tiny.POSITIONS
    tiny.save(models_folder / "short")
    tiny.tokenizer(20).save_pretrained(models_folder / "short")
    assert loading.load("local/short", "masked_lm").max_length == 20


@pytest.mark.parametrize("head", ["masked_lm", "next_sentence"])
def test_both_heads_of_pretraining_are_the_trained_ones(models_folder: Path, head: str) -> None:
    made = tiny.save(models_folder / "both")
    whole = BertForPreTraining.from_pretrained(made).eval()
    ids = torch.tensor([[2, 70, 71, 4, 3]])
    with torch.no_grad():
        expected = whole(input_ids=ids)
        got = loading.load("local/both", head).model(input_ids=ids).logits
    wanted = expected.prediction_logits if head == "masked_lm" else expected.seq_relationship_logits
    assert torch.allclose(got, wanted, atol=1e-5)


def test_an_encoder_without_a_head_is_refused_and_never_random(models_folder: Path) -> None:
    tiny.save(models_folder / "headless", tiny.model(BertModel))
    refused = _refused("local/headless", "masked_lm")
    assert refused.key == "pg_err_head_missing"
    assert refused.values == {"model": "local/headless", "head": "masked_lm"}
    assert loading._CACHE.keys() == []


def test_a_head_that_config_claims_but_the_weights_lack_is_refused(models_folder: Path) -> None:
    folder = tiny.save(models_folder / "claims", tiny.model(BertModel))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"architectures": ["BertForPreTraining"]}))
    assert catalogue.find("local/claims").heads == ("masked_lm", "next_sentence")
    for head in ("masked_lm", "next_sentence"):
        assert _refused("local/claims", head).key == "pg_err_head_missing"


def test_one_missing_tensor_is_enough_to_refuse(models_folder: Path) -> None:
    folder = tiny.save(models_folder / "gap")
    tensors = load_file(_weights(folder))
    del tensors["cls.predictions.transform.dense.bias"]
    save_file(tensors, _weights(folder), {"format": "pt"})
    assert _refused("local/gap", "masked_lm").key == "pg_err_head_missing"
    assert loading.load("local/gap", "next_sentence")  # which does not need it


def test_a_head_of_another_kind_is_refused_before_loading(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.save(models_folder / "reader", tiny.model(BertForQuestionAnswering))
    monkeypatch.setattr(loading, "_load", lambda *_: pytest.fail("nothing is to be loaded"))
    assert _refused("local/reader", "masked_lm").key == "pg_err_head_missing"
    assert _refused("bert-mini", "causal_lm").key == "pg_err_head_missing"


@pytest.mark.parametrize("keep", [0, 7, 100, 5000])
def test_truncated_weights_are_damaged(models_folder: Path, keep: int) -> None:
    weights = _weights(tiny.save(models_folder / "cut"))
    weights.write_bytes(weights.read_bytes()[:keep])
    assert _refused("local/cut", "masked_lm").key == "pg_err_model_damaged"


def test_weights_of_another_size_are_not_shown_as_trained(models_folder: Path) -> None:
    folder = tiny.save(models_folder / "sizes")
    shutil.copy(_weights(tiny.save(models_folder / "wide", tiny.model(hidden_size=32))), _weights(folder))
    assert _refused("local/sizes", "masked_lm").key in {"pg_err_model_damaged", "pg_err_head_missing"}


def test_a_broken_tokenizer_is_damaged(models_folder: Path) -> None:
    folder = tiny.save(models_folder / "words")
    whole = (folder / "tokenizer.json").read_text()
    unknown = '{"version": "1.0", "added_tokens": [], "model": {"type": "Nope", "vocab": {}}}'
    for broken in (whole[:300], "", "[]", unknown, whole.replace("WordPiece", "Nope")):
        (folder / "tokenizer.json").write_text(broken)
        assert _refused("local/words", "masked_lm").key == "pg_err_model_damaged", broken[:20]


def test_a_model_without_its_tokenizer_is_damaged(models_folder: Path) -> None:
    # Transformers makes up a tokenizer of five special tokens then, and every word would be [UNK].
    tiny.model().save_pretrained(models_folder / "mute")
    assert _refused("local/mute", "masked_lm").key == "pg_err_model_damaged"


@pytest.mark.parametrize("named", [None, "GPT2TokenizerFast", "PreTrainedTokenizerFast"])
def test_a_gpt2_with_pieces_of_its_own_is_read_as_its_tokenizer_says(models_folder: Path, named: str | None) -> None:
    # As skt/kogpt2-base-v2 is stored: Transformers' GPT2Tokenizer would cut every text into nothing or into bytes.
    folder, text = models_folder / "pieces", "안녕하세요 한국어 입니다"
    pieces = Tokenizer(BPE(unk_token="<unk>", fuse_unk=True))
    pieces.pre_tokenizer, pieces.decoder = Metaspace(), MetaspaceDecoder()
    marks = ["<s>", "</s>", "<usr>", "<pad>", "<sys>", "<unk>", "<mask>"]
    trainer = BpeTrainer(vocab_size=200, special_tokens=marks, show_progress=False)
    pieces.train_from_iterator([f"{text} 한국어의 글", "the dog is good"] * 9, trainer)
    torch.manual_seed(1)
    size = pieces.get_vocab_size()
    GPT2LMHeadModel(
        GPT2Config(vocab_size=size, n_embd=8, n_layer=1, n_head=1, n_positions=32, bos_token_id=0, eos_token_id=1)
    ).save_pretrained(folder)
    pieces.save(str(folder / "tokenizer.json"))
    if named:
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": named}))
    read = loading.load("local/pieces", "causal_lm").tokenizer
    ids = read(text)["input_ids"]
    assert ids == pieces.encode(text).ids and read.convert_ids_to_tokens(ids) == [f"▁{word}" for word in text.split()]
    assert read.decode(ids) == text and len(read) == size
    assert read.eos_token == read.bos_token == "</s>" and read.eos_token_id == 1


def test_a_gpt2_of_bytes_is_still_one(models_folder: Path) -> None:
    folder = prompt_gpt.save(models_folder / "bytes")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "GPT2Tokenizer"}))
    read = loading.load("local/bytes", "causal_lm").tokenizer
    assert isinstance(read, GPT2Tokenizer) and read.eos_token == prompt_gpt.tokenizer().eos_token
    assert read("한국어 x")["input_ids"] == prompt_gpt.tokenizer()("한국어 x")["input_ids"]


class _Bomb:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.target,))


def _pickled(folder: Path, mark: Path) -> Path:
    """A model folder whose weights are a pickle that leaves `mark` behind when it is read."""
    tiny.save(folder)
    _weights(folder).unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(_Bomb(mark)))
    return folder


def test_the_pickle_would_run_code_if_it_were_read(tmp_path: Path) -> None:
    folder = _pickled(tmp_path / "pickled", tmp_path / "ran")
    pickle.loads((folder / "pytorch_model.bin").read_bytes())
    assert (tmp_path / "ran").exists()


def test_pickled_weights_are_refused_unread(
    tmp_path: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    folder = _pickled(models_folder / "pickled", mark)
    assert _refused("local/pickled", "masked_lm").key == "pg_err_model_unknown"  # not even offered
    # The same as a download from the Hub.
    monkeypatch.setattr(loading, "find", lambda _: Entry(id="someone/pickled", heads=(), hub_id="someone/pickled"))
    monkeypatch.setattr(download, "snapshot_download", lambda *_, **__: str(folder))
    assert _refused("someone/pickled", "masked_lm").key == "pg_err_no_safetensors"
    # A safetensors file of something else does not open the door to the pickle.
    save_file({"a": torch.zeros(1)}, folder / "adapter.safetensors")
    assert _refused("someone/pickled", "masked_lm").key == "pg_err_hub_damaged"
    assert not mark.exists()


def test_remote_code_is_never_run(tmp_path: Path, models_folder: Path) -> None:
    mark = tmp_path / "ran"
    folder = tiny.save(models_folder / "remote")
    (folder / "evil.py").write_text(f"from pathlib import Path\nPath({str(mark)!r}).touch()\nclass Evil: ...\n")
    for name in ("config.json", "tokenizer_config.json"):
        settings = json.loads((folder / name).read_text())
        classes = dict.fromkeys(("AutoConfig", "AutoModelForMaskedLM"), "evil.Evil")
        settings |= {"auto_map": classes | {"AutoTokenizer": ["evil.Evil", "evil.Evil"]}}
        (folder / name).write_text(json.dumps(settings))
    try:
        assert isinstance(loading.load("local/remote", "masked_lm").model, BertForMaskedLM)
    except Complaint as complaint:
        assert complaint.key == "pg_err_model_damaged"
    assert not mark.exists()


def test_two_clicks_one_load(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.save(models_folder / "shared")
    real, loads, together = loading._load, [], threading.Barrier(2)

    def counted(entry: Entry, head: str) -> Any:
        loads.append((entry.id, head))
        return real(entry, head)

    def click() -> loading.Loaded:
        together.wait(5)
        return loading.load("local/shared", "masked_lm")

    monkeypatch.setattr(loading, "_load", counted)
    with ThreadPoolExecutor(2) as pool:
        first, second = [future.result(60) for future in [pool.submit(click) for _ in range(2)]]
    assert first is second
    assert loads == [("local/shared", "masked_lm")]
    assert loading.load("local/shared", "next_sentence") is not first
    assert len(loads) == 2


def test_two_models_loaded_at_once_are_both_whole(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Transformers replaces functions of torch meanwhile: without a queue one of the two lacks tensors, nearly always.
    tiny.save(models_folder / "both")
    heads = ["masked_lm", "next_sentence"]
    for _ in range(5):
        together = threading.Barrier(len(heads))

        def click(head: str, together: threading.Barrier = together) -> loading.Loaded:
            together.wait(5)
            return loading.load("local/both", head)

        monkeypatch.setattr(loading, "_CACHE", ByteCache(2**30))
        with ThreadPoolExecutor(len(heads)) as pool:
            assert len(list(pool.map(click, heads))) == len(heads)


def test_the_cache_counts_the_bytes_of_the_weights(models_folder: Path) -> None:
    tiny.save(models_folder / "weighed")
    model = loading.load("local/weighed", "masked_lm").model
    assert loading._CACHE.used() == 4 * sum(parameter.numel() for parameter in model.parameters())


def test_a_failed_load_is_tried_anew(models_folder: Path) -> None:
    weights = _weights(tiny.save(models_folder / "mended"))
    whole = weights.read_bytes()
    weights.write_bytes(whole[:100])
    assert _refused("local/mended", "masked_lm").key == "pg_err_model_damaged"
    weights.write_bytes(whole)
    assert loading.load("local/mended", "masked_lm")


def test_a_hub_model_offline_is_one_sentence_and_no_connection(
    tmp_path: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it tried to connect"))
    refused = _refused("google-bert/bert-base-uncased", "masked_lm")
    assert refused.key == "pg_err_hub_offline"
    assert "google-bert/bert-base-uncased" in refused.sentence("ko")


def test_an_unknown_model_is_one_sentence() -> None:
    assert _refused("no-such-model", "masked_lm").key == "pg_err_model_unknown"


def test_every_head_is_known_to_the_loader_by_a_class_of_transformers() -> None:
    assert all(hasattr(kind, "from_pretrained") for kind in loading.HEADS.values())
