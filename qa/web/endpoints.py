"""The page's HTTP interface: what scripts may call through `gradio_client` or plain HTTP."""

from gradio.events import api as endpoint

from qa.web.conversation import Engine, Filters, ask


def publish(engine: Engine) -> None:
    """Offer `/answer`; to be called inside the page's Blocks."""

    def answer(
        question: str,
        history: list | None = None,  # type: ignore[type-arg]
        as_of: str | None = None,
        since: str | None = None,
        until: str | None = None,
        publishers: list | None = None,  # type: ignore[type-arg]
    ) -> dict:  # type: ignore[type-arg]
        """Answer a question over the indexed articles, citing the passage behind every sentence.

        Args:
            question: What to find out, in English, at most 2,000 characters.
            history: Earlier turns, oldest first, each [question] or [question, answer text].
            as_of: A day, YYYY-MM-DD: only what had been published by then counts, and ages count from it.
            since: Leave out articles published before this day, YYYY-MM-DD.
            until: Leave out articles published after this day, YYYY-MM-DD.
            publishers: Only articles of these publishers, by the names that citations give.

        Returns:
            The dictionary of Answer.to_dict: text with [1] markers, status, citations with quotes, and more.
        """
        return ask(engine, question, history, Filters.of(as_of, since, until, publishers)).to_dict()

    endpoint(answer, api_name="answer", concurrency_id="answer")
