"""Which models there are to train and to evaluate; each is imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from .exits import InputError

Rows = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Model:
    """Where a model's training and evaluation live: functions by "module:name" inside `ml`."""

    read_config: str
    """(config: Path | None, smoke: bool) -> settings"""
    train: str
    """(settings, resume=, say=)"""
    evaluate: str | None = None
    """(say=, and peer= where `has_peer`) -> rows by method"""
    has_peer: bool = False


MODELS: dict[str, Model] = {
    "face": Model("face.train:read_config", "face.train:train_face", "face.evaluate:evaluate_face", has_peer=True),
    "body": Model("body.train:read_config", "body.train:train_body", "body.evaluate:evaluate_body"),
    "voice": Model("voice.train:read_config", "voice.train:train_voice", "voice.evaluate:evaluate_voice"),
    "behaviour": Model(
        "behaviour.train:read_config",
        "behaviour.train:train_behaviour",
        "behaviour.evaluate:evaluate_behaviour",
        has_peer=True,
    ),
    "emotion": Model("emotion.train:read_config", "emotion.train:train_emotion", "emotion.evaluate:evaluate_emotion"),
}
EVALUATED_ALONE: dict[str, str] = {"body-webcam": "body.evaluate:evaluate_body_webcam"}
"""What can only be evaluated."""


def trainable() -> tuple[str, ...]:
    """Names for `understudy train`."""
    return tuple(MODELS)


def evaluable() -> tuple[str, ...]:
    """Names for `understudy evaluate`."""
    return (*(name for name, model in MODELS.items() if model.evaluate), *EVALUATED_ALONE)


def run_train(name: str, config: Path | None, resume: bool, smoke: bool, say: Callable[[str], None]) -> None:
    """Train a model by name."""
    if name not in MODELS:
        raise InputError(f"There is no model {name!r} to train; known: {', '.join(trainable())}.")
    model = MODELS[name]
    function("training.memory:keep_freed_memory")()
    function(model.train)(function(model.read_config)(config, smoke), resume=resume, say=say)


def evaluation(name: str, peer: Path | None) -> Callable[..., Rows]:
    """The evaluation of a model, to be called with `say`."""
    if name not in evaluable():
        raise InputError(f"There is no model {name!r} to evaluate; known: {', '.join(evaluable())}.")
    model = MODELS.get(name)
    if peer is not None and (model is None or not model.has_peer):
        raise InputError(f"There is nothing to compare the {name} model with; leave --peer out.")
    measure = function(EVALUATED_ALONE[name] if model is None or model.evaluate is None else model.evaluate)
    if model is not None and model.has_peer:
        return lambda say: measure(peer=peer, say=say)
    return lambda say: measure(say=say)


def function(place: str) -> Callable[..., Any]:
    """The function named "module:name" inside `ml`."""
    module, _, name = place.partition(":")
    return getattr(import_module(f"..{module}", __package__), name)
