"""
The embedding model that ships inside the wheel of wordllama: a vector of 256 numbers for each of 32,000 tokens. It is mapped into
memory, not read: all workers share one copy, and pages that nobody asks for are never loaded.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

NAME = "l2_supercat_256"


class Model:
    def __init__(self):
        package = Path(find_spec("wordllama").submodule_search_locations[0])
        self.tokenizer = Tokenizer.from_file(str(package / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        self.vectors = map_tensor(package / "weights" / f"{NAME}.safetensors", "embedding.weight")

    @property
    def dimensions(self):
        return self.vectors.shape[1]

    def embed(self, text):
        """The unit vector of a text: the mean of its tokens' vectors."""
        tokens = self.tokenizer.encode(text, add_special_tokens=False).ids
        if not tokens:
            return np.zeros(self.dimensions, dtype=np.float32)
        mean = self.vectors[tokens].astype(np.float32).mean(axis=0)
        return mean / np.linalg.norm(mean)


def map_tensor(file, name):
    """One tensor of a safetensors file: eight bytes of length, a JSON header, the numbers."""
    with open(file, "rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        facts = json.loads(stream.read(length))[name]
    if facts["dtype"] != "F16":
        raise ValueError(f"{file.name} holds {facts['dtype']}, not F16")
    begin = 8 + length + facts["data_offsets"][0]
    return np.memmap(file, dtype=np.float16, mode="r", offset=begin, shape=tuple(facts["shape"]))
