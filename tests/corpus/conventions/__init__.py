"""Bone lists of the conventions, written down from the programs' own documentation and files; data only."""

from . import capture, creators, engines, hobby, languages, studios

CONVENTIONS = (
    *engines.SPECS, *creators.SPECS, *capture.SPECS, *studios.SPECS, *hobby.SPECS, *languages.SPECS,
)  # fmt: skip
