"""Questions that are answered several at once, in a thread of their own, while the detector goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from .interface import Floats

TOGETHER: Final = 8
"""So many pictures are looked at together: small networks take little more than half the time for each."""
Answers = Callable[[Sequence[Any]], Floats]
"""[N, ...] of N questions."""


class Together:
    """Call it with a question to get where its answer will be. Whoever makes one closes it, which answers the rest."""

    def __init__(self, make: Callable[[], Answers], name: str) -> None:
        """make: called once, in the thread that answers; what it raises is raised here."""
        self._beside = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: list[tuple[Any, Future[Floats]]] = []
        try:
            self._answers = self._beside.submit(make).result()
        except Exception:  # whatever it was, the thread ends before it is raised again
            self._beside.shutdown()
            raise

    def __call__(self, question: Any) -> Future[Floats]:
        answer: Future[Floats] = Future()
        self._waiting.append((question, answer))
        if len(self._waiting) == TOGETHER:
            self._send()
        return answer

    def close(self) -> None:
        """Answer what still waits, and end the thread."""
        self._send()
        self._beside.shutdown()

    def _send(self) -> None:
        if self._waiting:
            self._beside.submit(_answer, self._answers, self._waiting)
            self._waiting = []


def _answer(answers: Answers, waiting: list[tuple[Any, Future[Floats]]]) -> None:
    """Answer those who wait, or tell them what went wrong."""
    try:
        found = answers([question for question, _ in waiting])
    except Exception as error:  # noqa: BLE001 - raised again where the answer is taken
        for _, answer in waiting:
            answer.set_exception(error)
        return
    for (_, answer), one in zip(waiting, found, strict=True):
        answer.set_result(one)
