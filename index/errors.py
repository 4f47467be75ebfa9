"""Everything that can go wrong with an index, as one tree.

DatelineError
├── SettingsError          a setting has a value that cannot be used
├── EmbedderError          the embedding model is missing, altered or cannot be loaded
└── CorpusError            the index as a whole cannot be used
    ├── IndexMissing       no index has been built at that place
    ├── IndexBroken        the files of the index do not belong together any more
    ├── IndexMismatch      the index was built with other settings than those in force
    ├── ServerAway         the Chroma server that holds the vectors cannot be reached
    ├── IndexBusy          another process is building this index
    └── NothingToIndex     no readable article was found
"""

REBUILD = "Run: dateline index --rebuild"  # what mends an index whose files do not belong together


class DatelineError(Exception):
    """A problem with a name, a value and a fix; its text is one sentence that can be shown to a user."""


class SettingsError(DatelineError):
    """A setting has a value that cannot be used."""


class EmbedderError(DatelineError):
    """The embedding model is missing, altered or cannot be loaded."""


class CorpusError(DatelineError):
    """The index as a whole cannot be used."""


class IndexMissing(CorpusError):
    """No index has been built at that place."""


class IndexBroken(CorpusError):
    """The files of the index do not belong together any more."""


class IndexMismatch(CorpusError):
    """The index was built with other settings than those in force."""


class ServerAway(CorpusError):
    """The Chroma server that holds the vectors cannot be reached."""


class IndexBusy(CorpusError):
    """Another process is building this index."""


class NothingToIndex(CorpusError):
    """No readable article was found, so the index was left as it was."""
