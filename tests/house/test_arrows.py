"""The arrows of the house: which part may import which (see CONTRIBUTING.md)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def imported_modules(path: Path) -> set[str]:
    """Absolute dotted names of everything a file imports, relative imports resolved within `understudy`."""
    package = ["understudy", *path.relative_to(ROOT).parent.parts]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names.update(f"{stem}.{alias.name}" for alias in node.names)
    return names


def python_files(folder: str) -> list[Path]:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files, f"{folder} holds no Python"
    return files


@pytest.mark.parametrize("path", python_files("ml"), ids=lambda p: str(p.relative_to(ROOT)))
def test_ml_knows_neither_blender_nor_the_addon(path):
    forbidden = {n for n in imported_modules(path) if n.split(".")[0] == "bpy" or n.startswith("understudy.addon")}
    assert not forbidden


@pytest.mark.parametrize("path", python_files("batch"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_batch_runner_knows_neither_blender_nor_torch_nor_the_addon(path):
    names = imported_modules(path)
    assert not {
        n for n in names if n.split(".")[0] in ("bpy", "torch", "mediapipe") or n.startswith("understudy.addon")
    }


ALLOWED_IN_ADDON = {
    "bpy", "bpy_extras", "bl_ui", "bmesh", "mathutils", "addon_utils", "gpu", "gpu_extras", "blf", "rna_prop_ui",
    "numpy", "understudy", *sys.stdlib_module_names,
}  # fmt: skip


@pytest.mark.parametrize("path", python_files("addon"), ids=lambda p: str(p.relative_to(ROOT)))
def test_addon_imports_only_blender_numpy_and_the_take(path):
    names = imported_modules(path)
    assert {n.split(".")[0] for n in names} <= ALLOWED_IN_ADDON
    beyond_the_take = {n for n in names if n.startswith("understudy.ml") and not n.startswith("understudy.ml.take")} - {
        "understudy.ml"
    }
    assert not beyond_the_take


def test_the_take_needs_numpy_alone():
    code = (
        "import sys, understudy.ml.take; "
        "heavy = {'bpy', 'torch', 'mediapipe', 'cv2', 'av', 'scipy'} & set(sys.modules); "
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_file_over_four_hundred_lines():
    folders = ("ml", "addon", "batch", "sample_rigs", "demo")
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in folders
        for path in python_files(folder)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
