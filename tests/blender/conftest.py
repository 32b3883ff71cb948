"""A real Blender of each version, with the extension built from this tree and installed, once for all tests here."""

from pathlib import Path

import pytest

from understudy.tests.blender.real_blender import BLENDERS, Blender, build_package


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    return build_package(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session", params=BLENDERS, ids=lambda path: Path(path).name)
def blender(request, package, tmp_path_factory):
    made = Blender(request.param, tmp_path_factory.mktemp("blender"))
    validated = made.run("--command", "extension", "validate", package)
    assert validated.returncode == 0, validated.stdout + validated.stderr
    made.install(package)
    return made
