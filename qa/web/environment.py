"""What the process must be told before gradio is imported, since gradio reads its switches from the environment."""

from collections.abc import MutableMapping

SAFE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_SSR_MODE": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}
# Where temporary files go and under which path a proxy serves the page: neither opens anything.
KEPT = frozenset({"GRADIO_TEMP_DIR", "GRADIO_ROOT_PATH"})


def make_safe(environ: MutableMapping[str, str]) -> tuple[str, ...]:
    """Switch off whatever could publish the page, its files or its questions; return the names of what had been on.

    Share links, the MCP server, the code editor ("vibe mode"), hot reload and extra file paths of gradio can each be
    switched on by a variable; Dateline offers none of them, so all of gradio's variables but two are removed.
    """
    removed = {name for name in environ if name.startswith("GRADIO_") and name not in KEPT | SAFE.keys()}
    changed = {name for name, value in SAFE.items() if _is_on(environ.get(name, value)) != _is_on(value)}
    for name in removed:
        del environ[name]
    environ.update(SAFE)
    return tuple(sorted(removed | changed))


def _is_on(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "on"}
