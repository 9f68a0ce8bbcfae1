"""`python -m playground.training NAME` trains, `python -m playground.training evaluate NAME` measures."""

import argparse
import os
import sys
from pathlib import Path

import torch
from transformers.utils import logging as transformers_logging

from playground.paths import MODELS, ROOT
from playground.training import (
    albert_mini,
    bert_mini,
    bert_mini_sentiment,
    bert_mini_squad2,
    corpora,
    electra_mini,
    export,
    gpt_mini,
    loop,
)
from playground.training.recipe import Places

_ALL = (bert_mini, bert_mini_squad2, electra_mini, bert_mini_sentiment, albert_mini, gpt_mini)
RECIPES = {name: module.RECIPE for module in _ALL for name in module.RECIPE.names}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m playground.training", description=__doc__)
    parser.add_argument("name", nargs="+", help=f"[evaluate] NAME, one of: {', '.join(RECIPES)}")
    default = os.environ.get("PLAYGROUND_CORPORA", str(ROOT.parent / "shared" / "corpora"))
    parser.add_argument("--corpora", type=Path, default=Path(default))
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--further", action="store_true", help="go on from the checkpoint that there is")
    options = parser.parse_args(arguments)
    *verb, name = options.name
    if name not in RECIPES or verb not in ([], ["evaluate"]):
        parser.error(f"{' '.join(options.name)} is not known: give one of {', '.join(RECIPES)}.")
    recipe = RECIPES[name]
    before = loop.Progress()
    if options.further:
        if verb or not recipe.goes_further:
            able = ", ".join(name for name, recipe in RECIPES.items() if recipe.goes_further)
            parser.error(f"--further is for the training of {able}, not for {' '.join(options.name)}.")
        try:
            before, seed = export.trained_before(MODELS / name)
        except FileNotFoundError:
            parser.error(f"{MODELS / name} holds no model yet: train it without --further first.")
        if seed == options.seed:
            parser.error(
                f"{name} was trained with seed {seed}, which gives the same texts again: choose another --seed."
            )
    chosen = options.device
    if chosen == "auto":
        chosen = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(chosen)
    # What Transformers would warn about (new heads, dropped ones) is what a recipe is for.
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    places = Places(options.corpora, MODELS, ROOT / ".training", options.further)
    try:
        if not verb:
            rate = recipe.learning_rate.get(device.type, recipe.learning_rate["cpu"])
            settings = loop.Settings(rate, head_factor=recipe.head_factor, minutes=options.minutes, seed=options.seed)
            trained = recipe.train(places, settings, device)
            for made, model in trained.models.items():
                export.save(MODELS / made, model, trained.tokenizer, trained.max_length)
                export.record_training(MODELS / made, before.then(trained.progress), device, options.seed)
        elif not (MODELS / name / "model.safetensors").is_file():
            parser.error(f"{MODELS / name} holds no model yet: train it first.")
        # What is measured is what was written: the fp16 weights, loaded again. Two that were made together both are.
        for about in recipe.abouts:
            if not verb or about.name == name:
                metrics = recipe.evaluate(about.name, places, device)
                export.print_metrics(metrics)
                export.record_metrics(MODELS / about.name, about, metrics)
    except corpora.CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
