"""Encoders to begin with: the sizes that papers print, ours, and the lecture's example."""

from typing import Any

# (V, E, H, L, A, F): Devlin et al. 2019, section 3, and Lan et al. 2020, Table 1, with ALBERT's vocabulary for both,
# as its paper compares them.
_SIZES: dict[str, tuple[int, int, int, int, int, int]] = {
    "ALBERT-base": (30_000, 128, 768, 12, 12, 3072),
    "ALBERT-large": (30_000, 128, 1024, 24, 16, 4096),
    "ALBERT-xlarge": (30_000, 128, 2048, 24, 16, 8192),
    "ALBERT-xxlarge": (30_000, 128, 4096, 12, 64, 16_384),
    "BERT-base": (30_000, 768, 768, 12, 12, 3072),
    "BERT-large": (30_000, 1024, 1024, 24, 16, 4096),
}
_FIELDS = ("vocab_size", "embedding_size", "hidden_size", "num_layers", "num_heads", "intermediate_size")


def sizes(model: str) -> dict[str, Any]:
    """The Request fields of a model in a paper; BERT has no projection and shares nothing."""
    bert = model.startswith("BERT")
    return dict(zip(_FIELDS, _SIZES[model], strict=True)) | {
        "sharing": "none" if bert else "all",
        "projection": not bert,
    }


def cell(embedding_size: int, sharing: str) -> dict[str, Any]:
    """A cell of the papers' tables on sharing and on the embedding size: ALBERT-base with these two changed."""
    return sizes("ALBERT-base") | {"embedding_size": embedding_size, "sharing": sharing}


# How the paper's tables call what is shared.
PAPER_WORDS = {"all": "all-shared", "attention": "shared-attention", "ffn": "shared-FFN", "none": "not-shared"}
_OURS = (30_522, 384, 384, 6, 12, 1536)
PRESETS: dict[str, dict[str, Any]] = {
    **{name: sizes(name) for name in _SIZES},
    **{
        f"ALBERT-base, E = {embedding}, {words}": cell(embedding, sharing)
        for embedding in (768, 128)
        for sharing, words in PAPER_WORDS.items()
    },
    "bert-mini": dict(zip(_FIELDS, _OURS, strict=True)) | {"sharing": "none", "projection": False},
    "albert-mini": dict(zip(_FIELDS, _OURS, strict=True)) | {"embedding_size": 128, "sharing": "all"},
    "V = 100, E = 15, H = 500": dict(zip(_FIELDS, (100, 15, 500, 12, 10, 2000), strict=True)) | {"sharing": "all"},
}
