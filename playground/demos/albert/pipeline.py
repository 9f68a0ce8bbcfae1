"""Count an encoder from its sizes, and have Transformers build it to be counted again."""

from dataclasses import asdict

from playground.core import architecture
from playground.core.architecture import Architecture
from playground.demos.albert.schema import Built, Embeddings, Part, Request, Result
from playground.models.built import count

_POINTS = 48  # of the curve over E


def run(request: Request) -> Result:
    """Both counts, and what the encoder needs for a batch."""
    encoder = architecture_of(request)
    parts = architecture.parts(encoder)
    total = sum(part.parameters for part in parts)
    pooler = sum(part.parameters for part in parts if part.name == "pooler")
    name, built = count(encoder)
    return Result(
        total=total,
        total_without_pooler=total - pooler,
        layers=request.num_layers,
        parts=[Part(**asdict(part)) for part in parts],
        embeddings=_embeddings(request),
        memory_bytes=asdict(architecture.memory(encoder, request.batch_size, request.length)),
        flops=asdict(architecture.operations(encoder, request.batch_size, request.length)),
        built=Built(model=name, parameters=built),
    )


def architecture_of(request: Request) -> Architecture:
    return Architecture(**request.model_dump(exclude={"batch_size", "length"}))


def _embeddings(request: Request) -> Embeddings:
    words, hidden = request.vocab_size, request.hidden_size
    full, factorised = architecture.embedding_parameters(words, request.embedding_size, hidden)
    widths = sorted({max(1, round(hidden * point / _POINTS)) for point in range(_POINTS + 1)})
    return Embeddings(
        embedding_size=request.embedding_size,
        full=full,
        factorised=factorised,
        break_even=round(architecture.break_even(words, hidden), 2),
        curve=[[width, architecture.embedding_parameters(words, width, hidden)[1]] for width in widths],
    )
