"""Distillation: examples/s of our loop against a plain Trainer subclass with the same loss, over three epochs."""

import threading
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import torch
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax
from torch.utils.data import Dataset
from transformers import BertForSequenceClassification, Trainer, TrainingArguments

from playground.core.student import Words, build
from playground.demos.distillation.race import Race, recipe_of
from playground.demos.distillation.schema import Request
from playground.models.device import device

EPOCHS = 3


class _Peak:
    """The most memory above the start, in MB: of the process, or of the GPU."""

    def __enter__(self) -> "_Peak":
        self.process, self.over = psutil.Process(), threading.Event()
        self.before = self.most = self.process.memory_info().rss
        if device().type == "cuda":
            torch.cuda.reset_peak_memory_stats()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self) -> None:
        while not self.over.wait(0.02):
            self.most = max(self.most, self.process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()
        self.megabytes = (
            torch.cuda.max_memory_allocated() if device().type == "cuda" else self.most - self.before
        ) / 1e6


class _Rows(Dataset):  # type: ignore[type-arg]
    def __init__(self, race: Race) -> None:
        self.train = race.lessons.train

    def __len__(self) -> int:
        return len(self.train)

    def __getitem__(self, number: int) -> dict[str, Any]:
        return {"input_ids": self.train.rows[number], "label": int(self.train.labels[number])}


class _Plain(Trainer):
    """What one writes first: the teacher reads every batch again, in every epoch."""

    def __init__(self, teacher: torch.nn.Module, **more: Any) -> None:
        super().__init__(**more)
        self.teacher = teacher

    def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, **_: Any) -> Any:
        labels = inputs.pop("labels")
        own = model(**inputs, output_hidden_states=True)
        with torch.no_grad():
            other = self.teacher(**inputs, output_hidden_states=True)
        soft = kl_div(log_softmax(own.logits / 2, -1), softmax(other.logits / 2, -1), reduction="batchmean") * 4
        hard = cross_entropy(own.logits, labels) if bool((labels != -100).any()) else own.logits.sum() * 0
        mask = inputs["attention_mask"].bool()
        alike = torch.cosine_similarity(own.hidden_states[-1][mask], other.hidden_states[-1][mask], dim=-1)
        loss = 5 * soft + 2 * hard + (1 - alike).mean()
        return (loss, own) if return_outputs else loss


def _padded(race: Race) -> Callable[[list[dict[str, Any]]], dict[str, torch.Tensor]]:
    def collate(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        padding = race.loaded.tokenizer.pad_token_id
        ids = torch.nn.utils.rnn.pad_sequence([row["input_ids"] for row in rows], True, padding)
        lengths = torch.tensor([len(row["input_ids"]) for row in rows])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        return {"input_ids": ids, "attention_mask": mask, "labels": torch.tensor([row["label"] for row in rows])}

    return collate


def main(epochs: int = EPOCHS, **more: Any) -> None:
    """Print examples/s and peak memory of both; `more` changes the run's settings."""
    request = Request(controls=False, **more)
    race = Race(request)
    count, batch = len(race.lessons.train), request.batch
    steps = epochs * count // batch
    with _Peak() as ours:
        arm = race.distilled(recipe_of(request), steps=steps)
        started = time.perf_counter()
        while arm.steps < arm.total:
            arm.step()
        own = steps * batch / (time.perf_counter() - started)
    del arm
    every = Words(
        [range(race.loaded.model.get_input_embeddings().num_embeddings)], [], race.loaded.model.config.vocab_size
    )
    with TemporaryDirectory() as folder, _Peak() as theirs:
        student: BertForSequenceClassification = build(race.loaded.model, race.shape, request.start, every, 1).model
        settings = TrainingArguments(
            output_dir=folder,
            max_steps=steps,
            per_device_train_batch_size=batch,
            learning_rate=request.learning_rate,
            report_to=[],
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            remove_unused_columns=False,
            use_cpu=device().type == "cpu",
        )
        trainer = _Plain(
            race.loaded.model, model=student, args=settings, train_dataset=_Rows(race), data_collator=_padded(race)
        )
        started = time.perf_counter()
        trainer.train()
        plain = steps * batch / (time.perf_counter() - started)
    print(f"distillation: {epochs} epochs of {count:,} sentences, batches of {batch}")
    print(f"  ours {own:,.0f} examples/s, {ours.megabytes:,.0f} MB more at the peak")
    print(f"  plain Trainer {plain:,.0f} examples/s, {theirs.megabytes:,.0f} MB more at the peak")
    print(f"  {own / plain:.2f}x (goal: at least 2x)")
