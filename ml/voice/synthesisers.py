"""Speech whose sounds and times are known: espeak-ng (library) and flite (program), needed for training alone.

Both are found on the system (`apt install libespeak-ng1 flite`, or the like); the engine never needs them.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from .mel import SAMPLE_RATE


class SynthesiserError(RuntimeError):
    """A speech synthesiser is missing or refuses; the message is one sentence."""


@dataclass(frozen=True)
class Spoken:
    """Speech with its phonemes."""

    samples: NDArray[np.float32]
    """[N] mono at 16 kHz."""
    phonemes: tuple[tuple[float, str], ...]
    """(start in seconds, IPA); empty IPA is silence."""


# The ARPAbet symbols that flite prints, as IPA.
ARPABET: Final[dict[str, str]] = {
    "aa": "ɑ", "ae": "æ", "ah": "ʌ", "ao": "ɔ", "aw": "aʊ", "ax": "ə", "axr": "ɚ", "ay": "aɪ", "b": "b", "ch": "tʃ",
    "d": "d", "dh": "ð", "dx": "ɾ", "eh": "ɛ", "el": "l", "em": "m", "en": "n", "er": "ɚ", "ey": "eɪ", "f": "f",
    "g": "ɡ", "hh": "h", "hv": "h", "ih": "ɪ", "iy": "i", "jh": "dʒ", "k": "k", "l": "l", "m": "m", "n": "n",
    "ng": "ŋ", "ow": "oʊ", "oy": "ɔɪ", "p": "p", "pau": "", "r": "ɹ", "s": "s", "sh": "ʃ", "ssil": "", "sil": "",
    "t": "t", "th": "θ", "uh": "ʊ", "uw": "u", "v": "v", "w": "w", "y": "j", "z": "z", "zh": "ʒ",
}  # fmt: skip


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", _Id),
    )  # fmt: skip


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
_RETRIEVAL, _PHONEME_EVENTS, _AS_IPA = 1, 1, 2
_EVENT_END, _EVENT_PHONEME = 0, 7
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4


class Espeak:
    """espeak-ng as a library, which alone tells when each phoneme sounds."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng")
        if name is None:
            raise SynthesiserError("espeak-ng is not installed (libespeak-ng1, or brew install espeak-ng).")
        self._library: Any = ctypes.CDLL(name)
        self._rate = self._library.espeak_Initialize(_RETRIEVAL, 0, None, _PHONEME_EVENTS | _AS_IPA)
        if self._rate <= 0:
            raise SynthesiserError("espeak-ng does not start; its data folder is missing.")
        self._pieces: list[NDArray[np.int16]] = []
        self._events: list[tuple[float, str]] = []
        self._callback = _Callback(self._hear)  # kept, or it would be collected while the library holds it
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: str, rate: int = 165, pitch: int = 50, spread: int = 50) -> Spoken:
        """Say `text` with a voice such as "en-us+f3"; rate in words a minute, pitch and its spread 0..100."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SynthesiserError(f"espeak-ng has no voice {voice}.")
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, spread)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._pieces, self._events = [], []
        content = text.encode("utf-8") + b"\0"
        self._library.espeak_Synth(content, len(content), 0, 0, 0, 1, None, None)
        self._library.espeak_Synchronize()
        if not self._pieces:
            raise SynthesiserError(f"espeak-ng said nothing for {text!r} with {voice}.")
        samples = np.concatenate(self._pieces).astype(np.float32) / 32768
        return Spoken(to_speech_rate(samples, self._rate), tuple(self._events))

    def _hear(self, sound: Any, count: int, events: Any) -> int:
        if count > 0:
            self._pieces.append(np.ctypeslib.as_array(sound, (count,)).copy())
        i = 0
        while events[i].type != _EVENT_END:
            if events[i].type == _EVENT_PHONEME:
                symbol = events[i].id.string.decode("utf-8", "ignore")
                self._events.append((events[i].audio_position / 1000, symbol))
            i += 1
        return 0


@lru_cache(maxsize=1)
def espeak() -> Espeak:
    """The one espeak-ng of this process: the library holds a single state, and starting it twice hangs."""
    return Espeak()


def flite_speak(text: str, voice: str, stretch: float = 1.0) -> Spoken:
    """Say English `text` by flite, whose voices are made from recordings of people (rms, slt, awb, kal16)."""
    program = shutil.which("flite")
    if program is None:
        raise SynthesiserError("flite is not installed (apt install flite).")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "speech.wav")
        asked = [program, "-voice", voice, "-psdur", "--setf", f"duration_stretch={stretch}", "-t", text, "-o", path]
        answer = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
        samples, rate = read_wave(Path(path))
    begin, phonemes = 0.0, []
    for entry in answer.stdout.split():
        name, _, ends = entry.rpartition(":")
        phonemes.append((begin, ARPABET.get(name, "")))
        begin = float(ends)
    return Spoken(to_speech_rate(samples, rate), tuple(phonemes))


def read_wave(path: Path) -> tuple[NDArray[np.float32], int]:
    """Mono samples of a 16-bit wave file, and their rate."""
    with wave.open(str(path), "rb") as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        return sound.reshape(-1, file.getnchannels()).mean(axis=1).astype(np.float32) / 32768, file.getframerate()


def to_speech_rate(samples: NDArray[np.floating], rate: int) -> NDArray[np.float32]:
    """Samples at 16 kHz."""
    common = gcd(rate, SAMPLE_RATE)
    return resample_poly(samples, SAMPLE_RATE // common, rate // common).astype(np.float32)
