"""Real speech whose sounds are known: a recogniser (pocketsphinx, with its English model) lays a transcript along it.

For evaluation alone; `pip install pocketsphinx`. The engine never needs it.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .mel import SAMPLE_RATE
from .synthesisers import ARPABET, Spoken

Samples = NDArray[np.float32]
_FRAME = 0.01
"""Seconds of one of the recogniser's frames."""


class AlignerError(RuntimeError):
    """The aligner is missing or cannot follow; the message is one sentence."""


def aligned(samples: Samples, transcript: str) -> Spoken:
    """Phonemes and times of English speech [N] at 16 kHz with its words; AlignerError where they do not fit."""
    decoder = _sphinx(lm=None)
    words = [word for word in re.sub(r"[^a-z' ]", " ", transcript.lower()).split() if decoder.lookup_word(word)]
    if not words:
        raise AlignerError("None of the transcript's words is in the dictionary.")
    decoder.set_align_text(" ".join(words))
    _decode(decoder, samples)
    if decoder.hyp() is None:
        raise AlignerError("The transcript does not fit the sound.")
    decoder.set_alignment()
    _decode(decoder, samples)
    alignment = decoder.get_alignment()  # kept: its words die with it
    phonemes = []
    for word in alignment:
        for phone in word:
            phonemes.append((phone.start * _FRAME, ARPABET.get(phone.name.lower(), "")))
    return Spoken(samples, tuple(phonemes))


def recognised_phonemes(samples: Samples) -> tuple[tuple[float, str], ...]:
    """(start in seconds, IPA) as the recogniser hears them without knowing the words: what Rhubarb works from."""
    from pocketsphinx import get_model_path  # pyright: ignore[reportMissingImports] - an extra, for measuring

    model = get_model_path("en-us/en-us-phone.lm.bin")
    decoder = _sphinx(allphone=model, lw=2.0, pip=0.3, beam=1e-20, pbeam=1e-20)
    _decode(decoder, samples)
    return tuple((segment.start_frame * _FRAME, ARPABET.get(segment.word.lower(), "")) for segment in decoder.seg())


def _sphinx(**settings: Any) -> Any:
    try:
        from pocketsphinx import Decoder  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise AlignerError("pocketsphinx is not installed: pip install pocketsphinx.") from error
    return Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", **settings)


def _decode(decoder: Any, samples: Samples) -> None:
    pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes()
    try:
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
    except RuntimeError as error:
        raise AlignerError("The recogniser could not follow the sound.") from error
