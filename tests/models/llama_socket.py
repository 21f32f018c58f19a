"""llama.cpp's own tokenizer, asked over the Unix socket that the engine itself closes to everyone."""

from __future__ import annotations

import http.client
import json
import socket
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self


class LlamaTokenizer:
    """`tokenize(text)` as any other llama.cpp program would do it, special tokens disabled."""

    def __init__(self, gguf: Path) -> None:
        import xllamacpp

        self._folder = tempfile.TemporaryDirectory(prefix="tok-")
        self._socket = str(Path(self._folder.name) / "s.sock")
        params = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.n_ctx, params.verbosity, params.warmup = 64, -1, False
        params.hostnames, params.endpoint_metrics = [self._socket], True
        params.cpuparams.n_threads = 1
        self._server = xllamacpp.Server(params)
        self._server.handle_metrics()  # it must have begun to answer before it may be freed

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self._socket)
        body = {"content": text, "add_special": False, "parse_special": special}
        connection.request("POST", "/tokenize", json.dumps(body))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return list(answer["tokens"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._server
        self._folder.cleanup()
