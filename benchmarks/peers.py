"""What else one would take: plain FTS5, tantivy, LanceDB's hybrid search, LangChain's retrievers.

Each is used as its documentation shows, with its own defaults, over the same turns: the turn's text with its
caption and its speaker's name, every word of the question as it is. LanceDB and LangChain's ensemble (BM25
and an in-memory vector store, half and half) get our static vectors, and merge by reciprocal ranks.
tantivy, lancedb, langchain-community and rank_bm25 are installed for this alone.
"""

from __future__ import annotations

import os
import pickle
import re
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

FTS5 = TANTIVY = LANCEDB = LANGCHAIN_BM25 = LANGCHAIN = False
_open: dict[str, Any] = {}
_MOST = 50


def ingest(turns: list[dict[str, Any]]) -> None:
    """A fresh index of these turns."""
    _open.clear()
    texts = [f"{t['speaker']}: {t['text']} {t['caption']}".strip() for t in turns]
    _open["ids"] = [turn["id"] for turn in turns]
    _open["folder"] = tempfile.TemporaryDirectory()
    if TANTIVY:
        _tantivy(texts)
    elif LANCEDB:
        _lancedb(texts)
    elif LANGCHAIN or LANGCHAIN_BM25:
        _langchain(texts)
    else:
        _fts5(texts)


def size() -> int:
    """Bytes of the index with the texts, on disk; what is only in memory as Python would write it down."""
    if LANGCHAIN or LANGCHAIN_BM25:
        return len(pickle.dumps(_open["kept"]))
    folder = Path(_open["folder"].name)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _fts5(texts: list[str]) -> None:
    db = _open["db"] = sqlite3.connect(Path(_open["folder"].name) / "said.db")
    db.execute("CREATE VIRTUAL TABLE said USING fts5 (text, tokenize = 'porter unicode61')")
    db.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", enumerate(texts))
    db.commit()


def _tantivy(texts: list[str]) -> None:
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("n", stored=True)
    schema.add_text_field("text", tokenizer_name="en_stem")
    index = _open["index"] = tantivy.Index(schema.build(), path=_open["folder"].name)
    writer = index.writer()
    for n, text in enumerate(texts):
        writer.add_document(tantivy.Document(n=n, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()


def _lancedb(texts: list[str]) -> None:
    import lancedb

    from afterself.memory.embedding import static_embedder

    embedder = _open["embedder"] = static_embedder()
    rows = [
        {"n": n, "text": text, "vector": vector.tolist()}
        for n, (text, vector) in enumerate(zip(texts, embedder.embed(texts), strict=True))
    ]
    table = _open["table"] = lancedb.connect(_open["folder"].name).create_table("said", rows)
    table.create_fts_index("text", replace=True)


def _langchain(texts: list[str]) -> None:
    os.environ["LANGCHAIN_TRACING_V2"] = "false"
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_core.embeddings import Embeddings
    from langchain_core.vectorstores import InMemoryVectorStore

    from afterself.memory.embedding import static_embedder

    class Static(Embeddings):
        """Our static vectors, as LangChain wants an embedder."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            found: list[list[float]] = static_embedder().embed(texts).tolist()
            return found

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    places = [{"n": n} for n in range(len(texts))]
    words = BM25Retriever.from_texts(texts, metadatas=places, k=_MOST)
    _open["retriever"], _open["kept"] = words, (words.vectorizer, texts)
    if LANGCHAIN:
        store = InMemoryVectorStore(Static())
        store.add_texts(texts, metadatas=places)
        near = store.as_retriever(search_kwargs={"k": _MOST})
        _open["retriever"] = EnsembleRetriever(retrievers=[words, near], weights=[0.5, 0.5])
        _open["kept"] = (words.vectorizer, texts, store.store)


def search(question: str, k: int) -> list[str]:
    """Turn ids, best first."""
    words = re.findall(r"[^\W_]+", question)
    if TANTIVY:
        index = _open["index"]
        searcher = index.searcher()
        hits = searcher.search(index.parse_query(" ".join(words), ["text"]), k).hits
        found = [searcher.doc(address)["n"][0] for _, address in hits]
    elif LANCEDB:
        asked = _open["embedder"].embed([question])[0].tolist()
        query = _open["table"].search(query_type="hybrid").vector(asked).text(" ".join(words))
        found = [row["n"] for row in query.limit(k).to_list()]
    elif LANGCHAIN or LANGCHAIN_BM25:
        found = [one.metadata["n"] for one in _open["retriever"].invoke(question)][:k]
    else:
        found = [
            row
            for (row,) in _open["db"].execute(
                "SELECT rowid FROM said WHERE said MATCH ? ORDER BY rank LIMIT ?",
                (" OR ".join(f'"{word}"' for word in words), k),
            )
        ]
    return [_open["ids"][n] for n in found]
