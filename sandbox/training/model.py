"""The language model: hashed byte contexts, a low-rank embedding, a softmax over the next byte.

For a position with the bytes before it, ``logits = (sum of E[order, bucket of the last `order` bytes]) @ W + b``.
Order 1 holds what the base model knows (a low-rank bigram table), the longer orders start close to zero and hold
what fine-tuning adds. Everything is float32 and deterministic for the same inputs.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sandbox.training import corpus

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

ORDERS: Final = (1, 2, 3, 4, 6)
BUCKETS: Final = 4096
RANK: Final = 32
END: Final = 256
VOCABULARY: Final = 257
_MULTIPLIER: Final = 0x9E3779B1


@dataclass(slots=True)
class Weights:
    """All parameters: `embedding` (orders x buckets, rank), `output` (rank, vocabulary), `bias` (vocabulary)."""

    embedding: Floats
    output: Floats
    bias: Floats

    def copy(self) -> "Weights":
        """An independent copy."""
        return Weights(self.embedding.copy(), self.output.copy(), self.bias.copy())

    def pack(self) -> "PackedWeights":
        """A copy of half the size, for keeping."""
        half = np.float16
        return PackedWeights(self.embedding.astype(half), self.output.astype(half), self.bias.astype(half))


@dataclass(frozen=True, slots=True)
class PackedWeights:
    """Weights in half precision, as checkpoints and finished models are kept."""

    embedding: NDArray[np.float16]
    output: NDArray[np.float16]
    bias: NDArray[np.float16]

    def unpack(self) -> Weights:
        """Weights to compute with."""
        full = np.float32
        return Weights(self.embedding.astype(full), self.output.astype(full), self.bias.astype(full))


def contexts(tokens: Ints) -> Ints:
    """For each position the row of the embedding of each order: shape (positions, orders).

    `tokens` are byte values and END; position i is predicted from the tokens before i (zero-padded).
    """
    longest = max(ORDERS)
    padded = np.concatenate([np.zeros(longest, dtype=np.int64), tokens])
    count = len(tokens)
    rows = np.empty((count, len(ORDERS)), dtype=np.int64)
    hashed = np.zeros(count, dtype=np.int64)
    column = 0
    for back in range(1, longest + 1):
        byte = padded[longest - back : longest - back + count] + 1
        hashed = (hashed * _MULTIPLIER + byte * 0x85EBCA6B) & 0xFFFFFFFF
        if back == ORDERS[column]:
            bucket = byte if back == 1 else (hashed ^ (hashed >> 15)) % BUCKETS
            rows[:, column] = bucket + column * BUCKETS
            column += 1
    return rows


def base_weights(base_model: str) -> Weights:
    """What a base model knows before fine-tuning; the same for the same id.

    The bigram statistics of a small corpus, cut to a rank that depends on the model's size (its name), plus
    noise from a generator that is seeded with the id.
    """
    rng = np.random.default_rng(_seed_of(base_model))
    tokens = np.frombuffer(corpus.TEXT.encode(), dtype=np.uint8).astype(np.int64)
    counts = np.full((VOCABULARY, VOCABULARY), 0.02)
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1.0)
    counts[ord("."), END] += 5.0
    frequency = counts.sum(axis=0) / counts.sum()
    bias = np.log(frequency)
    known = np.log(counts / counts.sum(axis=1, keepdims=True)) - bias
    left, strength, right = np.linalg.svd(known, full_matrices=False)
    # The signs of singular vectors are the library's choice; ours must not depend on it.
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(VOCABULARY)])
    left, right = left * signs, right * signs[:, None]
    rank = _known_rank(base_model)
    root = np.sqrt(strength[:rank])
    embedding = rng.normal(0.0, 0.01, (len(ORDERS) * BUCKETS, RANK))
    embedding[1 : VOCABULARY + 1, :rank] += left[:, :rank] * root
    output = rng.normal(0.0, 0.2, (RANK, VOCABULARY))
    output[:rank] += root[:, None] * right[:rank]
    return Weights(embedding.astype(np.float32), output.astype(np.float32), bias.astype(np.float32))


def logits(weights: Weights, rows: Ints) -> tuple[Floats, Floats]:
    """Hidden vectors (positions, RANK) and logits (positions, VOCABULARY)."""
    hidden = weights.embedding[rows].sum(axis=1)
    return hidden, hidden @ weights.output + weights.bias


def log_softmax(scores: Floats) -> Floats:
    """Row-wise log probabilities."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def _seed_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def _known_rank(base_model: str) -> int:
    if "nano" in base_model or "3B" in base_model:
        return 8
    if "mini" in base_model:
        return 12
    return 18
