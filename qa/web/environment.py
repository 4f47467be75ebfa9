"""How the page is served: what the operator chooses, and what gradio is told before it is imported."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pydantic import SecretStr

    from qa.settings import Settings

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
# Where temporary files go: it opens nothing.
KEPT = frozenset({"GRADIO_TEMP_DIR"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where and for whom the page is served; `qa.settings.Settings` checks the values.

    Without a port the first free one is taken. `root_path` is empty, or the path under which a reverse proxy serves the
    page, such as /news. User name and password are both given or neither. `names` are those under which browsers may find
    the page beside `host`, localhost and the addresses of this machine, without a port.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    root_path: str = ""
    user: str | None = None
    password: "SecretStr | None" = None
    mcp: bool = False
    names: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody on another machine can reach the page, directly or through a proxy, without a password."""
        return self.password is None and not (_is_loopback(self.host) and not self.root_path)

    @classmethod
    def of(cls, settings: "Settings", *, host: str, port: int | None) -> Self:
        """The options in the settings, and the address beside them."""
        return cls(
            host=host,
            port=port,
            root_path=settings.root_path,
            user=settings.user,
            password=settings.password,
            mcp=settings.mcp,
            names=settings.host_names,
        )


def make_safe(environ: MutableMapping[str, str]) -> tuple[str, ...]:
    """Switch off whatever could publish the page, its files or its questions; return the names of what had been on.

    Share links, the MCP server, the code editor ("vibe mode"), hot reload and extra file paths of gradio can each be
    switched on by a variable; Dateline offers none of them that way, so all of gradio's variables but one are removed.
    """
    removed = {name for name in environ if name.startswith("GRADIO_") and name not in KEPT | SAFE.keys()}
    changed = {name for name, value in SAFE.items() if _is_on(environ.get(name, value)) != _is_on(value)}
    for name in removed:
        del environ[name]
    environ.update(SAFE)
    return tuple(sorted(removed | changed))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_on(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "on"}
