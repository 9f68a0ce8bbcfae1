"""Start a model with narrow embeddings (ALBERT's E < H) from one with wide ones (BERT)."""

from typing import Any

import torch
from torch import Tensor, nn


def principal(table: Tensor, width: int) -> Tensor:
    """(H, E) orthonormal columns: the directions in which `table` (V, H) is largest, strongest first.

    table @ basis @ basis.T is the nearest table of rank E (Eckart and Young 1936). Raises ValueError for E > H.
    """
    if not 0 < width <= table.shape[1]:
        raise ValueError(f"A table of width {table.shape[1]} cannot be cut down to {width}.")
    # The right singular vectors are the eigenvectors of the small H x H matrix.
    vectors = torch.linalg.eigh(table.double().T @ table.double()).eigenvectors
    return vectors[:, -width:].flip(1).to(table.dtype)


@torch.no_grad()
def narrow_embeddings(wide: Any, narrow: Any, projection: nn.Linear) -> None:
    """Fill the narrow embeddings and the projection behind them so that they say nearly what the wide ones did.

    wide, narrow: embeddings as BERT, ELECTRA and ALBERT have them (words, positions, segments, LayerNorm of width
    H and E). The wide LayerNorm's gain and bias move into the projection, whose input is normalised to E numbers.
    """
    basis = principal(wide.word_embeddings.weight, narrow.word_embeddings.embedding_dim)  # (H, E)
    for table in ("word_embeddings", "position_embeddings", "token_type_embeddings"):
        getattr(narrow, table).weight.copy_(getattr(wide, table).weight @ basis)
    narrow.LayerNorm.reset_parameters()
    # A normalised vector of E numbers has length sqrt(E), one of H numbers sqrt(H).
    longer = (basis.shape[0] / basis.shape[1]) ** 0.5
    projection.weight.copy_(wide.LayerNorm.weight[:, None] * basis * longer)
    projection.bias.copy_(wide.LayerNorm.bias)
