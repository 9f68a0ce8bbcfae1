"""A Run: one request with its result, as JSON. What an example, a saved file and a share link are made of."""

import base64
import binascii
import json
import zlib
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground.messages import Complaint, experiment

SCHEMA_VERSION: Final = 1
MAX_LINK_BYTES = 6 * 1024
MAX_RUN_BYTES = 300 * 1024
_MAX_REQUEST_BYTES = 256 * 1024


class Run(BaseModel):
    """seconds: wall time of `run(request)`; device: as on the screen, e.g. `CPU`."""

    model_config = ConfigDict(extra="forbid")

    schema_version: Literal[1] = SCHEMA_VERSION  # unreadable to other versions: they say so
    demo: str = Field(max_length=40)
    request: dict[str, Any]
    result: dict[str, Any]
    model: str = Field(max_length=200)
    device: str = Field(max_length=100)
    seconds: float = Field(ge=0)


def dump(run: Run) -> str:
    """The Run as JSON text. Raises Complaint when it is larger than a Run may be."""
    text = run.model_dump_json()
    if (size := len(text.encode("utf-8", "surrogatepass"))) > MAX_RUN_BYTES:
        raise Complaint("pg_err_run_large", size=size // 1024, limit=MAX_RUN_BYTES // 1024)
    return text


def parse(data: bytes, demo: str) -> Run:
    """A Run of `demo` from a saved file. Raises Complaint for anything else."""
    if len(data) > MAX_RUN_BYTES:
        raise Complaint("pg_err_run_large", size=len(data) // 1024, limit=MAX_RUN_BYTES // 1024)
    try:
        run = Run.model_validate(json.loads(data.decode("utf-8")))
    except (ValueError, RecursionError) as error:  # ValidationError, JSON and Unicode errors are ValueErrors
        raise Complaint("pg_err_run_broken") from error
    if run.demo != demo:
        raise Complaint("pg_err_run_other_demo", demo=experiment(run.demo[:40]), wanted=experiment(demo))
    return run


def to_link(demo: str, request: dict[str, Any]) -> dict[str, str] | None:
    """The query parameters that carry a request, or None when it is too long for a link."""
    text = json.dumps(request, separators=(",", ":"), ensure_ascii=False).encode()
    run = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    if len(run) > MAX_LINK_BYTES or len(text) >= _MAX_REQUEST_BYTES:  # what from_link would refuse
        return None
    return {"tab": demo, "v": str(SCHEMA_VERSION), "run": run}


def from_link(parameters: dict[str, str]) -> dict[str, Any]:
    """The request in a link's parameters. Raises Complaint for a broken, foreign or oversized one."""
    packed = parameters.get("run", "")
    if parameters.get("v") != str(SCHEMA_VERSION) or len(packed) > MAX_LINK_BYTES:
        raise Complaint("pg_err_link_broken")
    try:
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(data, _MAX_REQUEST_BYTES)  # a zip bomb stops here
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise Complaint("pg_err_link_broken")
        request = json.loads(text.decode("utf-8"))
    except (binascii.Error, zlib.error, RecursionError, ValueError) as error:
        raise Complaint("pg_err_link_broken") from error
    if not isinstance(request, dict):
        raise Complaint("pg_err_link_broken")
    return request


def complaint_of(error: ValidationError) -> Complaint:
    """The one sentence of a pydantic error: our own Complaint where a validator raised one."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, Complaint):
        return cause
    field = ".".join(str(part) for part in first["loc"])[:40] or "request"
    bounds = first.get("ctx", {})
    match first["type"]:
        case "less_than_equal":
            return Complaint("pg_err_at_most", field=field, limit=bounds["le"], value=str(first["input"])[:40])
        case "greater_than_equal":
            return Complaint("pg_err_at_least", field=field, limit=bounds["ge"], value=str(first["input"])[:40])
        case "greater_than":
            return Complaint("pg_err_above", field=field, limit=f"{bounds['gt']:g}", value=str(first["input"])[:40])
        case "too_long" | "string_too_long":
            return Complaint("pg_err_too_long", field=field, limit=bounds["max_length"], size=len(first["input"]))
        case "missing":
            return Complaint("pg_err_missing", field=field)
        case _:
            return Complaint("pg_err_type", field=field, expected=_EXPECTED.get(first["type"], "pg_kind_valid"))


_EXPECTED = {
    "int_parsing": "pg_kind_int",
    "int_from_float": "pg_kind_int",
    "int_type": "pg_kind_int",
    "float_parsing": "pg_kind_float",
    "float_type": "pg_kind_float",
    "string_type": "pg_kind_text",
    "bool_parsing": "pg_kind_bool",
    "bool_type": "pg_kind_bool",
    "list_type": "pg_kind_list",
    "dict_type": "pg_kind_table",
    "model_type": "pg_kind_table",
    "finite_number": "pg_kind_finite",
    "string_unicode": "pg_kind_text",
    "extra_forbidden": "pg_kind_known",
}
