"""The way to a language model: names, packages, keys, a caller's own model, and what must never be said."""

import importlib.abc
import logging
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, SecretStr

from index.errors import SettingsError
from qa.errors import LanguageModelError
from qa.failures import Failure, failure_of
from qa.llm import PROVIDERS, LanguageModel, Limits, around, open_llm
from tests.qa.llm.provider import Body, Provider, closed_port, cut_after, html, prompt_of, say, stall_after, status

ASKED = [("human", "Who won?")]
ROOT = Path(__file__).parents[3]
CANARY = "sk-canary-5f3a9c1e7b"


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        if provider.key:
            monkeypatch.delenv(provider.key, raising=False)


@pytest.mark.parametrize(
    "name", ["", "gpt-4o-mini", "openai:", "openai: ", ":gpt-4o", "opnai:gpt-4o", "bedrock:claude", "http://host:80"]
)
def test_a_name_without_a_known_provider_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_llm(name)
    assert repr(name) in str(caught.value)
    assert "DATELINE_LLM" in str(caught.value)
    assert all(provider in str(caught.value) for provider in PROVIDERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai:gpt-4o-mini", "openai:gpt-4o-mini"),
        ("google-genai:gemini-flash", "google_genai:gemini-flash"),
        ("OpenAI: gpt-4o-mini ", "openai:gpt-4o-mini"),
        ("ollama:qwen3:4b", "ollama:qwen3:4b"),
        ("huggingface:some/model", "huggingface:some/model"),
    ],
)
def test_opening_a_model_needs_neither_package_nor_key_yet(name: str, expected: str) -> None:
    llm = open_llm(name, window=4096)
    assert (llm.id, llm.window) == (expected, 4096)
    llm.close()


def test_a_base_url_that_a_provider_cannot_use_is_refused() -> None:
    with pytest.raises(SettingsError, match="openai:some/model"):
        open_llm("huggingface:some/model", base_url="http://127.0.0.1:8080")


def failed(llm: LanguageModel) -> LanguageModelError:
    with pytest.raises(LanguageModelError) as caught:
        llm.complete(ASKED)
    with pytest.raises(LanguageModelError, match=f"^{str(caught.value)[:20]}"):
        list(llm.stream(ASKED))
    llm.close()
    return caught.value


@pytest.mark.parametrize("name", [name for name, provider in PROVIDERS.items() if provider.key])
def test_a_missing_key_is_named(name: str) -> None:
    error = failed(open_llm(f"{name}:test"))
    assert error.failure == Failure.NO_KEY
    assert str(PROVIDERS[name].key) in str(error)


class Hidden(importlib.abc.MetaPathFinder):
    """Hides the providers' packages, as on a machine where no extra is installed."""

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> None:
        if name.partition(".")[0] in {provider.package for provider in PROVIDERS.values()}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] in {provider.package for provider in PROVIDERS.values()}:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Hidden(), *sys.meta_path])


@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize(("name", "extra"), [(name, provider.extra) for name, provider in PROVIDERS.items()])
def test_a_missing_package_comes_with_the_command_that_installs_it(name: str, extra: str) -> None:
    error = failed(open_llm(f"{name}:test"))
    assert error.failure == Failure.NO_PACKAGE
    assert f'pip install "dateline[{extra}]"' in str(error)


def test_a_server_of_ones_own_needs_no_key() -> None:
    with Provider(say("Red.")) as provider:
        llm = open_llm("openai:local", base_url=provider.openai_url)
        assert llm.complete(ASKED) == "Red."
        llm.close()


def test_a_key_that_is_set_reaches_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    with Provider(say("Red.")) as provider:
        llm = open_llm("openai:local", base_url=provider.openai_url)
        llm.complete(ASKED)
        llm.close()
    assert {name.lower(): value for name, value in provider.headers[0].items()}["authorization"].endswith(CANARY)


def test_messages_arrive_in_their_roles_and_a_function_can_answer_them() -> None:
    def obey(body: Body) -> str:
        return prompt_of(body).rpartition("Say: ")[2]

    with Provider(obey) as provider:
        llm = open_llm("openai:local", base_url=provider.openai_url)
        messages = [("system", "Obey."), ("human", "Say: blue"), ("ai", "blue"), ("human", "Say: red and  green")]
        assert llm.complete(messages) == "".join(llm.stream(messages)) == "red and  green"
        llm.close()
    assert [message["role"] for message in provider.bodies[0]["messages"]] == ["system", "user", "assistant", "user"]
    assert provider.bodies[0]["temperature"] == 0.0
    assert [body.get("stream", False) for body in provider.bodies] == [False, True]


def test_threads_share_a_model() -> None:
    with Provider(lambda body: prompt_of(body)) as provider:
        llm = open_llm("openai:local", base_url=provider.openai_url)
        questions = [f"Who won race {number}?" for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda question: "".join(llm.stream([("human", question)])), questions))
        llm.close()
    assert answers == questions


def test_a_closed_model_can_be_used_again_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())  # other tests' models may still be open
    with Provider(say("Red.")) as provider:
        llm = open_llm("openai:local", base_url=provider.openai_url)
        assert llm.complete(ASKED) == "Red."
        llm.close()
        llm.close()
        assert llm.complete(ASKED) == "Red."
        llm.close()
    ended = time.monotonic() + 2
    while time.monotonic() < ended and _ours() - before:
        time.sleep(0.02)
    assert _ours() <= before


def _ours() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "dateline-llm"}


@pytest.mark.parametrize(
    "cue", [status(401, said=f"Incorrect key {CANARY}"), status(500, said=CANARY), html(), cut_after(1)]
)
@pytest.mark.parametrize("client", ["openai", "anthropic"])
def test_neither_key_nor_what_the_provider_says_gets_out(
    cue: Any, client: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv(str(PROVIDERS[client].key), CANARY)
    caplog.set_level(logging.DEBUG)
    with Provider(cue) as provider:
        url = provider.openai_url if client == "openai" else provider.anthropic_url
        llm = open_llm(f"{client}:test", base_url=url, limits=Limits(deadline=5, retries=0))
        errors = []
        for way in (llm.complete, llm.stream):
            with pytest.raises(LanguageModelError) as caught:
                list(way(ASKED))
            errors.append(caught.value)
        llm.close()
    told = "".join("".join(traceback.format_exception(error)) + repr(error.args) for error in errors)
    everything = told + caplog.text + "".join(capsys.readouterr()) + repr(llm) + repr([vars(e) for e in errors])
    assert CANARY not in everything
    assert "sign in" not in told
    assert all(error.__cause__ is error.__context__ is None for error in errors)


def test_every_failure_is_said_in_one_sentence_with_the_model() -> None:
    for failure in Failure:
        said = failure.sentence.format(id="openai:x", key="KEY", extra="openai")
        assert "openai:x" in said
        assert said.endswith((".", ']"'))
        assert "\n" not in said


class Refusing(GenericFakeChatModel):
    """A caller's model whose every call fails in a way that no provider's client does."""

    messages: Iterator[AIMessage | str] = iter(())

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        raise RuntimeError(CANARY)

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        raise RuntimeError(CANARY)


class Stuck(BaseChatModel):
    """A caller's model that has no coroutines and never comes back."""

    released: threading.Event = Field(default_factory=threading.Event)

    @property
    def _llm_type(self) -> str:
        return "stuck"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.released.wait(30)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content="late"))])


class HuggingFacePipeline:
    """What ChatHuggingFace holds when the model runs in this process."""


class Local(FakeListChatModel):
    """A chat model around a local pipeline: its coroutines are not implemented."""

    llm: Any = HuggingFacePipeline()

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        raise AttributeError("async_client")
        yield ChatGenerationChunk(message=AIMessageChunk(content=""))


def test_a_callers_own_model_answers_and_an_end_is_an_end() -> None:
    llm = around(FakeListChatModel(responses=["The red team."]), limits=Limits(), window=512)
    assert (llm.id, llm.window) == ("FakeListChatModel", 512)
    assert llm.complete(ASKED) == "".join(llm.stream(ASKED)) == "The red team."
    llm.close()


def test_a_callers_own_openai_model_is_held_to_its_protocol() -> None:
    from langchain_openai import ChatOpenAI

    with Provider(say("Red."), cut_after(1)) as provider:
        model = ChatOpenAI(model="mine", base_url=provider.openai_url, api_key=SecretStr("x"), max_retries=0)
        llm = around(model, limits=Limits(deadline=10), window=512)
        assert llm.id == "ChatOpenAI:mine"
        assert "".join(llm.stream(ASKED)) == "Red."
        with pytest.raises(LanguageModelError) as caught:
            list(llm.stream(ASKED))
        llm.close()
    assert caught.value.failure == Failure.CUT


def test_a_callers_model_that_fails_in_its_own_way_says_nothing_of_it() -> None:
    error = failed(around(Refusing(), id="mine", limits=Limits(deadline=5), window=512))
    assert error.failure == Failure.MALFORMED
    assert CANARY not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("way", ["complete", "stream"])
def test_a_model_that_is_only_a_thread_is_left_behind_at_the_deadline(way: str) -> None:
    stuck, begun = Stuck(), time.monotonic()
    llm = around(stuck, limits=Limits(deadline=0.4, first_token=0.3), window=512)
    with pytest.raises(LanguageModelError) as caught:
        list(getattr(llm, way)(ASKED))
    assert caught.value.failure == Failure.SLOW
    assert time.monotonic() - begun < 0.9
    llm.close()
    stuck.released.set()


def test_a_local_pipeline_answers_from_a_thread() -> None:
    llm = around(Local(responses=["Red.", "Blue."]), limits=Limits(), window=512)
    assert llm.complete(ASKED) == "Red."
    assert list(llm.stream(ASKED)) == ["Blue."]
    llm.close()


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)


def test_a_call_left_behind_does_not_keep_the_process() -> None:
    code = """
import threading
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from qa.errors import LanguageModelError
from qa.llm import Limits, around

class Stuck(FakeListChatModel):
    def _generate(self, *args, **kwargs):
        threading.Event().wait()

try:
    around(Stuck(responses=[""]), limits=Limits(deadline=0.3), window=512).complete([("human", "Who won?")])
except LanguageModelError as error:
    print(error.failure)
"""
    done = run(code)
    assert (done.stdout.strip(), done.stderr) == ("slow", "")


def test_importing_the_edge_loads_nothing_heavy() -> None:
    done = run("import sys, qa.llm; print(*{name.partition('.')[0] for name in sys.modules})")
    assert "qa" in done.stdout.split()
    assert not set(done.stdout.split()) & {
        "langchain",
        "langchain_core",
        "langchain_openai",
        "openai",
        "torch",
        "numpy",
    }


class ClientError(Exception):
    """As the clients of Google and Hugging Face have it: a status in one place or another, and a text."""

    def __init__(self, text: str, **places: object) -> None:
        super().__init__(text)
        self.__dict__.update(places)


class Reply:
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code
        self.headers: dict[str, str] = {}


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ClientError("400 INVALID_ARGUMENT. API key not valid.", code=400), Failure.KEY_REFUSED),
        (ClientError("The input token count (99) exceeds the maximum number of tokens.", code=400), Failure.TOO_LONG),
        (ClientError("`inputs` tokens + `max_new_tokens` must be <= 4096", response=Reply(422)), Failure.TOO_LONG),
        (ClientError("the request exceeds the available context size", status_code=400), Failure.TOO_LONG),
        (ClientError("Request too large: maximum 30000 tokens a minute", status_code=429), Failure.BUSY),
        (ClientError("The response was filtered: content_filter", status_code=400), Failure.FILTERED),
        (ClientError("request_too_large", status_code=413), Failure.TOO_LONG),
        (ClientError("no permission", status_code=403), Failure.KEY_REFUSED),
        (caused(RuntimeError("wrapped"), ClientError("busy", status=503)), Failure.SERVER),
        (ConnectionError("Failed to connect to the server."), Failure.UNREACHABLE),
        (caused(ValueError("wrapped"), TimeoutError()), Failure.SLOW),
        (ClientError("odd", status_code=200), Failure.MALFORMED),
        (KeyError("choices"), Failure.MALFORMED),
    ],
)
def test_errors_of_any_client_are_told_apart(error: Exception, failure: Failure) -> None:
    assert failure_of(error) is failure


def test_an_exception_that_is_its_own_cause_ends() -> None:
    error = RuntimeError("round")
    error.__cause__ = error
    assert failure_of(error) is Failure.MALFORMED


def test_ollama_needs_no_key() -> None:
    llm = open_llm("ollama:llama", base_url=f"http://127.0.0.1:{closed_port()}", window=4096, limits=Limits(retries=0))
    assert failed(llm).failure == Failure.UNREACHABLE


def test_a_stalled_reply_of_one_call_does_not_hold_up_another() -> None:
    with Provider(stall_after(1), say("Red.")) as provider:
        llm = open_llm("openai:local", base_url=provider.openai_url)
        first = llm.stream(ASKED)
        next(first)
        assert llm.complete(ASKED) == "Red."
        llm.close()
