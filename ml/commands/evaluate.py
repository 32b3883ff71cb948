"""`understudy evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

from ..native_output import native_errors_hidden
from .exits import InputError
from .models import Rows, evaluation
from .status import status


def run_evaluate(model: str, peer: Path | None, as_json: bool) -> None:
    """Measure `model` and print its figures beside those of other methods, as a table or JSON."""
    measure = evaluation(model, peer)
    if peer is not None and not peer.is_file():
        raise InputError(f"There is no model file {peer} to compare with.")
    with native_errors_hidden(), status(f"Evaluating the {model} model", enabled=not as_json) as say:
        rows = measure(say)
    if as_json:
        print(json.dumps({"model": model, "methods": rows}, ensure_ascii=False))
    else:
        print_rows(model, rows)


def print_rows(model: str, rows: Rows) -> None:
    """One line for each figure, one column for each method."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", *rows, title=f"{model} model")
    figures = list(dict.fromkeys(name for row in rows.values() for name in row))
    for figure in figures:
        table.add_row(figure, *(f"{row[figure]:.3g}" if figure in row else "-" for row in rows.values()))
    Console(highlight=False, markup=False).print(table)
