"""Grey pictures in JSON: arrays of bytes as short texts, made where torch is and read where figures are."""

import base64
import zlib

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


def pack(picture: Bytes) -> str:
    """The array's bytes, compressed, in base64. Its shape is kept elsewhere."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(picture).tobytes(), 6)).decode()


def unpack(text: str, *shape: int) -> Bytes:
    """The array that was packed. Raises ValueError for a text that is none, or is one of another size."""
    size = int(np.prod(shape))
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    except zlib.error as error:
        raise ValueError("not a packed picture") from error
    return np.frombuffer(data, np.uint8).reshape(shape)
