"""The download path, against a Hub on this machine.

The Hub's library reads its environment once, on import. So each test loads in a process of its own that was born with
HF_ENDPOINT and an empty HF_HOME; such a process is forked from one that has imported everything and done nothing.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from huggingface_hub import constants, file_download
from transformers import BertModel

from playground.messages import LANGUAGES, Complaint
from playground.models import download, loading
from playground.models.catalogue import Entry
from playground.models.download import Progress, progress_of
from playground.paths import ROOT
from tests.hub_server import Hub
from tests.unit import tiny

PATIENCE = 60.0  # seconds; far more than any of these takes
LISTED = "google-bert/bert-base-uncased"  # in the catalogue
CHUNK = constants.DOWNLOAD_CHUNK_SIZE  # progress is reported once for so many bytes
OUTSIDE = ("HF_", "HUGGING", "TRANSFORMERS_", "PLAYGROUND_")

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork a process"
)

# What runs in the other process.


def _settings() -> tuple[str, str, bool]:
    return constants.ENDPOINT, constants.HF_HUB_CACHE, constants.HF_HUB_OFFLINE


def _loaded(model: str, head: str = "masked_lm") -> str:
    return type(loading.load(model, head).model).__name__


def _loaded_at_once(model: str, *heads: str) -> list[str]:
    together = threading.Barrier(len(heads))

    def click(head: str) -> str:
        together.wait(PATIENCE)
        return _loaded(model, head)

    with ThreadPoolExecutor(len(heads)) as pool:
        return list(pool.map(click, heads))


def _hurry() -> None:
    """Leave out the second that the library waits before it takes up a broken connection again."""
    vars(file_download)["time"] = SimpleNamespace(sleep=lambda _: None)


_watched: dict[str, Any] = {}


def _begin(model: str) -> None:
    """Load in a thread, so that this process can be asked how far it is."""
    real = download.snapshot_download

    def observed(*args: Any, **kwargs: Any) -> str:
        folder = real(*args, **kwargs)
        _watched["last"] = progress_of(model)  # all is there, and nothing tidied up yet
        return folder

    vars(download)["snapshot_download"] = observed
    _watched["result"] = ThreadPoolExecutor(1).submit(_loaded, model)


def _end() -> tuple[str, Progress | None]:
    result: Future[str] = _watched["result"]
    return result.result(PATIENCE), _watched["last"]


def _go_offline() -> None:
    vars(constants)["HF_HUB_OFFLINE"] = True


def _under_way() -> list[str]:
    return list(download._FLIGHTS)


# What runs here.


class Process:
    """A fresh process: nothing is loaded in it."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("forkserver"))

    def run(self, function: Callable[..., Any], *args: object) -> Any:
        return self._pool.submit(function, *args).result(PATIENCE)

    def refused(self, model: str, head: str = "masked_lm") -> str:
        """The key of the complaint, which names the model in both languages."""
        with pytest.raises(Complaint) as caught:
            self.run(_loaded, model, head)
        assert all(model in caught.value.sentence(language) for language in LANGUAGES)
        return caught.value.key

    def stop(self) -> None:
        self._pool.shutdown()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hf_home")


@pytest.fixture(scope="module")
def shared_hub(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The Hub, and the process with the right environment that all others are forked from."""
    with Hub(tmp_path_factory.mktemp("hub")) as hub, pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.upper().startswith(OUTSIDE) or name.upper().endswith("_PROXY"):
                environment.delenv(name)
        environment.setenv("HF_ENDPOINT", hub.address)
        environment.setenv("HF_HOME", str(home))
        environment.setenv("PLAYGROUND_ALLOW_ANY_MODEL", "1")
        environment.setenv("PLAYGROUND_DEVICE", "cpu")
        environment.setenv("OMP_NUM_THREADS", "1")
        environment.setenv("PYTHONPATH", str(ROOT))
        multiprocessing.get_context("forkserver").set_forkserver_preload([__name__])
        first = Process()
        assert first.run(os.getenv, "HF_ENDPOINT") == hub.address, "the forking process was started by someone else"
        first.stop()
        yield hub


@pytest.fixture
def hub(shared_hub: Hub) -> Iterator[Hub]:
    yield shared_hub
    shared_hub.mend()
    shared_hub.forget()
    shared_hub.gated.clear()
    shared_hub.pause = 0.0


@pytest.fixture
def fresh(shared_hub: Hub) -> Iterator[Callable[[], Process]]:
    """Starts a fresh process whenever it is called."""
    started: list[Process] = []

    def start() -> Process:
        started.append(Process())
        return started[-1]

    yield start
    shared_hub.mend()  # a process that waits for a file which is held would never end
    for process in started:
        process.stop()


def _wanted(hub: Hub, model: str) -> set[str]:
    """The files of a repository that a load needs: those in its root that are of a kind that is read."""
    names = [name for name in hub.files(model) if "/" not in name]
    return {f"{model}/{name}" for name in names if name.endswith((".json", ".safetensors", ".txt"))}


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.005)


def _large(hub: Hub, model: str) -> tuple[str, int]:
    """A model of several chunks: the name of its weights, and the bytes of all files that a load needs."""
    tiny.save(hub.root / model, tiny.model(hidden_size=512, intermediate_size=3000))
    weights = f"{model}/model.safetensors"
    assert (hub.root / weights).stat().st_size > 2.5 * CHUNK
    return weights, sum((hub.root / name).stat().st_size for name in _wanted(hub, model))


def test_the_process_took_its_settings_from_the_environment(fresh: Callable[[], Process], hub: Hub, home: Path) -> None:
    assert fresh().run(_settings) == (hub.address, str(home / "hub"), False)


def test_the_first_load_downloads_and_the_next_need_only_the_disk(
    fresh: Callable[[], Process], hub: Hub, home: Path
) -> None:
    folder = tiny.save(hub.root / LISTED)
    for other in ("README.md", "pytorch_model.bin", "onnx/config.json", "fp16/model.safetensors"):
        (folder / other).parent.mkdir(exist_ok=True)
        (folder / other).write_bytes(b"not asked for")
    first = fresh()
    assert first.run(_loaded, LISTED) == "BertForMaskedLM"
    assert hub.got() == dict.fromkeys(_wanted(hub, LISTED), 1)
    assert (home / "hub" / "models--google-bert--bert-base-uncased").is_dir()
    hub.forget()
    assert first.run(_loaded, LISTED) == "BertForMaskedLM"
    assert hub.requests == []  # held in memory
    assert first.run(_loaded, LISTED, "next_sentence") == "BertForNextSentencePrediction"
    assert fresh().run(_loaded, LISTED) == "BertForMaskedLM"
    assert hub.requests and not hub.got() and not hub.got(method="HEAD")  # asked for news, not for files


def test_a_new_commit_is_fetched_but_not_the_files_that_stayed(fresh: Callable[[], Process], hub: Hub) -> None:
    folder = tiny.save(hub.root / "someone/renewed")
    fresh().run(_loaded, "someone/renewed")
    hub.forget()
    (folder / "model.safetensors").touch()
    fresh().run(_loaded, "someone/renewed")
    assert hub.got() == {"someone/renewed/model.safetensors": 1}


def test_without_the_hub_the_disk_is_enough_and_the_rest_is_one_sentence(
    fresh: Callable[[], Process], hub: Hub
) -> None:
    tiny.save(hub.root / "someone/kept")
    tiny.save(hub.root / "someone/absent")
    fresh().run(_loaded, "someone/kept")
    hub.forget()
    offline = fresh()
    offline.run(_go_offline)
    assert offline.run(_loaded, "someone/kept") == "BertForMaskedLM"
    assert offline.refused("someone/absent") == "pg_err_hub_offline"
    assert hub.requests == []
    hub.stop()
    try:
        assert fresh().run(_loaded, "someone/kept") == "BertForMaskedLM"
        assert fresh().refused("someone/absent") == "pg_err_hub_offline"
    finally:
        hub.start()
    assert fresh().run(_loaded, "someone/absent") == "BertForMaskedLM"


def test_what_the_hub_does_not_have_or_does_not_give_is_one_sentence(fresh: Callable[[], Process], hub: Hub) -> None:
    tiny.save(hub.root / "someone/gated")
    hub.gated.add("someone/gated")
    process = fresh()
    assert process.refused("someone/gated") == "pg_err_hub_gated"
    assert process.refused("someone/nothing") == "pg_err_hub_unknown"
    hub.gated.clear()
    assert process.run(_loaded, "someone/gated") == "BertForMaskedLM"


def test_a_connection_that_breaks_is_taken_up_where_it_broke(fresh: Callable[[], Process], hub: Hub) -> None:
    model = "someone/broken"
    weights, whole = _large(hub, model)
    hub.cut(weights, keep=CHUNK + 1000)
    process = fresh()
    process.run(_hurry)
    process.run(_begin, model)
    assert process.run(_end) == ("BertForMaskedLM", Progress(whole, whole))  # nothing counted twice
    ranges = [request.range for request in hub.requests if request.method == "GET" and request.file == weights]
    assert ranges == [None, f"bytes={CHUNK}-"]


@pytest.mark.parametrize("keep", [0, 1000])
def test_a_file_that_never_comes_whole_is_refused_and_tried_anew(
    fresh: Callable[[], Process], hub: Hub, keep: int
) -> None:
    model = f"someone/cut-{keep}"
    weights = f"{model}/model.safetensors"
    tiny.save(hub.root / model)
    process = fresh()
    process.run(_hurry)
    hub.cut(weights, keep, times=100)
    assert process.refused(model) == "pg_err_hub_failed"
    assert 1 < hub.got()[weights] < 20
    hub.mend()
    hub.shorten(weights, keep)
    assert process.refused(model) == "pg_err_hub_failed"
    assert process.run(_under_way) == [] and process.run(progress_of, model) is None
    hub.mend()
    assert process.run(_loaded, model) == "BertForMaskedLM"  # nothing of the pieces was kept as the whole


def test_the_hub_going_away_in_the_middle_is_one_sentence(fresh: Callable[[], Process], hub: Hub) -> None:
    tiny.save(hub.root / "someone/halfway")
    hold = hub.hold("someone/halfway/model.safetensors", 1000)
    process = fresh()
    process.run(_hurry)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(process.refused, "someone/halfway")
        try:
            assert hold.reached.wait(PATIENCE)
            hub.stop()
            assert waiting.result(PATIENCE) == "pg_err_hub_failed"
            assert fresh().refused("someone/halfway") == "pg_err_hub_offline"  # what came is not taken for a model
        finally:
            hub.stop()
            hub.start()


def test_weights_that_were_put_on_the_hub_cut_short_are_refused(fresh: Callable[[], Process], hub: Hub) -> None:
    weights = tiny.save(hub.root / "someone/damaged") / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:5000])
    process = fresh()
    assert process.refused("someone/damaged") == "pg_err_hub_damaged"
    weights.write_bytes(whole)
    assert process.run(_loaded, "someone/damaged") == "BertForMaskedLM"


def test_pickled_weights_are_refused_and_never_downloaded(fresh: Callable[[], Process], hub: Hub) -> None:
    folder = tiny.save(hub.root / "someone/pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert fresh().refused("someone/pickled") == "pg_err_no_safetensors"
    assert hub.got("someone/pickled/config.json")
    assert not hub.got("someone/pickled/pytorch_model.bin")
    assert not hub.got("someone/pickled/pytorch_model.bin", "HEAD")


def test_a_downloaded_checkpoint_without_the_head_is_refused(fresh: Callable[[], Process], hub: Hub) -> None:
    tiny.save(hub.root / "someone/headless", tiny.model(BertModel))
    process = fresh()
    for head in ("masked_lm", "next_sentence", "causal_lm"):
        assert process.refused("someone/headless", head) == "pg_err_head_missing"


@pytest.mark.parametrize("heads", [["masked_lm"] * 4, ["masked_lm", "next_sentence"]])
def test_those_who_ask_at_once_share_one_download(fresh: Callable[[], Process], hub: Hub, heads: list[str]) -> None:
    model = f"someone/shared-{len(heads)}"
    tiny.save(hub.root / model)
    hub.pause = 0.02
    assert len(fresh().run(_loaded_at_once, model, *heads)) == len(heads)
    assert hub.got() == hub.got(method="HEAD") == dict.fromkeys(_wanted(hub, model), 1)


def test_whoever_asks_during_a_download_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, waits, ends = threading.Event(), threading.Event(), threading.Event()
    calls: list[str] = []

    def slow(model: str, **_: object) -> str:
        calls.append(model)
        begun.set()
        assert ends.wait(PATIENCE)
        return str(tmp_path)

    monkeypatch.setattr(download, "snapshot_download", slow)
    entry = Entry(id="someone/slow", heads=(), hub_id="someone/slow")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(download.fetch, entry)
        assert begun.wait(PATIENCE)
        folder = download._FLIGHTS[entry.id].folder
        result = folder.result

        def watched() -> Path:
            waits.set()
            return result()

        monkeypatch.setattr(folder, "result", watched)
        second = pool.submit(download.fetch, entry)
        assert waits.wait(PATIENCE)
        ends.set()
        assert first.result(PATIENCE) == second.result(PATIENCE) == tmp_path
    assert calls == ["someone/slow"] and not download._FLIGHTS


def test_those_who_wait_for_a_download_that_fails_hear_why(fresh: Callable[[], Process], hub: Hub) -> None:
    tiny.save(hub.root / "someone/refused-together")
    hub.gated.add("someone/refused-together")
    with pytest.raises(Complaint) as caught:
        fresh().run(_loaded_at_once, "someone/refused-together", "masked_lm", "next_sentence")
    assert caught.value.key == "pg_err_hub_gated"


def test_a_download_tells_how_far_it_is(fresh: Callable[[], Process], hub: Hub) -> None:
    model = "someone/large"
    weights, whole = _large(hub, model)
    process = fresh()
    assert process.run(progress_of, model) is None
    first = hub.hold(weights, CHUNK + CHUNK // 4)
    process.run(_begin, model)
    assert first.reached.wait(PATIENCE)
    small = whole - (hub.root / weights).stat().st_size
    _until(lambda: process.run(progress_of, model) == Progress(small + CHUNK, whole))
    assert process.run(progress_of, "someone/else") is None
    second = hub.hold(weights, 2 * CHUNK + CHUNK // 4)
    first.release.set()
    assert second.reached.wait(PATIENCE)
    _until(lambda: process.run(progress_of, model) == Progress(small + 2 * CHUNK, whole))
    second.release.set()
    assert process.run(_end) == ("BertForMaskedLM", Progress(whole, whole))
    assert process.run(progress_of, model) is None and process.run(_under_way) == []


def test_nothing_is_told_of_a_model_that_is_on_the_disk(fresh: Callable[[], Process], hub: Hub) -> None:
    tiny.save(hub.root / "someone/there")
    fresh().run(_loaded, "someone/there")
    again = fresh()
    again.run(_begin, "someone/there")
    assert again.run(_end) == ("BertForMaskedLM", None)


def test_progress_is_that_of_the_bar_ahead_and_never_beyond_the_total() -> None:
    flight = download._Flight()
    files, received, written = (flight.bar()(total=0, unit=unit, disable=True) for unit in ("it", "B", "B"))
    files.total = 7
    files.update(7)
    assert flight.progress() is None  # files are no bytes, and no size is known yet
    received.total = written.total = 100
    received.update(40)
    written.update(30)
    assert flight.progress() == Progress(40, 100)
    written.update(70)
    assert flight.progress() == Progress(100, 100)
    received.update(65)  # what was sent may be more than what was made of it
    assert flight.progress() == Progress(105, 105)
