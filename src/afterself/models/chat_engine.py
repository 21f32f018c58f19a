"""A GGUF and prompt ids -> a reply, streamed: llama.cpp inside this process (xllamacpp).

Knows nothing of turns or tokenizing (`llama_tokens.py`). Every sampler of llama.cpp is off unless asked
for, so that temperature 1 is the model's own distribution. No network port is opened: llama.cpp insists
on a listener, so it gets a Unix socket in a private folder that is removed before the first request.
"""

from __future__ import annotations

import queue
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from afterself.errors import ModelError
from afterself.home.abandoned import claimed, sweep_abandoned
from afterself.home.cores import usable_cores
from afterself.models.llama_tokens import LlamaTurnTokenizer

if TYPE_CHECKING:
    from xllamacpp import CommonParams, Server

_SILENT = -1
_LONGEST_TEMP = 60  # a Unix socket path may have about 100 bytes in all
_FORCED = 1e9
_MOST_THREADS = 8
DEFAULT_CONTEXT = 4096
"""Most tokens of context that are set up unasked: bigger bases could read far more than memory holds."""
MISSING = "Train or fetch it again, or put it back from a backup."
EXACT_CACHE_LIMIT = 128 * 2**20
"""Up to this many bytes the key-value cache is float32."""


class ChatEngine:
    """A loaded model, with an adapter laid over it if one is given."""

    def __init__(
        self,
        gguf: Path | str,
        lora: Path | str | None = None,
        n_ctx: int = 0,
        *,
        threads: int | None = None,
        mmap: bool = True,
        exact: bool | None = None,
    ) -> None:
        """Load the model (`/proc/self/fd/N` works too) and the adapter.

        `n_ctx` is the context in tokens, at most (and with 0 up to `DEFAULT_CONTEXT`) what the model
        was trained with; `threads` defaults to the CPUs that this process may use, up to 8. `exact`
        keeps keys and values in float32 without flash attention: the log-probabilities of an f32 file
        are then torch's to 1e-4, else to about 1e-2; unset, small models get it. Raises ModelError if a
        file is missing or cannot be loaded.
        """
        for path in (gguf, *([lora] if lora else [])):
            if not Path(path).exists():
                raise ModelError(f"There is no model file at {path}.", remedy=MISSING)
        self.tokenizer = LlamaTurnTokenizer(gguf)
        self.n_ctx = min(n_ctx or DEFAULT_CONTEXT, self.tokenizer.context)
        if exact is None:
            exact = self.n_ctx * self.tokenizer.cached_floats * 4 <= EXACT_CACHE_LIMIT
        self._writers: weakref.WeakSet[_Writer] = weakref.WeakSet()
        # Also at exit: no thread of ours may be inside llama.cpp when the interpreter goes away.
        self._stop_writers = weakref.finalize(self, _stop_all, self._writers)
        self._banned = [[n, False] for n in self.tokenizer.unspeakable]
        self._anchor = self.tokenizer.encode_text("a")[0]
        self._server: Server | None = _start(str(gguf), str(lora or ""), self.n_ctx, threads, mmap, exact)

    def tokenize(self, text: str) -> list[int]:
        """Token ids of plain text."""
        return self.tokenizer.encode_text(text)

    def detokenize(self, ids: Sequence[int]) -> str:
        """The text of the ids."""
        return self.tokenizer.decode(ids)

    def generate(
        self,
        prompt_ids: Sequence[int],
        *,
        max_tokens: int,
        temperature: float = 1.0,
        top_p: float = 1.0,
        seed: int | None = None,
    ) -> Generation:
        """Write on after the prompt until `<|im_end|>`, `max_tokens` or the end of the context.

        Yields pieces of text that are whole characters; closing the iterator stops the model. Temperature
        0 takes the likeliest token each time. With a seed the reply is the same every time on the same
        machine; without one it differs, and what the prompt shares with the last one is not read again.
        Special tokens that do not end a turn are never written. Raises ModelError if the prompt fills
        the context or `max_tokens` is below 1 (llama.cpp would take that for no limit).
        """
        if max_tokens < 1:
            raise ModelError(f"A reply of {max_tokens} tokens cannot be written; ask for at least 1.")
        request = {
            **self._request(prompt_ids),
            "max_tokens": min(max_tokens, self.n_ctx - len(prompt_ids)),
            "temperature": temperature,
            "top_p": top_p,
            "seed": secrets.randbits(31) if seed is None else seed & 0x7FFFFFFF,
            "cache_prompt": seed is None,
            "logit_bias": self._banned,
            "stream": True,
        }
        writer = _Writer(self._running(), request)
        self._writers.add(writer)
        return Generation(writer)

    def next_logprobs(self, prompt_ids: Sequence[int], n: int) -> dict[int, float]:
        """The n likeliest next tokens with their natural log-probabilities, likeliest first."""
        request = {
            **self._request(prompt_ids),
            "max_tokens": 1,
            "temperature": 0.0,
            "cache_prompt": False,
            # Log-probabilities are taken before sampling. Which token is then sampled is of no
            # interest, but it must be one with text: llama.cpp reports nothing for others.
            "logit_bias": [[self._anchor, _FORCED]],
            "logprobs": n,
        }
        answer = self._running().handle_completions(request)
        _refuse(answer)
        top = answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        return {entry["id"]: entry["logprob"] for entry in top}

    def _request(self, prompt_ids: Sequence[int]) -> dict[str, Any]:
        if not 0 < len(prompt_ids) < self.n_ctx:
            raise ModelError(
                f"The prompt has {len(prompt_ids)} tokens; the model can read 1 to {self.n_ctx - 1}.",
                remedy="Leave out earlier turns.",
            )
        return {
            "prompt": list(prompt_ids),
            "samplers": ["temperature", "top_p"],
            "top_k": 0,
            "min_p": 0.0,
            "typical_p": 1.0,
            "repeat_penalty": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
            "dry_multiplier": 0.0,
            "xtc_probability": 0.0,
            "dynatemp_range": 0.0,
            "mirostat": 0,
        }

    def _running(self) -> Server:
        if self._server is None:
            raise ModelError("The engine is closed.")
        return self._server

    def close(self) -> None:
        """Stop what is being written and free the model; more than once does no harm."""
        self._stop_writers()
        self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Generation(Iterator[str]):
    """A reply being written: an iterator of text, with `finish` ("stop" or "length") at its end.

    Closing it, or forgetting it, stops the model at the next token.
    """

    def __init__(self, writer: _Writer) -> None:
        self._writer = writer
        weakref.finalize(self, writer.stopped.set)

    @property
    def finish(self) -> str | None:
        """Why it ended; None while it runs or when it was broken off."""
        return self._writer.finish

    def __iter__(self) -> Generation:
        return self

    def __next__(self) -> str:
        piece = None if self._writer.stopped.is_set() else self._writer.pieces.get()
        if isinstance(piece, str):
            return piece
        self.close()
        if piece is not None:
            raise piece
        raise StopIteration

    def close(self) -> None:
        """Stop writing and wait until llama.cpp has let go."""
        self._writer.stop()


class _Writer:
    """Drives one request in a thread of its own, because llama.cpp calls back instead of returning."""

    def __init__(self, server: Server, request: dict[str, Any]) -> None:
        self.finish: str | None = None
        self.stopped = threading.Event()
        self.pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, args=(server, request), daemon=True)
        self._thread.start()

    def _write(self, server: Server, request: dict[str, Any]) -> None:
        try:
            server.handle_completions(request, self._take)
        except Exception as error:  # whatever it is, the reader must see it
            self.pieces.put(error)
        self.pieces.put(None)

    def _take(self, chunk: dict[str, Any]) -> bool:
        """Called by llama.cpp for each piece; True stops it."""
        if "choices" not in chunk:
            self.pieces.put(_engine_error(chunk))
            return True
        for choice in chunk["choices"]:
            if choice["text"]:
                self.pieces.put(choice["text"])
            self.finish = choice["finish_reason"] or self.finish
        return self.stopped.is_set()

    def stop(self) -> None:
        self.stopped.set()
        self._thread.join()


def _stop_all(writers: weakref.WeakSet[_Writer]) -> None:
    for writer in list(writers):
        writer.stop()


def _start(gguf: str, lora: str, n_ctx: int, threads: int | None, mmap: bool, exact: bool) -> Server:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = gguf
    if lora:
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(lora, 1.0)]
    params.n_ctx = n_ctx
    params.cpuparams.n_threads = threads or min(usable_cores(), _MOST_THREADS)
    modes = xllamacpp.llama_load_mode
    params.load_mode = modes.LLAMA_LOAD_MODE_MMAP if mmap else modes.LLAMA_LOAD_MODE_NONE
    if exact:
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    _quiet_and_private(params)
    folder = _socket_folder()
    try:
        with claimed(folder):
            params.hostnames = [str(folder / "unused.sock")]
            server = xllamacpp.Server(params)
    except RuntimeError:
        raise ModelError(
            f"llama.cpp cannot load {gguf}{' with the adapter ' + lora if lora else ''}.",
            remedy="The file may be damaged, or the adapter made for another base: train or export it again.",
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    # Freed before its loop has begun, the server would wait for that loop forever: see it answer once.
    server.handle_metrics()
    return server


def _socket_folder() -> Path:
    """A private folder for the socket that llama.cpp insists on; those of killed processes are removed."""
    base = tempfile.gettempdir()
    base = base if len(base) <= _LONGEST_TEMP else "/tmp"
    sweep_abandoned(Path(base).glob("afterself-socket-*"))
    return Path(tempfile.mkdtemp(prefix="afterself-socket-", dir=base))


def _quiet_and_private(params: CommonParams) -> None:
    """No log, no prompt kept in memory beyond the running one, no page, no warm-up, one HTTP thread."""
    params.verbosity = _SILENT
    params.warmup = False
    params.fit_params = False
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.n_ctx_checkpoints = 0
    params.endpoint_slots = False
    params.endpoint_metrics = True
    params.ui = False
    params.n_threads_http = 1
    params.api_keys = [secrets.token_hex(16)]


def _refuse(answer: dict[str, Any]) -> None:
    if "choices" not in answer:
        raise _engine_error(answer)


def _engine_error(answer: dict[str, Any]) -> ModelError:
    error = answer.get("error", answer)
    return ModelError(f"llama.cpp refused the request: {error.get('type', 'error')} {error.get('code', '')}.")
