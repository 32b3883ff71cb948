"""What an operator may return, spelt once so that a type checker knows it."""

from __future__ import annotations

from typing import Final, Literal

OperatorResult = set[Literal["RUNNING_MODAL", "CANCELLED", "FINISHED", "PASS_THROUGH", "INTERFACE"]]

FINISHED: Final[OperatorResult] = {"FINISHED"}
CANCELLED: Final[OperatorResult] = {"CANCELLED"}
