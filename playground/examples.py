"""The stored runs that tabs show before anyone clicks. `python -m playground.examples` makes them anew.

assets/examples/requests.toml says what is asked; assets/examples/<demo>/NN.json is what was answered.
"""

import tomllib
from typing import Any

from playground.paths import EXAMPLES
from playground.runs import Run, dump


def stored(demo: str) -> list[Run]:
    """The runs of a demo, in order. Raises pydantic.ValidationError when one is not a Run."""
    return [Run.model_validate_json(path.read_bytes()) for path in sorted((EXAMPLES / demo).glob("*.json"))]


def requests() -> dict[str, list[dict[str, Any]]]:
    """Demo name -> requests, from requests.toml."""
    loaded: dict[str, list[dict[str, Any]]] = tomllib.loads((EXAMPLES / "requests.toml").read_text("utf-8"))
    return loaded


def regenerate() -> None:
    """Run every request and store it; files of requests that are gone are deleted."""
    from playground.demos import EVERY
    from playground.ui.lanes import call

    for demo in EVERY:
        folder = EXAMPLES / demo.name
        folder.mkdir(parents=True, exist_ok=True)
        wanted = requests()[demo.name]
        for path in folder.glob("*.json"):
            path.unlink()
        for number, values in enumerate(wanted, start=1):
            call(demo, values)  # once to warm up, so that the stored time is an ordinary one
            run = call(demo, values)
            (folder / f"{number:02d}.json").write_text(dump(run) + "\n", encoding="utf-8")
            print(f"{demo.name} {number:02d}: {run.seconds * 1000:.0f} ms on {run.device}")


if __name__ == "__main__":
    regenerate()
