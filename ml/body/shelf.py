"""The clips that the network over time learns from: rendered ones, and simulated ones after them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from .bank import motion_bank
from .data import FIRST_TRAINING_SEED, BodyClip, clip_path, is_current, load_clip, make_clips, save_clip, stage_clip
from .detector_model import DetectorModel
from .examples import Example, make_example
from .looks import read_clip
from .picture_model import BodyPictureNet

if TYPE_CHECKING:
    from .train import BodyTraining

Say = Callable[[str], None]

KEPT: Final = 12
"""One clip of so many is held out of training."""
_SEEN_SHARE: Final = 0.5
"""Clips in which nobody is seen in more frames teach nothing."""


class Shelf:
    """The clips as examples, those to learn from and those kept for measuring."""

    def __init__(self, config: BodyTraining, reader: BodyPictureNet, say: Say) -> None:
        self._reader = reader
        self.train: list[Example] = []
        self.simulated: list[Example] = []
        self.held_out: list[Example] = []
        self._config, self._say = config, say
        self._taken: set[int] = set()
        self._next = 0
        """Seed of the first simulated clip not yet taken in."""

    def fill(self) -> None:
        """Take in the wanted clips; missing ones are made now unless the folder grows by itself.

        Clips in which nobody was found are left out. One of KEPT is kept from training: clips are independent people,
        motions and cameras.
        """
        config, folder = self._config, Path(self._config.data)
        seeds = [s for s in range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + config.clips) if s not in self._taken]
        missing = [seed for seed in seeds if not is_current(clip_path(folder, seed))]
        if missing and not config.grow:
            self._render(folder, missing)
        for seed in seeds:
            if not is_current(clip_path(folder, seed)):
                continue
            self._taken.add(seed)
            example = make_example(self._load(folder, seed))
            if example is not None and example.frame[:, 0].mean() > _SEEN_SHARE:
                (self.train if seed % KEPT else self.held_out).append(example)
        if config.simulated:
            self._simulate(folder)

    def _simulate(self, folder: Path) -> None:
        """Take in the simulated clips; missing ones are made now from what the rendered ones tell of the detector."""
        config = self._config
        todo = range(self._next, config.simulated)
        missing = [seed for seed in todo if not is_current(clip_path(folder, seed, simulated=True))]
        if missing and not config.grow:
            rendered = [self._load(folder, seed) for seed in sorted(self._taken) if seed % KEPT]
            self._say(f"Simulating {len(missing)} clips after {len(rendered)} rendered ones ...")
            model, rests = DetectorModel(rendered, config.seed, config.detector_steps), [clip.rest for clip in rendered]
            bank = motion_bank(Path(config.motion), self._say)
            for seed in missing:
                clip = model.see(stage_clip(seed, bank, rests), np.random.default_rng([seed, config.seed]))
                save_clip(clip, clip_path(folder, seed, simulated=True))
        for seed in todo:
            if not is_current(clip_path(folder, seed, simulated=True)):
                break
            self._next = seed + 1
            example = make_example(load_clip(clip_path(folder, seed, simulated=True)))
            if example is not None:
                self.simulated.append(example)

    def _render(self, folder: Path, missing: list[int]) -> None:
        self._say(f"Rendering {len(missing)} clips into {folder} ...")
        for i, _ in enumerate(make_clips(folder, missing, motion_bank(Path(self._config.motion), self._say))):
            if i % 25 == 24:
                self._say(f"  {i + 1} of {len(missing)} clips")

    def _load(self, folder: Path, seed: int) -> BodyClip:
        """A rendered clip with what the picture network reads from it."""
        return read_clip(load_clip(clip_path(folder, seed)), self._reader)
