"""Questions that are answered several at once."""

import threading

import numpy as np
import pytest

from understudy.ml.features.together import TOGETHER, Together


def test_everybody_gets_their_own_answer_and_the_last_ones_at_the_end():
    sizes, threads = [], set()

    def doubled(questions):
        sizes.append(len(questions))
        threads.add(threading.get_ident())
        return 2 * np.array(questions)

    together = Together(lambda: doubled, "test")
    answers = [together(number) for number in range(2 * TOGETHER + 3)]
    assert answers[0].result(timeout=5) == 0 and not answers[-1].done()
    together.close()
    assert [float(answer.result(timeout=0)) for answer in answers] == [2.0 * i for i in range(2 * TOGETHER + 3)]
    assert sizes == [TOGETHER, TOGETHER, 3] and threads.isdisjoint({threading.get_ident()}) and len(threads) == 1


def test_what_goes_wrong_is_raised_where_it_is_asked_for():
    def refuse(_questions):
        raise ValueError("no answer")

    together = Together(lambda: refuse, "test")
    answers = [together(i) for i in range(TOGETHER)]
    together.close()
    for answer in answers:
        with pytest.raises(ValueError, match="no answer"):
            answer.result(timeout=0)

    def missing():
        raise FileNotFoundError("no weights")

    with pytest.raises(FileNotFoundError, match="no weights"):
        Together(missing, "test")
