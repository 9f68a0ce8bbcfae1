"""Start a model with narrow embeddings (ALBERT's E < H) from one with wide ones (BERT)."""

from typing import Any

import torch
from torch import Tensor, nn

_SAMPLE = 8192  # tokens that the projection is fitted on
_RIDGE = 1e-3  # a normalised vector's numbers sum to zero: without it, one direction would be fitted to noise


def principal(table: Tensor, width: int, weights: Tensor | None = None) -> Tensor:
    """(H, E) orthonormal columns: the directions in which `table` (V, H) is largest, strongest first.

    table @ basis @ basis.T is the nearest table of rank E (Eckart and Young 1936), where each row's squared error
    counts weights (V,) times. Raises ValueError for E > H.
    """
    if not 0 < width <= table.shape[1]:
        raise ValueError(f"A table of width {table.shape[1]} cannot be cut down to {width}.")
    rows = table.double()
    weighted = rows if weights is None else rows * weights.double()[:, None]
    # The right singular vectors are the eigenvectors of the small H x H matrix.
    vectors = torch.linalg.eigh(weighted.T @ rows).eigenvectors
    return vectors[:, -width:].flip(1).to(table.dtype)


@torch.no_grad()
def narrow_embeddings(wide: Any, narrow: Any, projection: nn.Linear, counts: Tensor, seed: int = 1) -> float:
    """Fill the narrow embeddings and the projection behind them so that they say nearly what the wide ones did.

    wide, narrow: embeddings as BERT, ELECTRA and ALBERT have them (words, positions, segments, LayerNorm of width
    H and E). counts: (V,) how often each word is read; frequent words are kept best. The projection is fitted to
    what the wide embeddings make of tokens drawn by `counts`. Returns the share of their variance that is lost.
    """
    counts = counts.double() + 1.0
    words = wide.word_embeddings.weight
    width = narrow.word_embeddings.embedding_dim
    generator = torch.Generator().manual_seed(seed)
    centres = {
        "word_embeddings": (counts[:, None] * words).sum(0).div(counts.sum()).to(words.dtype),
        "position_embeddings": wide.position_embeddings.weight.mean(0),
        "token_type_embeddings": wide.token_type_embeddings.weight.mean(0),
    }
    # Turned at random: else the strongest directions would be all that is left after the narrow LayerNorm.
    turn = torch.linalg.qr(torch.randn(width, width, generator=generator)).Q
    basis = principal(words - centres["word_embeddings"], width, counts) @ turn  # (H, E)
    for table, centre in centres.items():
        getattr(narrow, table).weight.copy_((getattr(wide, table).weight - centre) @ basis)
    narrow.LayerNorm.reset_parameters()
    drawn = {
        "input_ids": torch.multinomial(counts, _SAMPLE, replacement=True, generator=generator),
        "token_type_ids": torch.randint(wide.token_type_embeddings.num_embeddings, (_SAMPLE,), generator=generator),
        "position_ids": torch.randint(wide.position_embeddings.num_embeddings, (_SAMPLE,), generator=generator),
    }
    drawn = {name: ids[None] for name, ids in drawn.items()}
    known, wanted = (module.eval()(**drawn)[0].double() for module in (narrow, wide))
    known = torch.cat([known, torch.ones_like(known[:, :1])], dim=1)  # (N, E + 1)
    ridge = _RIDGE * _SAMPLE * torch.eye(width + 1, dtype=torch.float64)
    solution = torch.linalg.solve(known.T @ known + ridge, known.T @ wanted)  # (E + 1, H)
    projection.weight.copy_(solution[:-1].T)
    projection.bias.copy_(solution[-1])
    lost = (known @ solution - wanted).square().sum() / (wanted - wanted.mean(0)).square().sum()
    return float(lost)
