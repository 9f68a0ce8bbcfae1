"""The stored runs that tabs show before anyone clicks. `python -m playground.examples` makes them anew, or only
those of the demos that are named after it.

assets/examples/requests.toml says what is asked; assets/examples/<demo>/NN.json is what was answered.
"""

import argparse
import tomllib
from collections.abc import Sequence
from typing import Any

from playground.paths import EXAMPLES
from playground.runs import Run, dump

# Fields of a Result that name a model which is kept for an hour: in a stored run they would lead nowhere.
_KEPT = ("student_id", "trained")


def stored(demo: str) -> list[Run]:
    """The runs of a demo, in order. Raises pydantic.ValidationError when one is not a Run."""
    return [Run.model_validate_json(path.read_bytes()) for path in sorted((EXAMPLES / demo).glob("*.json"))]


def requests() -> dict[str, list[dict[str, Any]]]:
    """Demo name -> requests, from requests.toml."""
    loaded: dict[str, list[dict[str, Any]]] = tomllib.loads((EXAMPLES / "requests.toml").read_text("utf-8"))
    return loaded


def regenerate(names: Sequence[str] = ()) -> None:
    """Run every request of these demos, or of all, and store it; files of requests that are gone are deleted."""
    from playground.demos import EVERY
    from playground.ui.lanes import call

    for demo in EVERY:
        if names and demo.name not in names:
            continue
        folder = EXAMPLES / demo.name
        folder.mkdir(parents=True, exist_ok=True)
        wanted = requests()[demo.name]
        for path in folder.glob("*.json"):
            path.unlink()
        for number, values in enumerate(wanted, start=1):
            if demo.lane != "long":
                call(demo, values)  # once to warm up, so that the stored time is an ordinary one
            run = call(demo, values)
            run.result.update({name: "" for name in _KEPT if name in run.result})
            (folder / f"{number:02d}.json").write_text(dump(run) + "\n", encoding="utf-8")
            print(f"{demo.name} {number:02d}: {run.seconds * 1000:.0f} ms on {run.device}")


if __name__ == "__main__":
    from playground.demos import EVERY

    parser = argparse.ArgumentParser(prog="python -m playground.examples", description=__doc__)
    parser.add_argument("demo", nargs="*", choices=[[], *(demo.name for demo in EVERY)], help="all without any")
    regenerate(parser.parse_args().demo)
