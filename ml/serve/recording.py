"""stub"""

from .rpc import Method


class Recordings:
    def methods(self) -> dict[str, Method]:
        return {}

    def close(self) -> None: ...
