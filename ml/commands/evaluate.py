"""`understudy evaluate`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

from ..native_output import native_errors_hidden
from .exits import InputError

EVALUATIONS = {"face": "evaluate_face", "body": "evaluate_body"}


def run_evaluate(model: str, as_json: bool) -> None:
    """Measure `model` and print its figures as a table or JSON."""
    if model not in EVALUATIONS:
        raise InputError(f"There is no model {model!r} to evaluate; known: {', '.join(EVALUATIONS)}.")
    module = importlib.import_module(f"..{model}.evaluate", __package__)
    with native_errors_hidden():
        figures = getattr(module, EVALUATIONS[model])()
    if as_json:
        print(json.dumps({"model": model, "figures": figures}, ensure_ascii=False))
    else:
        print_figures(model, figures)


def print_figures(model: str, figures: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "value", title=f"{model} model")
    for name, value in figures.items():
        table.add_row(name, f"{value:.4g}" if isinstance(value, float) else str(value))
    Console(highlight=False, markup=False).print(table)
