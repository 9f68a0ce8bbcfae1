"""Train a student with each set of terms and each seed, and rank the sets."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from playground.core.distil import Recipe
from playground.core.layer_maps import every_other, uniform_map
from playground.demos.distillation.ablation.schema import SETS, Outcome, Progress, Rank, Request, Result, Terms
from playground.demos.distillation.race import Race, Runner
from playground.demos.distillation.schema import Setting
from playground.demos.distillation.task import task_of
from playground.models.device import TURNS
from playground.models.loading import load

_OFTEN = 0.3  # seconds from one Progress to the next


def run(request: Request) -> Iterator[Progress | Result]:
    """A Progress a few times a second, then the Result. Raises Complaint for a model that is not there."""
    race, recipes = _race(request)
    result = Result(test=len(race.lessons.test))
    total, done = request.steps * request.seeds * len(recipes), 0
    yield Progress(done=done, total=total, result=result)
    for _ in race.judge_teacher():
        yield Progress(done=done, total=total, result=result)
    result = result.model_copy(update={"teacher": round(float(race.right.float().mean()), 4)})
    outcomes: list[Outcome] = []
    for seed in range(request.seed, request.seed + request.seeds):
        for terms, recipe in recipes.items():
            taught = recipe.teaches
            arm = race.distilled(recipe, seed=seed) if taught else race.control(random=False, seed=seed)
            runner, last = Runner(terms, arm), 0.0
            while arm.steps < arm.total:
                with TURNS.step():
                    arm.step()
                done += 1
                if time.monotonic() - last > _OFTEN:
                    last = time.monotonic()
                    yield Progress(done=done, total=total, result=result)
            for _ in race.judge(runner):
                yield Progress(done=done, total=total, result=result)
            outcomes.append(Outcome(terms=terms, seed=seed, accuracy=runner.accuracy, agreement=runner.agreement))
            result = result.model_copy(update={"outcomes": list(outcomes), "ranks": ranked(outcomes)})
            yield Progress(done=done, total=total, result=result)
    yield result


def prepare(request: Request) -> None:
    load(request.model, task_of(request.model))


def _race(request: Request) -> tuple[Race, dict[Terms, Recipe]]:
    """What all runs share, and the recipe of each set."""
    of = load(request.model, task_of(request.model)).model.config
    layers = uniform_map(request.layers, of.num_hidden_layers)
    setting = Setting(
        model=request.model,
        layers=request.layers,
        width=of.hidden_size,
        heads=of.num_attention_heads,
        ffn=min(3072, getattr(of, "intermediate_size", 4 * of.hidden_size)),
        start=list(every_other(request.layers, of.num_hidden_layers)),
        layer_map=list(layers),
        temperature=request.temperature,
        steps=request.steps,
        batch=request.batch,
        seed=request.seed,
    )
    recipes = {name: Recipe(SETS[name], request.temperature, layers) for name in dict.fromkeys(request.sets)}
    return Race(setting, list(recipes.values())), recipes


def ranked(outcomes: Sequence[Outcome]) -> list[Rank]:
    """Sets by their mean accuracy. Only seeds that both have are compared with labels alone."""
    alone = {one.seed: one.accuracy for one in outcomes if one.terms == "labels"}
    ranks = []
    for terms in dict.fromkeys(one.terms for one in outcomes):
        own = [one for one in outcomes if one.terms == terms]
        gains = [one.accuracy - alone[one.seed] for one in own if one.seed in alone]
        compared = bool(gains) and terms != "labels"
        ranks.append(
            Rank(
                terms=terms,
                accuracy=_mean([one.accuracy for one in own]),
                accuracy_spread=_spread([one.accuracy for one in own]),
                agreement=_mean([one.agreement for one in own]),
                agreement_spread=_spread([one.agreement for one in own]),
                gain=_mean(gains) if compared else None,
                gain_spread=_spread(gains) if compared else None,
            )
        )
    return sorted(ranks, key=lambda rank: -rank.accuracy)


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)


def _spread(values: Sequence[float]) -> float:
    return round(float(np.std(values, ddof=1)), 4) if len(values) > 1 else 0.0
