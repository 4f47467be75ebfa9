"""What works beside: a thread, or processes, each with a model of its own, of which none outlives this one.

The pool of sentence-transformers is not used: its processes wait for ever once the one that started them was killed, and
that one has to hold the model too.
"""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from index.errors import EmbedderError


@contextmanager
def beside() -> Iterator[ThreadPoolExecutor]:
    """A thread for work beside this one's; where that fails, only what the thread has begun is finished."""
    thread = ThreadPoolExecutor(1, "dateline-beside")
    try:
        yield thread
    except BaseException:
        thread.shutdown(cancel_futures=True)
        raise
    thread.shutdown()


@contextmanager
def processes(number: int) -> Iterator[ProcessPoolExecutor]:
    """So many spawned processes that share the cores; they end with the block, whatever they do just then.

    Raises `EmbedderError` where one of them is killed. In a script, whoever calls has to be under
    `if __name__ == "__main__"`, as for every spawned process.
    """
    context = get_context("spawn")
    ended, alive = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(number, context, _begin, (ended, max(1, cores() // number)))
    try:
        yield pool
        pool.shutdown()
    except BrokenProcessPool as error:
        raise EmbedderError(
            "A process that embeds passages was ended from outside, as happens where memory is short. The index was left "
            "as it was; run dateline index again, with a smaller DATELINE_WORKERS if memory was short."
        ) from error
    finally:
        alive.close()
        pool.shutdown(cancel_futures=True)
        ended.close()


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(ended: Connection, threads: int) -> None:
    """Prepare a worker: Ctrl-C is for the process that started it, and when that ends, however it ends, so does this one."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(ended,), daemon=True).start()
    os.environ["OMP_NUM_THREADS"] = str(threads)


def _end_with(ended: Connection) -> None:
    ended.poll(None)  # nothing is ever sent: it returns when the other end is closed
    os._exit(0)
