"""What else one would take: plain FTS5, tantivy, and LanceDB's hybrid search, over the same turns.

Each is used as its documentation shows, with its own defaults: the turn's text with its caption and its
speaker's name, every word of the question as it is. LanceDB gets our static vectors and merges by reciprocal
ranks, which is its default. tantivy and lancedb are installed for this alone.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from typing import Any

FTS5 = TANTIVY = LANCEDB = False
_open: dict[str, Any] = {}


def ingest(turns: list[dict[str, Any]]) -> None:
    """A fresh index of these turns."""
    _open.clear()
    texts = [f"{t['speaker']}: {t['text']} {t['caption']}".strip() for t in turns]
    _open["ids"] = [turn["id"] for turn in turns]
    {"fts5": _fts5, "tantivy": _tantivy, "lancedb": _lancedb}[_peer()](texts)


def _peer() -> str:
    return "tantivy" if TANTIVY else "lancedb" if LANCEDB else "fts5"


def _fts5(texts: list[str]) -> None:
    db = _open["db"] = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE said USING fts5 (text, tokenize = 'porter unicode61')")
    db.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", enumerate(texts))


def _tantivy(texts: list[str]) -> None:
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("n", stored=True)
    schema.add_text_field("text", tokenizer_name="en_stem")
    index = _open["index"] = tantivy.Index(schema.build())
    writer = index.writer()
    for n, text in enumerate(texts):
        writer.add_document(tantivy.Document(n=n, text=text))
    writer.commit()
    index.reload()


def _lancedb(texts: list[str]) -> None:
    import lancedb

    from afterself.memory.embedding import static_embedder

    embedder = _open["embedder"] = static_embedder()
    rows = [
        {"n": n, "text": text, "vector": vector.tolist()}
        for n, (text, vector) in enumerate(zip(texts, embedder.embed(texts), strict=True))
    ]
    _open["folder"] = tempfile.TemporaryDirectory()
    table = _open["table"] = lancedb.connect(_open["folder"].name).create_table("said", rows)
    table.create_fts_index("text", replace=True)


def search(question: str, k: int) -> list[str]:
    """Turn ids, best first."""
    words = re.findall(r"[^\W_]+", question)
    if _peer() == "fts5":
        query = " OR ".join(f'"{word}"' for word in words)
        found = [
            row
            for (row,) in _open["db"].execute(
                "SELECT rowid FROM said WHERE said MATCH ? ORDER BY rank LIMIT ?", (query, k)
            )
        ]
    elif _peer() == "tantivy":
        index = _open["index"]
        searcher = index.searcher()
        hits = searcher.search(index.parse_query(" ".join(words), ["text"]), k).hits
        found = [searcher.doc(address)["n"][0] for _, address in hits]
    else:
        query = (
            _open["table"].search(query_type="hybrid").vector(_open["embedder"].embed([question])[0].tolist())
        )
        found = [row["n"] for row in query.text(" ".join(words)).limit(k).to_list()]
    return [_open["ids"][n] for n in found]
