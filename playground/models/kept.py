"""Models that were trained here: each a Transformers folder under an unguessable name, deleted after an hour, and
before that where they would take more than PLAYGROUND_KEPT_GB of the disk together (4), the oldest first.

A Result carries the name alone, so nobody learns a path, and nobody finds another's model.
"""

import os
import re
import secrets
import shutil
import tempfile
import threading
import time
import zipfile
from pathlib import Path

from transformers import (
    AutoConfig,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from playground.locks import TRANSFORMERS
from playground.messages import Complaint
from playground.models.device import device

KEPT_SECONDS = 3600.0
_ROOT = Path(tempfile.gettempdir()) / "pretraining-playground-models"
_NAME = re.compile(r"[\w-]{24}")
_SWEEPING = threading.Lock()  # held as long as a thread deletes what is too old


def new_name() -> str:
    """The name for a model that is not there yet."""
    return secrets.token_urlsafe(18)


def keep(name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, card: str) -> None:
    """Write the folder (safetensors, tokenizer, README.md), and see to it that it goes again.

    Raises Complaint for a model that is larger than all that may be kept.
    """
    _make_room(name, sum(weight.numel() * weight.element_size() for weight in model.parameters()))
    _ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = _ROOT / f"{name}.partial"
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    (partial / "README.md").write_text(card, encoding="utf-8")
    shutil.rmtree(_ROOT / name, ignore_errors=True)
    _delete(_ROOT / f"{name}.zip")  # of what was kept under this name before
    partial.rename(_ROOT / name)
    if _SWEEPING.acquire(blocking=False):
        threading.Thread(target=_sweep, args=(_SWEEPING,), name="kept", daemon=True).start()


def folder(name: str) -> Path:
    """Where a kept model lies. Raises Complaint for one that is not there, or not any more."""
    forget()
    path = _ROOT / name
    if not _NAME.fullmatch(name) or not path.is_dir():
        raise Complaint("pg_err_kept_gone", minutes=int(KEPT_SECONDS // 60))
    return path


def opened(name: str) -> PreTrainedModel:
    """The kept classifier or masked language model, in eval mode and on the device. Raises Complaint as `folder`
    does."""
    path = folder(name)
    with TRANSFORMERS:
        made = AutoConfig.from_pretrained(path, local_files_only=True).architectures or [""]
        of = AutoModelForMaskedLM if made[0].endswith("ForMaskedLM") else AutoModelForSequenceClassification
        model: PreTrainedModel = of.from_pretrained(path, use_safetensors=True, local_files_only=True)
    return model.eval().requires_grad_(False).to(device())


def packed(name: str, title: str) -> Path:
    """The folder as `title`.zip, with everything in a folder `title`. Raises Complaint as `folder` does."""
    path = folder(name)
    target = path.with_suffix(".zip") / f"{title}.zip"
    if not target.is_file():
        target.parent.mkdir(exist_ok=True)
        partial = target.with_suffix(f".{secrets.token_hex(4)}")
        # Not deflated: weights hardly shrink, and it takes half a minute.
        with zipfile.ZipFile(partial, "w") as archive:
            for file in sorted(path.iterdir()):
                archive.write(file, f"{title}/{file.name}")
        partial.rename(target)
    return target


def forget() -> None:
    """Delete what is older than an hour."""
    for path in _all():
        try:
            if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                _delete(path)
        except OSError:  # another process was quicker
            continue


def _all() -> list[Path]:
    return list(_ROOT.glob("*")) if _ROOT.is_dir() else []


def _delete(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _make_room(name: str, wanted: int) -> None:
    """Delete the oldest models but `name`, which is written anew, until so many bytes more may be kept."""
    forget()
    limit = int(float(os.environ.get("PLAYGROUND_KEPT_GB", "4")) * 1e9)
    if wanted > limit:
        raise Complaint("pg_err_kept_large", size=round(wanted / 1e9, 1), limit=round(limit / 1e9, 1))
    found = []
    for path in _all():
        try:
            size = sum(file.stat().st_size for file in ([path] if path.is_file() else path.iterdir()))
            found.append((path.stat().st_mtime, size, path))
        except OSError:
            continue
    used = sum(size for _, size, path in found if path.stem != name)
    for _, size, path in sorted(found):
        if used + wanted <= limit:
            return
        if path.stem != name:
            _delete(path)
            used -= size


def _sweep(sweeping: threading.Lock) -> None:
    """Until nothing is left, also where nobody asks for a model any more."""
    try:
        while _all():
            time.sleep(60)
            forget()
    finally:
        sweeping.release()
