"""What unit tests share: one thread, patience, and a PLAYGROUND_MODELS folder of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings

from playground.models import loading
from playground.models.cache import ByteCache

# A busy machine is no reason to fail.
settings.register_profile("playground", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("playground")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny models are quickest on one thread: several would only wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PLAYGROUND_MODELS; no model that another test loaded is found in the cache."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("PLAYGROUND_MODELS", str(folder))
    monkeypatch.setattr(loading, "_CACHE", ByteCache(2**30))
    return folder
