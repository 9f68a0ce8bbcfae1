"""Where sixteen bits are quicker than thirty-two."""

import torch


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bf16 is worth it: on a CPU without bf16 instructions it is emulated, some 60 times slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False
