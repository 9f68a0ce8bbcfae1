"""A distillation run from a file, on as many processes or GPUs as Accelerate is told of:

    accelerate launch -m playground.demos.distillation run.json
    accelerate launch --cpu --num_processes 2 -m playground.demos.distillation run.json --folder out

run.json holds the settings as the API takes them, or a run that was saved in the tab; a file of one's own is named by
--labelled and --unlabelled. Killed, the same command goes on from the last checkpoint.
"""

import argparse
import json
import sys
from pathlib import Path

from pydantic import ValidationError

from playground.core.labelled import read
from playground.demos.distillation.schema import Request
from playground.messages import Complaint
from playground.runs import complaint_of


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{value} is less than 1")
    return value


def main() -> int:
    """Returns 2, with one sentence, for what cannot be run."""
    parser = argparse.ArgumentParser(
        prog="accelerate launch -m playground.demos.distillation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, help="settings as JSON")
    parser.add_argument("--folder", type=Path, default=Path("distilled"), help="for checkpoints and the student")
    parser.add_argument("--labelled", type=Path, help="CSV of labels and sentences")
    parser.add_argument("--unlabelled", type=Path, help="TXT, one sentence a line")
    parser.add_argument("--accumulate", type=_positive, default=1, help="parts that a step is read in")
    parser.add_argument("--save-every", type=_positive, default=50, help="steps between checkpoints")
    parser.add_argument("--precision", choices=["no", "bf16"], help="else as accelerate is told")
    parser.add_argument("--stop-at", type=int, help="leave after this step")
    given = parser.parse_args()
    try:
        values = json.loads(given.run.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            parser.error(f"{given.run} holds no settings: a JSON object is needed.")
        if "request" in values:
            values = values["request"]
        for name, source in (("labelled", "source"), ("unlabelled", "unlabelled_source")):
            if (path := getattr(given, name)) is not None:
                values |= {name: read(path), source: path.name}
        request = Request.model_validate(values)
        from playground.demos.distillation.launched import Launch, launch

        launch(request, Launch(given.folder, given.accumulate, given.save_every, given.precision, given.stop_at))
    except ValidationError as error:
        print(complaint_of(error), file=sys.stderr)
        return 2
    except (Complaint, OSError, json.JSONDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
