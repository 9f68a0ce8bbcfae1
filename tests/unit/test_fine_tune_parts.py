"""Where the knowledge is, rates and batches, the four forms, and the model that is taken away."""

import math
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from sklearn.linear_model import LogisticRegression
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from playground.core.labelled import parse
from playground.demos.fine_tune import forms, keep, rates, where
from playground.demos.fine_tune.data import labelled
from playground.demos.fine_tune.forms import tab as forms_tab
from playground.demos.fine_tune.keep import pipeline as keep_pipeline
from playground.demos.fine_tune.keep import tab as keep_tab
from playground.demos.fine_tune.rates import pipeline as rates_pipeline
from playground.demos.fine_tune.rates import tab as rates_tab
from playground.demos.fine_tune.where import pipeline as where_pipeline
from playground.demos.fine_tune.where import tab as where_tab
from playground.demos.fine_tune.where.schema import POSITIONS, Cell
from playground.messages import Complaint
from playground.models import kept
from playground.models.catalogue import TRAINED
from playground.models.tunable import encoder
from playground.runs import Run, dump
from tests.unit import tiny
from tests.unit.test_fine_tune import _file


@pytest.fixture
def bert(models_folder: Path) -> str:
    tiny.save(models_folder / "bert")
    return "local/bert"


def _shown(name: str, request: Any, result: Any) -> Run:
    shown = Run(demo=name, request=request.model_dump(), result=result.model_dump(), model="", device="", seconds=0)
    dump(shown)
    return shown


def _where(model: str, **more: Any) -> tuple[Any, list[Any]]:
    request = where.DEMO.request.model_validate(
        {"model": model, "labels": 48, "steps": 3, "source": "x.csv", "data": _file(200)} | more
    )
    return request, list(where_pipeline.run(request))  # type: ignore[arg-type]


def test_every_layer_and_position_is_probed_before_and_after(bert: str) -> None:
    request, (*steps, last) = _where(bert)
    columns = ["cls", *map(str, range(1, POSITIONS + 1)), "sep", "mean"]
    assert last.positions == columns and last.layers == 2 and last.judged == 50
    found = {(cell.stage, cell.layer, cell.position): cell for cell in last.cells}
    there = [position for position in columns if position != "8"]  # no sentence has so many words
    assert set(found) == {(s, layer, p) for s in ("before", "after") for layer in range(3) for p in there}
    # At the embeddings [CLS] and the place of "the" are the same in every sentence.
    for position in ("cls", "1"):
        assert found["before", 0, position].accuracy == pytest.approx(0.5, abs=0.01)
    # The fourth word says it all, and its embedding is there.
    assert found["before", 0, "4"].accuracy > 0.8 and last.tuned is not None
    done = [step.done for step in steps]
    assert done == sorted(done) and steps[-1].total >= done[-1]
    for language in ("en", "ko"):
        for result in (steps[0].result, steps[len(steps) // 2].result, last):
            maps, best, said = where_tab.draw(_shown("fine_tune_where", request, result), language)
            maps.to_json(), best.to_json()
        assert [len(trace.z) for trace in maps.data] == [3, 3] and len(best.data) == 2
        assert "[CLS]" in said
    cells = {position: maps.data[0].z[0][place] for place, position in enumerate(columns)}
    assert cells["4"] == found["before", 0, "4"].accuracy


def test_a_cell_is_what_logistic_regression_finds(bert: str) -> None:
    _, (*_, last) = _where(bert)
    data = parse(_file(200))
    loaded = encoder(bert)
    split = labelled("x.csv", _file(200))
    chosen, judged = split.drawn(1, 48), split.judged(1, 400)

    def mean(row: int) -> torch.Tensor:
        with torch.no_grad():
            return (
                loaded.model.base_model(**loaded.tokenizer(data.sentences[row], return_tensors="pt"))
                .last_hidden_state[0]
                .mean(0)
            )

    learned, unseen = (torch.stack([mean(row) for row in rows]) for rows in (chosen, judged))
    centre, spread = learned.mean(0), learned.std(0)
    # The probe's penalty is 0.002 of the squared weights beside a mean of losses: C = 1 / (2 * 0.002 * N * 2), as
    # two columns of weights w and -w are penalised for what is one in scikit-learn's binary case.
    model = LogisticRegression(C=1 / (0.002 * 48), max_iter=5000)
    model.fit((learned - centre) / spread, [data.labels[row] for row in chosen])
    wanted = model.score((unseen - centre) / spread, [data.labels[row] for row in judged])
    [cell] = [c for c in last.cells if (c.stage, c.layer, c.position) == ("before", 2, "mean")]
    assert cell.accuracy == pytest.approx(wanted, abs=0.041) and cell.of == len(judged)


def test_positions_that_hardly_any_sentence_has_are_left_out(bert: str) -> None:
    short = "\n".join(f"{'good' if n % 2 else 'bad'},{'great' if n % 2 else 'no'} {n % 9}" for n in range(120))
    _, (*_, last) = _where(bert, data=short, labels=32)
    assert {cell.position for cell in last.cells} == {"cls", "1", "2", "sep", "mean"}
    best = {(one.stage, one.position): one for one in last.best}
    for (stage, position), one in best.items():
        own = [cell for cell in last.cells if (cell.stage, cell.position) == (stage, position)]
        assert one.accuracy == max(cell.accuracy for cell in own)
    tie = [Cell(stage="before", layer=layer, position="cls", accuracy=0.7, of=9) for layer in (0, 1)]
    assert where_pipeline.best(tie)[0].layer == 0


def _rates(model: str, **more: Any) -> tuple[Any, list[Any]]:
    values = {"model": model, "rates": ["1e-4", "1e-2"], "batches": [4, 16], "labels": 45, "data": _file()}
    request = rates.DEMO.request.model_validate(values | more)
    return request, list(rates_pipeline.run(request))  # type: ignore[arg-type]


def test_all_runs_read_the_same_tokens_once(bert: str) -> None:
    request, (*steps, last) = _rates(bert)
    assert [(run.batch, run.rate) for run in last.runs] == [(4, "1e-4"), (4, "1e-2"), (16, "1e-4"), (16, "1e-2")]
    for run in last.runs:
        assert run.tokens[-1] == last.tokens and run.tokens == sorted(run.tokens)
        assert len(run.losses) == len(run.tokens) == math.ceil(45 / run.batch)
        assert run.accuracy is not None and not run.broke
    first = {run.batch: run.losses[0] for run in last.runs if run.rate == "1e-4"}
    for run in last.runs:
        assert run.losses[0] == pytest.approx(first[run.batch], abs=1e-4)  # before anything was learned
    assert last.guess == pytest.approx(math.log(2), abs=1e-3)
    assert _rates(bert)[1][-1] == last
    done = [step.done for step in steps]
    assert done == sorted(done) and done[-1] == steps[-1].total
    for language in ("en", "ko"):
        for result in (steps[0].result, steps[5].result, last):
            drawn, numbers = rates_tab.draw(_shown("fine_tune_rates", request, result), language)
            drawn.to_json()
        assert len(drawn.data) == 4 and numbers.count("<tr>") == 5
    assert [trace.name for trace in drawn.data if trace.showlegend] == ["1e-4", "1e-2"]


def test_a_run_that_breaks_says_so_and_the_others_go_on(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    learn = rates_pipeline._learn

    def broken(*values: Any) -> Any:
        for step, (loss, tokens) in enumerate(learn(*values)):
            yield (float("nan") if values[3] == 1e-2 and step == 2 else loss), tokens

    monkeypatch.setattr(rates_pipeline, "_learn", broken)
    request, (*_, last) = _rates(bert)
    assert [run.broke for run in last.runs] == [False, True, False, True]
    assert [run.accuracy is None for run in last.runs] == [False, True, False, True]
    assert len(last.runs[1].losses) == 2
    assert rates_tab.draw(_shown("fine_tune_rates", request, last), "en")[1].count("broke") == 2


def test_jumps_are_what_a_steps_loss_spreads_by_whatever_the_trend() -> None:
    draws = torch.Generator().manual_seed(1)
    noise = 0.3 * torch.randn(4000, generator=draws)
    for slope in (0.0, 0.001):
        losses = (noise - slope * torch.arange(4000)).tolist()
        assert rates_pipeline.jump(losses) == pytest.approx(0.3, rel=0.05)
    assert rates_pipeline.jump([1.0, 2.0, 3.0]) is None
    with pytest.raises(ValueError, match="at least one of each"):
        rates.DEMO.request.model_validate({"rates": []})


def test_the_four_forms_feed_their_heads_as_berts_figure_has_it() -> None:
    request = forms.DEMO.request.model_validate(
        {"text": "Kangerlussuaq is cold.", "second": "Bring a coat.", "question": "Where is it cold?"}
    )
    result: Any = forms.DEMO.run(request)
    found = {form.name: form for form in result.forms}
    tokenizer = encoder("bert-mini").tokenizer
    for name, parts in (
        ("sentence", (request.text,)),  # type: ignore[attr-defined]
        ("pair", (request.text, request.second)),  # type: ignore[attr-defined]
        ("span", (request.question, request.text)),  # type: ignore[attr-defined]
        ("tags", (request.text,)),  # type: ignore[attr-defined]
    ):
        packed = tokenizer(*parts)
        assert [slot.text for slot in found[name].slots] == tokenizer.convert_ids_to_tokens(packed["input_ids"])
        assert [slot.segment for slot in found[name].slots] == packed["token_type_ids"]
    for name in ("sentence", "pair"):
        assert [place for place, slot in enumerate(found[name].slots) if slot.feeds] == [0]
    passage = [slot.text for slot in found["span"].slots if slot.feeds]
    assert "[SEP]" not in passage and passage[-3:] == ["is", "cold", "."]
    tagged = [slot.text for slot in found["tags"].slots if slot.feeds]
    assert not any(text.startswith("##") for text in tagged) and tagged[-3:] == ["is", "cold", "."]
    assert any(slot.text.startswith("##") and not slot.feeds for slot in found["tags"].slots)
    assert found["tags"].parameters == 9 * 384 + 9 and found["span"].parameters == 2 * 384 + 2
    sentiment = found["sentence"].answers
    assert sum(one.probability for one in sentiment) == pytest.approx(1, abs=1e-3)
    shown = _shown("fine_tune_forms", request, result)
    for language in ("en", "ko"):
        drawn, said = forms_tab.draw(shown, language)
        assert said.count("pg-aligned") == 4 and said.count("pg-replaced") == sum(
            slot.feeds for form in result.forms for slot in form.slots
        )
        marks = {trace.name: trace for trace in drawn.data if trace.mode == "markers"}
        assert sum(len(trace.x) for trace in marks.values()) == sum(len(form.slots) for form in result.forms)


def test_forms_that_cannot_be_drawn_are_one_sentence() -> None:
    for text, said in (("dog " * 600, "602 tokens"), ("오늘은 비가 많이 왔어요.", "cannot read Korean")):
        with pytest.raises(Complaint, match=said):
            forms.DEMO.run(forms.DEMO.request.model_validate({"text": text}))


def test_a_model_is_trained_judged_kept_and_taken_away(
    bert: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kept, "_ROOT", tmp_path / "kept")
    request = keep.DEMO.request.model_validate(
        {"model": bert, "labels": 100, "text": "the dog was great", "source": "x.csv", "data": _file()}
    )
    *steps, last = keep_pipeline.run(request)  # type: ignore[arg-type]
    assert isinstance(last, keep.Result) and last.train == 45 and len(last.losses) == 2 * 3
    assert [notice.key for notice in last.notices] == ["pg_note_ft_fewer"]
    right = sum(last.confusion[label][label] for label in range(2))
    assert last.accuracy == pytest.approx(right / last.judged, abs=1e-4) and sum(map(sum, last.confusion)) == 15
    assert last.low is not None and last.high is not None and last.low < last.accuracy < last.high
    assert all(not step.result.trained for step in steps)  # type: ignore[union-attr]
    with zipfile.ZipFile(kept.packed(last.trained.removeprefix(TRAINED), "mine")) as packed:
        packed.extractall(tmp_path)
    names = {path.name for path in (tmp_path / "mine").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= names
    assert "45 sentences" in (tmp_path / "mine" / "README.md").read_text()
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "mine", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "mine")
    with torch.no_grad():
        shares = model(**tokenizer("the dog was great", return_tensors="pt")).logits.softmax(1)[0]
    for answer in last.answer:
        assert float(shares[model.config.label2id[answer.label]]) == pytest.approx(answer.probability, abs=0.01)
    shown = _shown("fine_tune_keep", request, last)
    for language in ("en", "ko"):
        losses, said, confusion, download, name = keep_tab.draw(shown, language)
        assert download["interactive"] and Path(download["value"]).suffix == ".zip" and name == last.trained
        losses.to_json(), confusion.to_json()
        assert "good" in said
    monkeypatch.setattr(kept, "KEPT_SECONDS", -1.0)
    *_, download, name = keep_tab.draw(shown, "en")
    assert not download["interactive"] and download["value"] is None and name == ""


def test_a_loss_that_is_no_number_is_one_sentence(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_pipeline, "_learn", lambda *_: iter([0.7, float("nan")]))
    request = keep.DEMO.request.model_validate({"model": bert, "labels": 16, "data": _file()})
    with pytest.raises(Complaint, match="At step 2 the loss is no number"):
        list(keep_pipeline.run(request))  # type: ignore[arg-type]
