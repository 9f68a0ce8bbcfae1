"""Where the knowledge is, rates and batches, the four forms, and the model that is taken away."""

import math
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from playground.core import tuning
from playground.core.labelled import parse
from playground.demos import distillation, fine_tune
from playground.demos.fine_tune import forms, keep, rates, where
from playground.demos.fine_tune.data import labelled
from playground.demos.fine_tune.forms import tab as forms_tab
from playground.demos.fine_tune.keep import figures as keep_figures
from playground.demos.fine_tune.keep import pipeline as keep_pipeline
from playground.demos.fine_tune.keep import tab as keep_tab
from playground.demos.fine_tune.rates import pipeline as rates_pipeline
from playground.demos.fine_tune.rates import tab as rates_tab
from playground.demos.fine_tune.thinned import thinned
from playground.demos.fine_tune.where import pipeline as where_pipeline
from playground.demos.fine_tune.where import tab as where_tab
from playground.demos.fine_tune.where.schema import POSITIONS, Cell
from playground.messages import Complaint
from playground.models import kept
from playground.models.catalogue import TRAINED
from playground.models.tunable import encoder
from playground.runs import Run, dump
from playground.ui.page import Page, Status
from playground.ui.shell import Shell
from tests.unit import tiny
from tests.unit.test_fine_tune import BAD, GOOD, THINGS, _file


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
    data = labelled("x.csv", _file(200))
    halves = [data.drawn(1, 48), data.judged(1, 400)]
    words = {row: len(encoder(bert).tokenizer.tokenize(data.sentences[row])) for half in halves for row in half}
    # As far as twenty sentences of both reach.
    furthest = min(sorted((words[row] for row in half), reverse=True)[19] for half in halves)
    assert 7 <= furthest < max(words.values()) <= POSITIONS
    columns = ["cls", *map(str, range(1, furthest + 1)), "sep", "mean"]
    assert last.positions == columns and last.layers == 2 and last.judged == 50
    found = {(cell.stage, cell.layer, cell.position): cell for cell in last.cells}
    assert set(found) == {(s, layer, p) for s in ("before", "after") for layer in range(3) for p in columns}
    for cell in last.cells:
        wanted = binomtest(round(cell.accuracy * cell.of), cell.of).proportion_ci(method="wilson")
        assert (cell.low, cell.high) == pytest.approx(wanted, abs=2e-3)
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
        assert "[CLS]" in said
        assert [len(trace.z) for trace in maps.data] == [3, 3] and len(best.data) == 2
        none, nor_best, said = where_tab.draw(_shown("fine_tune_where", request, steps[0].result), language)
        axes = [none.layout.xaxis, none.layout.yaxis, none.layout.yaxis2, nor_best.layout.xaxis, nor_best.layout.yaxis]
        assert not any(axis.visible for axis in axes) and said == ""
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
    short = "\n".join(
        f"{('bad', 'good')[n % 2]},{(BAD, GOOD)[n % 2][n // 2 % 4]} {THINGS[n // 8]}{' was here' * (n < 10)}"
        for n in range(80)
    )
    _, (*_, last) = _where(bert, data=short, labels=32)
    assert {cell.position for cell in last.cells} == {"cls", "1", "2", "sep", "mean"}
    best = {(one.stage, one.position): one for one in last.best}
    for (stage, position), one in best.items():
        own = [cell for cell in last.cells if (cell.stage, cell.position) == (stage, position)]
        assert one.accuracy == max(cell.accuracy for cell in own)
    tie = [Cell(stage="before", layer=layer, position="cls", accuracy=0.7, of=9, low=0.4, high=0.9) for layer in (0, 1)]
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
    learn = rates_pipeline.learn

    def broken(*values: Any) -> Any:
        for step, found in enumerate(learn(*values)):
            if values[3].learning_rate == 1e-2 and step == 2:
                raise tuning.Diverged(step + 1)
            yield found

    monkeypatch.setattr(rates_pipeline, "learn", broken)
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


def test_a_form_whose_other_text_is_empty_is_left_out() -> None:
    asked = {"text": "My cat is cold.", "second": " ", "question": ""}
    request = forms.DEMO.request.model_validate(asked)
    result = forms.DEMO.run(request)
    assert [form.name for form in result.forms] == ["sentence", "tags"]  # type: ignore[union-attr]
    _, said = forms_tab.draw(_shown("fine_tune_forms", request, result), "en")
    assert said.count("pg-aligned") == 2
    with pytest.raises(ValueError, match="type a sentence"):
        forms.DEMO.request.model_validate(asked | {"text": ""})


def test_a_model_is_trained_judged_kept_and_taken_away(
    bert: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kept, "_ROOT", tmp_path / "kept")
    request = keep.DEMO.request.model_validate(
        {"model": bert, "labels": 100, "text": "the dog was great", "source": "x.csv", "data": _file()}
    )
    *steps, last = keep_pipeline.run(request)  # type: ignore[arg-type]
    assert isinstance(last, keep.Result) and last.train == 46 and len(last.losses) == 2 * 3
    assert [notice.key for notice in last.notices] == ["pg_note_ft_fewer"]
    right = sum(last.confusion[label][label] for label in range(2))
    assert last.accuracy == pytest.approx(right / last.judged, abs=1e-4) and sum(map(sum, last.confusion)) == 14
    assert last.low is not None and last.high is not None and last.low < last.accuracy < last.high
    assert all(not step.result.trained for step in steps)  # type: ignore[union-attr]
    with zipfile.ZipFile(kept.packed(last.trained.removeprefix(TRAINED), "mine")) as packed:
        packed.extractall(tmp_path)
    names = {path.name for path in (tmp_path / "mine").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= names
    assert "46 sentences" in (tmp_path / "mine" / "README.md").read_text()
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


def test_a_model_that_was_trained_here_teaches(bert: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept, "_ROOT", tmp_path / "kept")
    text = "the dog was great for the man"
    asked = {"model": bert, "labels": 46, "source": "x.csv", "data": _file(), "text": text}
    *_, last = keep_pipeline.run(keep.DEMO.request.model_validate(asked))  # type: ignore[arg-type]
    assert isinstance(last, keep.Result)
    seen = distillation.compare.DEMO.run(
        distillation.compare.DEMO.request.model_validate({"model": last.trained, "text": text})
    )
    said = dict(zip(seen.names, seen.teacher, strict=True))  # type: ignore[union-attr]
    assert said == pytest.approx({answer.label: answer.probability for answer in last.answer}, abs=0.01)
    layers = {"layers": 1, "width": 16, "heads": 2, "ffn": 32, "start": [1], "layer_map": [2]}
    files = {"source": "x.csv", "labelled": _file(), "unlabelled_source": "y.txt", "unlabelled": "the dog ran\n" * 20}
    asked = {"model": last.trained, "steps": 5, "batch": 4, "controls": False} | layers | files
    *_, end = distillation.DEMO.run(distillation.DEMO.request.model_validate(asked))  # type: ignore[misc]
    assert end.material.names == last.classes and end.copied
    assert end.teacher.parameters == sum(
        weight.numel() for weight in kept.opened(last.trained.removeprefix(TRAINED)).parameters()
    )


def test_a_loss_that_is_no_number_is_one_sentence(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        yield 0.7, 40
        raise tuning.Diverged(2)

    for demo, pipeline in ((keep.DEMO, keep_pipeline), (where.DEMO, where_pipeline)):
        monkeypatch.setattr(pipeline, "learn", broken)
        request = demo.request.model_validate({"model": bert, "labels": 16, "data": _file()})
        with pytest.raises(Complaint, match="At step 2 the loss is no number"):
            list(pipeline.run(request))  # type: ignore[arg-type]


def test_a_sentence_of_ones_own_is_looked_at_beside_hundreds_of_others() -> None:
    """It is the last of them, and a few words in another language would not show."""
    request = keep.DEMO.request.model_validate({"text": "이 영화는 정말 재미있어요", "labels": 16})
    with pytest.raises(Complaint, match="cannot read Korean"):
        list(keep_pipeline.run(request))  # type: ignore[arg-type]


def test_a_long_run_fits_into_a_saved_one(bert: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "keep", lambda *_: None)
    monkeypatch.setattr(kept, "folder", lambda _: Path(__file__).parent / "masked_lm")
    values = {"model": bert, "labels": 46, "batch": 1, "epochs": 20, "data": _file(), "text": "the dog"}
    *_, last = keep_pipeline.run(keep.DEMO.request.model_validate(values | {"epochs": 1}))  # type: ignore[arg-type]
    assert len(last.losses) == 46 and last.every == 1  # type: ignore[union-attr]
    monkeypatch.setattr(keep_pipeline, "_POINTS", 20)
    *_, short = keep_pipeline.run(keep.DEMO.request.model_validate(values | {"epochs": 1}))  # type: ignore[arg-type]
    assert isinstance(short, keep.Result) and isinstance(last, keep.Result)
    assert short.every == 3 and len(short.losses) == 16
    assert short.losses[4] == pytest.approx(sum(last.losses[12:15]) / 3, abs=1e-3)
    drawn = keep_figures.losses(short, "en")
    assert list(drawn.data[0].x)[:3] == [3, 6, 9]
    longest = [0.1234] * 200_000
    means, every = thinned(longest, 1000)
    assert len(means) == 1000 and every == 200 and set(means) == {0.1234}
    assert thinned([], 10) == ([], 1) and thinned([1.0, 2.0, 6.0], 2) == ([1.5, 6.0], 2)


def test_the_most_that_rates_can_be_asked_for_fits_into_a_saved_run(bert: str) -> None:
    tokens = list(range(50_000, 50_000 + 2000 * 25, 25))
    run = rates_pipeline._so_far("6.25e-5", 64, [12.3456789] * 2000, tokens)
    assert run.tokens[-1] == tokens[-1] and len(run.losses) == len(run.tokens) == 286 and run.steps == 2000
    most = rates.Result(runs=[run] * 20)
    dump(Run(demo="x", request={}, result=most.model_dump(), model="", device="", seconds=0))


def test_labels_that_begin_alike_have_rows_of_their_own() -> None:
    names = ["a label that is long: one", "a label that is long: two", "<b>"]
    result = keep.Result(classes=names, confusion=[[3, 1, 0], [0, 5, 2], [1, 0, 4]])
    drawn = keep_figures.confusion(result, "en")
    [heat] = drawn.data
    assert list(heat.x) == list(heat.y) == [0, 1, 2] == list(drawn.layout.xaxis.tickvals)
    assert len(set(drawn.layout.xaxis.ticktext[:2])) == 1 and list(heat.customdata[0][1]) == names[:2]
    assert [list(row) for row in heat.z] == result.confusion and "&lt;b&gt;" in drawn.layout.yaxis.ticktext


def test_every_field_of_a_request_has_its_place_on_the_screen() -> None:
    for demo in fine_tune.DEMO.all:
        asked = {"text": "a dog"} if demo.name == "fine_tune_forms" else {}
        request = demo.request.model_validate(asked)
        stored = Run(demo=demo.name, request=request.model_dump(), result={}, model="", device="", seconds=0)
        with gr.Blocks():
            parts = import_module(f"{demo.package}.tab").create(Shell(gr.Textbox(), Status(), Page()), [stored])
        assert set(parts.fields) == set(demo.request.model_fields), demo.name
