"""A tiny model that has learnt one sentence, and an oracle that reads it by the plainest means."""

import shutil
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import BertForPreTraining

from tests.unit import tiny
from tests.unit.masked_lm.parts import LONG, MASK, TEXT, Oracle, token_ids

STEPS = 50  # of training: see `trained`


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that has read TEXT a few times: it is right at some of its words, and wrong at others."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    made = tiny.model().train()
    ids, optimizer = torch.tensor(token_ids(TEXT)).expand(8, -1), torch.optim.AdamW(made.parameters(), lr=0.01)
    for _ in range(STEPS):
        hidden = torch.rand(ids.shape) < 0.3
        logits = made(input_ids=ids.masked_fill(hidden, MASK)).prediction_logits
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()
    torch.set_num_threads(threads)
    return tiny.save(tmp_path_factory.mktemp("trained"), made.eval())


@pytest.fixture
def model(models_folder: Path, trained: Path) -> str:
    shutil.copytree(trained, models_folder / "tiny")
    return "local/tiny"


@pytest.fixture
def long_model(models_folder: Path) -> str:
    tiny.model(max_position_embeddings=LONG).save_pretrained(models_folder / "long")
    tiny.tokenizer(LONG).save_pretrained(models_folder / "long")
    return "local/long"


@pytest.fixture(scope="module")
def oracle(trained: Path) -> Oracle:
    """(T, V) log-probabilities of one row, by the plainest means: the whole model, eager attention, float64."""
    whole = BertForPreTraining.from_pretrained(trained, attn_implementation="eager").eval()

    def logs(ids: list[int]) -> Tensor:
        with torch.no_grad():
            logits = whole(input_ids=torch.tensor([ids])).prediction_logits[0]
        return torch.log_softmax(logits.double(), dim=-1)

    return logs
