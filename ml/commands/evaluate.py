"""`understudy evaluate`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from ..native_output import native_errors_hidden
from .exits import InputError
from .models import Rows, evaluation
from .status import status


def run_evaluate(
    model: str,
    peer: Path | None,
    as_json: bool,
    videos: Path | None = None,
    per_weight: bool = False,
    drills: bool = False,
) -> None:
    """Measure `model` and print its figures beside those of other methods, as a table or JSON.

    videos: score the face on these without truth instead. per_weight: also print each face weight by itself. drills: on
    clips that show every action in turn, instead of talk and emotion.
    """
    if model != "face" and (videos is not None or per_weight or drills):
        raise InputError("--videos, --per-weight and --drills are for the face model alone.")
    if drills and videos is not None:
        raise InputError("--drills measures rendered people and --videos recorded ones; leave one of them out.")
    if per_weight and (videos is not None or as_json):
        raise InputError("--per-weight prints a table of its own; leave --videos and --json out.")
    measure = evaluation(model, peer) if videos is None else videos_scored(videos)
    if peer is not None and not peer.is_file():
        raise InputError(f"There is no model file {peer} to compare with.")
    with native_errors_hidden(), status(f"Evaluating the {model} model", enabled=not as_json) as say:
        if per_weight or drills:
            from ..face.evaluate import DRILL_SEEDS, EVALUATION_SEEDS, run_evaluation

            whole = run_evaluation(DRILL_SEEDS if drills else EVALUATION_SEEDS, peer=peer, say=say)
            rows = whole.rows()
        else:
            whole, rows = None, measure(say)
    if as_json:
        print(json.dumps({"model": model, "methods": rows}, ensure_ascii=False))
    else:
        print_rows(model, rows)
        if whole is not None and per_weight:
            print_weights(whole.weights())


def videos_scored(folder: Path) -> Callable[[Callable[[str], None]], Rows]:
    """The scoring of a folder's videos, to be called with `say`."""

    def measure(say: Callable[[str], None]) -> Rows:
        from ..face.watch_videos import score_videos

        return score_videos(folder, say=say)

    return measure


def print_weights(weights: Mapping[str, Mapping[str, tuple[float, float]]]) -> None:
    """One line for each weight: mean absolute error and correlation by method."""
    from rich.console import Console
    from rich.table import Table

    table = Table("weight", *(f"{method}: error, r" for method in weights))
    for name in next(iter(weights.values())):
        table.add_row(name, *(f"{row[name][0]:.3f}  {row[name][1]:5.2f}" for row in weights.values()))
    Console(highlight=False, markup=False).print(table)


def print_rows(model: str, rows: Rows) -> None:
    """One line for each figure, one column for each method."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", *rows, title=f"{model} model")
    figures = list(dict.fromkeys(name for row in rows.values() for name in row))
    for figure in figures:
        table.add_row(figure, *(f"{row[figure]:.3g}" if figure in row else "-" for row in rows.values()))
    Console(highlight=False, markup=False).print(table)
