"""The worker that captures and finishes: the engine's own server (ml/serve) with one method more.

`python -m understudy.batch.engine_worker`; models are loaded once for all the clips it serves.
"""

from __future__ import annotations

import os
import sys
from typing import Any


def main() -> int:
    """Serve until the runner hangs up."""
    from ..ml.serve import stdio
    from ..ml.serve.methods import engine_methods
    from ..ml.serve.partials import remove_partials
    from ..ml.serve.rpc import Call, Server

    incoming, outgoing = stdio.claim_stdio(None)

    def finish(call: Call) -> dict[str, Any]:
        from .finish import finish_shot

        return finish_shot(call.params, call.progress)

    server = Server(incoming, outgoing, {**engine_methods(), "finish": finish})
    server.run()
    remove_partials()
    os._exit(0)  # threads in native code cannot be joined in time, and nothing they hold matters any more


if __name__ == "__main__":
    sys.exit(main())
