"""Loads and stores model weights: only a file whose SHA-256 stands in its card is used."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS_FOLDER: Final = Path(__file__).resolve().parent


class WeightsError(RuntimeError):
    """Weights are missing, damaged or not what their card says; the message is one sentence for the user."""


@dataclass(frozen=True)
class ModelCard:
    """What NAME.json says about NAME.safetensors."""

    name: str
    sha256: str
    config: dict[str, Any]
    """What the model's class is made with."""
    data: str
    """What it was trained on, and how much."""
    figures: dict[str, float] = field(default_factory=dict)
    """Measured on held-out data."""
    licence: str = "GPL-3.0-or-later"
    version: int = 1


def available(folder: Path = WEIGHTS_FOLDER) -> tuple[str, ...]:
    """Names of the models whose weights and card are there."""
    return tuple(sorted(p.stem for p in folder.glob("*.json") if p.with_suffix(".safetensors").exists()))


def read_card(name: str, folder: Path = WEIGHTS_FOLDER) -> ModelCard:
    """The card of a model."""
    path = folder / f"{name}.json"
    try:
        return ModelCard(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise WeightsError(
            f"The model {name!r} has no card in {folder}; install Understudy again or train it."
        ) from error
    except (json.JSONDecodeError, TypeError) as error:
        raise WeightsError(f"The model card {path} is damaged; install Understudy again.") from error


def load_weights(name: str, folder: Path = WEIGHTS_FOLDER) -> tuple[ModelCard, dict[str, Tensor]]:
    """A model's card and tensors (float32), after its hash was checked."""
    import torch
    from safetensors.torch import load

    card = read_card(name, folder)
    path = folder / f"{name}.safetensors"
    if not path.exists():
        raise WeightsError(f"The model's weights {path} are missing; install Understudy again or train the model.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise WeightsError(f"The weights {path} are not the ones their card names; install Understudy again.")
    tensors = load(content)
    return card, {key: value.float() if value.dtype == torch.float16 else value for key, value in tensors.items()}


def store_weights(card: ModelCard, tensors: dict[str, Tensor], folder: Path = WEIGHTS_FOLDER) -> ModelCard:
    """Write weights (floats as float16) and their card; returns the card with the file's hash."""
    from dataclasses import asdict, replace

    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    halved = {key: value.half() if value.is_floating_point() else value for key, value in tensors.items()}
    content = save({key: value.contiguous() for key, value in halved.items()})
    card = replace(card, sha256=hashlib.sha256(content).hexdigest())
    _write(folder / f"{card.name}.safetensors", content)
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n"
    _write(folder / f"{card.name}.json", text.encode("utf-8"))
    return card


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(content)
    os.replace(partial, path)
