"""Work in processes beside this one, which end with it, however it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager, suppress
from itertools import cycle
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from types import FrameType

_STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def beside(
    work: Callable[..., object], *, prepare: Callable[[], object]
) -> Iterator[Callable[..., None]]:
    """Give a function that has work done by as many processes as there are processors.

    They begin at once with what prepares them, and take turns. Whoever leaves waits until
    all is done.

    Args:
        work: A function of a module, whose arguments can be pickled; what it returns is
            dropped.
        prepare: Likewise, without arguments.

    Raises:
        WrongInput: A process raised it.
        OSError: Likewise.
    """
    # Fresh processes, not copies of this one, which may have threads.
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(os.cpu_count() or 1)]
    processes = [
        context.Process(target=_serve, args=(theirs, work, prepare), daemon=True)
        for _, theirs in pipes
    ]
    turns = cycle(ours for ours, _ in pipes)

    def give(*task: Any) -> None:
        # One that came to grief hears nothing more, and said why.
        with suppress(BrokenPipeError):
            next(turns).send(task)

    with _ended_when_stopped(processes):
        _start(processes)
        for _, theirs in pipes:
            theirs.close()
        yield give
        for ours, _ in pipes:
            with suppress(BrokenPipeError):
                ours.send(None)
        answers = [_answer(ours) for ours, _ in pipes]
    for answer in answers:
        if answer is not None:
            raise answer


def _start(processes: Sequence[BaseProcess]) -> None:
    """Start processes that do not hear Ctrl-C: this one hears it, and ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        for process in processes:
            process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ended_when_stopped(processes: Sequence[BaseProcess]) -> Iterator[None]:
    """End the processes before whoever else hears a signal clears away after them."""
    before = {number: signal.getsignal(number) for number in _STOPS}

    def end() -> None:
        for process in processes:
            if process.pid is not None:
                process.kill()
                process.join()

    def stop(number: int, frame: FrameType | None) -> None:
        end()
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    heard = [number for number, then in before.items() if callable(then)]
    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        end()
        for number in heard:
            signal.signal(number, before[number])


def _answer(ours: Connection) -> WrongInput | OSError | None:
    """Wait for what a process says at its end: nothing, or what went wrong."""
    answer = ours.recv()
    return WrongInput(answer) if isinstance(answer, tuple) else answer


def _serve(theirs: Connection, work: Callable[..., object], prepare: Callable[[], object]) -> None:
    """Do what is given until nothing more is; say what went wrong so that it can be pickled."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answer: tuple[Any, ...] | OSError | None = None
    try:
        prepare()
        while (task := theirs.recv()) is not None:
            work(*task)
    except WrongInput as error:
        answer = error.mistakes
    except OSError as error:
        answer = error
    theirs.send(answer)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a process that was started here"
    wait([parent.sentinel])
    os._exit(1)
