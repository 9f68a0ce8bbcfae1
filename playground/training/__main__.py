"""`python -m playground.training NAME` trains, `python -m playground.training evaluate NAME` measures."""

import argparse
import os
import sys
from pathlib import Path

import torch

from playground.paths import MODELS, ROOT
from playground.training import bert_mini, corpora, export, loop

RECIPES = {"bert-mini": bert_mini}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m playground.training", description=__doc__)
    parser.add_argument("name", nargs="+", help=f"[evaluate] NAME, one of: {', '.join(RECIPES)}")
    default = os.environ.get("PLAYGROUND_CORPORA", str(ROOT.parent / "shared" / "corpora"))
    parser.add_argument("--corpora", type=Path, default=Path(default))
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    *verb, name = options.name
    if name not in RECIPES or verb not in ([], ["evaluate"]):
        parser.error(f"{' '.join(options.name)} is not known: give one of {', '.join(RECIPES)}.")
    chosen = options.device
    if chosen == "auto":
        chosen = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(chosen)
    state = ROOT / ".training" / name
    output = MODELS / name
    recipe = RECIPES[name]
    try:
        if not verb:
            rate = recipe.LEARNING_RATE.get(device.type, recipe.LEARNING_RATE["cpu"])
            settings = loop.Settings(rate, head_factor=recipe.HEAD_FACTOR, minutes=options.minutes, seed=options.seed)
            model, tokenizer, progress = recipe.train(options.corpora, state, settings, device)
            export.save(output, model, tokenizer, max_length=512)
            export.record_training(output, progress, device, options.seed)
        elif not (output / "model.safetensors").is_file():
            parser.error(f"{output} holds no model yet: train it first.")
        # What is measured is what was written: the fp16 weights, loaded again.
        model, tokenizer = recipe.load(output)
        metrics = recipe.evaluate(model.to(device), tokenizer, options.corpora)
    except corpora.CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    export.print_metrics(metrics)
    export.record_metrics(output, recipe.ABOUT, metrics)
    return 0


if __name__ == "__main__":
    sys.exit(main())
