"""The dense index: what was said, as vectors that are searched by their signs and then weighed exactly.

All signs are in memory, 16 bytes a vector; the nearest by Hamming distance are fetched as int8 rows and
ordered by their cosine. Vectors live in the archive (`archive.vectors`), so that what is forgotten is gone
from here in the same transaction; whoever may not see a record does not get it, as the view is asked which
of the rows it sees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from afterself.archive.vectors import Stretch
from afterself.memory.embedding import Embedder, unit
from afterself.memory.passages import passages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterself.archive.store import Archive
    from afterself.policy.view import View

BATCH = 2000  # revisions embedded and stored in one transaction
RESCORED = 1000  # nearest by sign that are weighed exactly
IN_CACHE = 16_384  # signs compared at once: what is reckoned with them stays in the processor's cache
AT_ONCE = 100  # vectors whose records are looked up together


def update(
    archive: Archive,
    embedder: Embedder,
    *,
    folder: str | None = None,
    most: int | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> int:
    """Embed what has no vector yet, newest first, at most `most` revisions; how many were embedded.

    Each batch is stored by itself: whatever stops it, what is done stays. `tell` hears done and all.
    `folder` is where the embedder lies, if the owner chose one.
    """  # fmt: skip
    with archive.transaction():
        archive.vectors.use(embedder.name, folder)
    wanted = archive.vectors.count_missing()
    wanted = wanted if most is None else min(most, wanted)
    done = 0
    batch: list[tuple[int, str]] = []
    while done < wanted:
        with archive.transaction():
            before = {"before": batch[-1][0]} if batch else {}  # else each batch would pass all that is done
            batch = archive.vectors.missing(min(BATCH, wanted - done), **before)
            if not batch:
                break
            archive.vectors.put(_embedded(batch, embedder))
        done += len(batch)
        if tell is not None:
            tell(done, wanted)
    with archive.transaction():
        archive.vectors.drop_earlier()
        archive.vectors.seal()
    return done


def _embedded(batch: list[tuple[int, str]], embedder: Embedder) -> list[Stretch]:
    """The vectors of revisions (row, text), passage by passage."""
    places = [(row, one, text[one.begins : one.ends]) for row, text in batch for one in passages(text)]
    rows = quantised(embedder.embed([text for _, _, text in places]))
    return [
        Stretch(row, one.begins, one.ends, int8.tobytes() if int8.any() else None)
        for (row, one, _), int8 in zip(places, rows, strict=True)
    ]


def quantised(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Vectors as int8, each scaled so that its largest number is 127: a cosine does not feel the scale."""
    import numpy as np

    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rows: NDArray[np.int8] = np.round(vectors * (127 / np.where(largest > 0, largest, 1))).astype(np.int8)
    return rows


def _as_words(signs: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Signs [vectors, bytes] as 64 bits at a time, [words, vectors]: each word of all stands together."""
    import numpy as np

    padded = np.zeros((len(signs), -(-signs.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : signs.shape[1]] = signs
    return np.ascontiguousarray(padded.view(np.uint64).T)


class Index:
    """The signs of one embedder's vectors, as they were when the view was asked for them."""

    def __init__(self, view: View, embedder: Embedder) -> None:
        import numpy as np

        self._view = view
        self.embedder = embedder
        ids, signs = view.retrieval.signs(embedder.name)
        self._ids = np.frombuffer(ids, dtype=np.int64)
        width = max(1, (embedder.dimensions + 7) // 8)
        self._words = _as_words(np.frombuffer(signs, dtype=np.uint8).reshape(-1, width))

    def __len__(self) -> int:
        return len(self._ids)

    def nearest(self, text: str, k: int) -> list[tuple[str, float]]:
        """At most `k` seen records that hold the stretches nearest to a text: ids and cosines, best first."""
        import numpy as np

        asked = self.embedder.embed([text])[0]
        if not len(self._ids) or not asked.any():
            return []
        chosen = self._ids[self._alike(np.packbits(asked > 0))][: 2 * RESCORED]
        rows = self._view.retrieval.vector_rows(self.embedder.name, chosen.tolist())
        vectors = np.frombuffer(b"".join(row for _, row in rows), dtype=np.int8).astype(np.float32)
        cosines = (unit(vectors.reshape(len(rows), self.embedder.dimensions)) @ asked).tolist()
        nearest = [(vector, round(cosine, 6)) for (vector, _), cosine in zip(rows, cosines, strict=True)]
        return self._held(sorted(nearest, key=lambda pair: -pair[1]), max(0, k))

    def _alike(self, signs: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which vectors are among the `RESCORED` nearest by sign, or as near as the last of them."""
        import numpy as np

        asked = _as_words(signs[None, :])
        distance = np.zeros(len(self._ids), dtype=np.uint16)
        counts = np.zeros(64 * len(asked) + 1, dtype=np.int64)
        for start in range(0, len(distance), IN_CACHE):
            part = distance[start : start + IN_CACHE]
            for words, word in zip(self._words, asked, strict=True):
                part += np.bitwise_count(words[start : start + IN_CACHE] ^ word)
            counts += np.bincount(part, minlength=len(counts))
        limit = np.searchsorted(np.cumsum(counts), min(RESCORED, len(distance)))
        near: NDArray[np.bool_] = distance <= limit
        return near

    def _held(self, nearest: list[tuple[int, float]], k: int) -> list[tuple[str, float]]:
        """The first `k` seen records that hold these vectors (id, cosine), which are in order."""
        best: dict[str, float] = {}
        for start in range(0, len(nearest), AT_ONCE):
            if len(best) >= k and (not k or nearest[start][1] < list(best.values())[k - 1]):
                break  # what follows is farther than all that is wanted
            part = nearest[start : start + AT_ONCE]
            holders = self._view.retrieval.holders([vector for vector, _ in part])
            for vector, cosine in part:
                if vector in holders:
                    best.setdefault(holders[vector], cosine)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
