import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from transformers import BertForPreTraining

from playground.training import loop
from playground.training.loop import Batch, Settings, parameter_groups, schedule
from tests.unit import tiny

CPU = torch.device("cpu")


class Net(nn.Module):
    """Two layers with dropout between them."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.first, self.drop, self.second = nn.Linear(6, 16), nn.Dropout(dropout), nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.second(self.drop(torch.tanh(self.first(x))))
        return out


def _net(dropout: float = 0.0) -> Net:
    torch.manual_seed(11)
    return Net(dropout)


def _batch(step: int) -> Batch:
    """Sums of six numbers, a function of the step alone."""
    generator = torch.Generator().manual_seed(1000 + step)
    x = torch.randn(8, 6, generator=generator)
    return {"x": x, "y": x.sum(dim=1, keepdim=True), "attention_mask": torch.ones(8, 3 + step % 2)}


def _loss(model: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    loss = mse_loss(model(batch["x"]).float(), batch["y"])
    return loss, {"half": loss / 2}


@pytest.mark.parametrize(
    ("fraction", "factor"),
    [(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.55, 0.5), (0.91, 0.1), (1.0, 0.0), (1.2, 0.0)],
)
def test_the_rate_rises_and_falls_in_straight_lines(fraction: float, factor: float) -> None:
    assert schedule(fraction, warmup=0.1) == pytest.approx(factor)


def test_without_warm_up_the_rate_only_falls() -> None:
    assert [schedule(f, warmup=0.0) for f in (0.0, 0.25, 1.0)] == [1.0, 0.75, 0.0]


def test_groups_hold_every_parameter_once_with_its_rate_and_decay() -> None:
    model = tiny.model(BertForPreTraining)
    new = {name for name, _ in model.named_parameters() if name.startswith("cls.")}
    groups = parameter_groups(model, new, Settings(1e-3, head_factor=3.0, weight_decay=0.01))
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    seen: list[str] = []
    for group in groups:
        for parameter in group["params"]:
            name = names[id(parameter)]
            seen.append(name)
            assert group["factor"] == (3.0 if name in new else 1.0)
            is_plain = name.endswith("bias") or "LayerNorm" in name
            assert group["weight_decay"] == (0.0 if is_plain else 0.01), name
    assert sorted(seen) == sorted(names.values())


def test_a_frozen_parameter_is_in_no_group() -> None:
    model = _net()
    model.first.requires_grad_(False)
    groups = parameter_groups(model, set(), Settings(1e-3))
    assert {id(p) for group in groups for p in group["params"]} == {id(p) for p in model.second.parameters()}


def test_training_learns_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = _net()
    progress = loop.train(model, _batch, _loss, Settings(2e-2, steps=60), tmp_path / "state", CPU)
    losses = [entry["loss"] for entry in progress.history]
    assert sum(losses[-10:]) < 0.2 * sum(losses[:10])
    assert progress.step == len(losses) == 60
    assert [entry["step"] for entry in progress.history] == list(range(1, 61))
    assert all(entry["half"] == pytest.approx(entry["loss"] / 2, rel=1e-5) for entry in progress.history)
    assert progress.tokens == 30 * 8 * 3 + 30 * 8 * 4
    assert progress.seconds > 0
    assert not model.training
    shown = capsys.readouterr().out
    # What was saved is all of it: asked again, a finished run has nothing left to do.
    assert loop.train(_net(), _batch, _loss, Settings(2e-2, steps=60), tmp_path / "state", CPU) == progress
    assert "loss" in shown and "tokens/s" in shown and "min left" in shown


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("stops", [[7], [1, 2, 19], [10, 10]])
def test_an_interrupted_run_has_the_loss_curve_of_an_uninterrupted_one(
    tmp_path: Path, dropout: float, stops: list[int]
) -> None:
    settings = Settings(1e-2, steps=24, head_factor=2.0)
    new = {"second.weight", "second.bias"}
    whole = _net(dropout)
    expected = loop.train(whole, _batch, _loss, settings, tmp_path / "whole", CPU, new)
    for stop in stops:
        torch.manual_seed(stop)  # another process would have another generator
        progress = loop.train(_net(dropout), _batch, _loss, settings, tmp_path / "parts", CPU, new, stop_at=stop)
        assert progress.step == stop
        assert progress.history == expected.history[:stop]
    torch.manual_seed(99)
    resumed = _net(dropout)
    progress = loop.train(resumed, _batch, _loss, settings, tmp_path / "parts", CPU, new)
    assert progress.history == expected.history
    assert progress.tokens == expected.tokens
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name


def test_dropout_differs_from_step_to_step(tmp_path: Path) -> None:
    # With the same batch and no learning, only dropout can change the loss.
    settings = Settings(0.0, steps=6, weight_decay=0.0)
    progress = loop.train(_net(0.5), lambda _: _batch(0), _loss, settings, tmp_path, CPU)
    assert len({entry["loss"] for entry in progress.history}) == 6


def test_a_finished_run_is_not_trained_further(tmp_path: Path) -> None:
    settings = Settings(1e-2, steps=5)
    trained = _net()
    loop.train(trained, _batch, _loss, settings, tmp_path, CPU)
    again = _net()
    progress = loop.train(again, lambda _: pytest.fail("no batch is to be drawn"), _loss, settings, tmp_path, CPU)
    assert progress.step == 5
    assert all(torch.equal(a, b) for a, b in zip(trained.parameters(), again.parameters(), strict=True))


def test_the_rates_of_the_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[dict[float, float]] = []
    real = torch.optim.AdamW.step

    def watched(self: torch.optim.AdamW, *args: object) -> object:
        rates.append({group["factor"]: group["lr"] for group in self.param_groups})
        return real(self, *args)

    monkeypatch.setattr(torch.optim.AdamW, "step", watched)
    settings = Settings(1e-2, head_factor=3.0, warmup=0.2, steps=10)
    loop.train(_net(), _batch, _loss, settings, tmp_path, CPU, {"second.weight"})
    # Warm-up over two steps, then eight down; each step at its own middle.
    factors = [0.25, 0.75, *((8 - n - 0.5) / 8 for n in range(8))]
    assert [rate[1.0] for rate in rates] == pytest.approx([1e-2 * factor for factor in factors])
    assert all(rate[3.0] == pytest.approx(3 * rate[1.0]) for rate in rates)


def test_time_in_which_the_process_slept_is_no_training_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10**9, 5000))  # each look at it is 5,000 seconds after the one before
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(clock)))
    progress = loop.train(_net(), _batch, _loss, Settings(1e-3, steps=3), tmp_path, CPU)
    assert progress.seconds == 3 * loop._ASLEEP


def test_a_time_budget_ends_a_run(tmp_path: Path) -> None:
    progress = loop.train(_net(), _batch, _loss, Settings(1e-3, minutes=0.3 / 60), tmp_path, CPU)
    assert progress.seconds >= 0.3
    assert progress.step > 5
    # It goes on only if there is time left.
    assert loop.train(_net(), _batch, _loss, Settings(1e-3, minutes=0.3 / 60), tmp_path, CPU).step == progress.step


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path, value: float) -> None:
    def broken(model: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        loss, parts = _loss(model, batch)
        return loss * value, parts

    with pytest.raises(RuntimeError, match="at step 0: lower the learning rate"):
        loop.train(_net(), _batch, broken, Settings(1e-3, steps=3), tmp_path, CPU)
    assert not (tmp_path / "state.pt").exists()


def test_gradients_are_clipped(tmp_path: Path) -> None:
    def steep(model: nn.Module, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        loss, _ = _loss(model, batch)
        return loss * 1e6, {}

    norms = []
    model = _net()
    real = torch.optim.AdamW.step

    class Watched(torch.optim.AdamW):
        def step(self, *args: object) -> object:  # type: ignore[override]
            gradients = [p.grad for p in model.parameters() if p.grad is not None]
            norms.append(float(torch.cat([g.flatten() for g in gradients]).norm()))
            return real(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim, "AdamW", Watched)
        loop.train(model, _batch, steep, Settings(1e-3, steps=3, clip=0.5), tmp_path, CPU)
    assert norms == pytest.approx([0.5] * 3, rel=1e-3)
