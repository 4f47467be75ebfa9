"""What articles, files and questions may not do to a terminal."""

import io
import json
import re
import sys
import unicodedata
from pathlib import Path

import pytest

from qa.terminal import Bar, prepare_streams, print_json, say, show
from tests.qa.cli.commands import Dateline, write_lines


def controls_in(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"}


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b2J", "&#27;[2J", "&#x9b;2J", "\\\x1b[2J", "\u202e", "\ud83d", "\r"])
def test_nothing_that_is_shown_or_said_moves_the_cursor_or_hides(capsys: pytest.CaptureFixture[str], text: str) -> None:
    show(f"before {text} after")
    say(f"before {text} after")
    for shown in capsys.readouterr():
        assert controls_in(shown) == set()
        assert re.fullmatch("before .*after\n", shown)


def test_markdown_is_shown_without_its_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    show(r"\[sic\] 5 &lt; 6 &amp; 1\. **Selmouth** [1]")
    assert capsys.readouterr().out == "[sic] 5 < 6 & 1. **Selmouth** [1]\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_progress_is_a_bar_with_its_rate_on_a_terminal_and_nothing_in_a_log(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with Bar("embedding", "passages") as progress:
        progress(1, 2)
        progress(2, 2)
    written = stream.getvalue()
    assert ("embedding: 100%" in written, "passages/s" in written, written == "") == (shown, shown, not shown)


def test_terminal_escapes_of_articles_files_and_questions_never_reach_the_terminal(
    dateline: Dateline, articles: Path
) -> None:
    evil = "\x1b[2J\x9b31m\u202e\x07"
    record = {
        "title": f"Bridge {evil} of Ostrel closes &#27;[2J",
        "text": f"The bridge of Ostrel {evil} closes on Friday &#x9b;31m for repairs, the city said.",
        "publisher": f"Courier {evil}",
        "url": f"https://news.example/{evil}",
    }
    write_lines(articles / "bridge.jsonl", record, "{broken")
    (articles / "\x1b[2Jevil\u202e.pdf").write_bytes(b"%PDF")
    questions = write_lines(
        articles.parent / "q.jsonl", {"id": f"\ud83d{evil}", "question": f"When{evil} does the bridge of Ostrel close?"}
    )
    runs = [
        dateline("index", articles),
        dateline("ask", f"When {evil} does the bridge of Ostrel close?"),
        dateline("ask", "--json", "When does the bridge of Ostrel close?"),
        dateline("ask", "--as-of", evil, "When does the bridge of Ostrel close?"),
        dateline("batch", questions),
        dateline("index", f"nowhere{evil}"),
    ]
    assert [run.code for run in runs] == [1, 0, 0, 2, 0, 2]
    assert "Friday" in runs[1].out
    assert [controls_in(run.out + run.err) for run in runs] == [set()] * len(runs)
    assert runs[4].json["id"] == f"\ud83d{evil}", "JSON gives back what was given"


def test_characters_that_the_terminal_cannot_show_become_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="ascii", write_through=True))
    prepare_streams()
    show("“Selmouth”, she said")
    print_json({"said": "“Selmouth” \U0001f6a2"})
    assert shown.getvalue().startswith(b"?Selmouth?, she said\n")
    assert json.loads(shown.getvalue().partition(b"\n")[2]) == {"said": "“Selmouth” \U0001f6a2"}
