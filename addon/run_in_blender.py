"""Started by `understudy apply` in a background Blender: runs addon/cli.py with what stands after `--`.

The folder two levels up is made importable as `understudy`, whatever its own name is.
"""

import importlib.util
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location(
    "understudy", root / "__init__.py", submodule_search_locations=[str(root)]
)
assert spec is not None and spec.loader is not None
package = importlib.util.module_from_spec(spec)
sys.modules["understudy"] = package
spec.loader.exec_module(package)

from understudy.addon.cli import main  # noqa: E402 # pyright: ignore[reportMissingImports] - made importable just above

arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
sys.exit(main(arguments))
