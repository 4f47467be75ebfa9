"""The page's HTTP interface over the real engine."""

from typing import Any

import pytest
from gradio_client import Client

from qa import Answer, QAEngine


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"timings": sorted(answer["timings"])}


@pytest.mark.parametrize(
    "given",
    [
        {"question": "How long did the meeting in Yevlakh last?"},
        {"question": "How long did the meeting in Yevlakh last?", "as_of": "2020-01-01"},
        {
            "question": "What did Peskov say?",
            "history": [["Who met in Yevlakh?", "Delegations."]],
            "as_of": "2023-10-01",
        },
        {"question": "Who met in Yevlakh?", "since": "2023-09-01", "until": "2023-12-31"},
        {"question": "Who met in Yevlakh?", "publishers": ["The Example Courier"]},
        {"question": "Who won the chess world championship in 1972?"},
        {"question": ""},
    ],
)
def test_the_answer_over_http_is_the_answer_of_the_engine(
    address: str, engine: QAEngine, given: dict[str, Any]
) -> None:
    client = Client(address, verbose=False, analytics_enabled=False)
    answer = client.predict(**given, api_name="/answer")
    client.close()
    assert timeless(answer) == timeless(engine.answer(**given).to_dict())
    assert Answer.from_dict(answer).to_dict() == answer
