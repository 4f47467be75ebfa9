"""Launches the chat page; the same as `dateline chat`, with the same options."""

import sys

from qa.cli import main

if __name__ == "__main__":
    sys.exit(main(["chat", *sys.argv[1:]]))
