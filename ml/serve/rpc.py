"""JSON-RPC 2.0, one message a line: reads requests, runs each on a thread of its own, cancels, answers once."""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
DEFECT = -32603
INPUT_ERROR = -32000
CANCELLED = -32001
BUSY = -32002

_LONGEST_LINE = 8 * 1024 * 1024
_CANCEL_PATIENCE = 0.6
"""Seconds a cancelled call has to stop by itself; after that it is answered for, and its result thrown away."""
_PROGRESS_INTERVAL = 0.04

_log = logging.getLogger("understudy.serve")


class RpcError(Exception):
    """An answer that is an error; the message is one sentence for the user."""

    def __init__(self, code: int, message: str, data: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Call:
    """One request while it runs."""

    def __init__(self, identifier: int | str, params: dict[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
        self.id = identifier
        self.params = params
        self._send = send
        self._cancel = threading.Event()
        self._lock = threading.Lock()
        self._settled = False
        self._last_progress = 0.0
        self._last_message = ""

    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def stop_if_cancelled(self) -> None:
        if self.cancelled():
            raise RpcError(CANCELLED, "Cancelled.")

    def progress(self, fraction: float, message: str = "", **more: Any) -> None:
        """Tell how far the call is, 0..1; told at most 25 times a second."""
        now = time.monotonic()
        if now - self._last_progress < _PROGRESS_INTERVAL and message == self._last_message and fraction < 1.0:
            return
        self._last_progress, self._last_message = now, message
        fraction = min(max(float(fraction), 0.0), 1.0)
        with self._lock:
            if not self._settled:
                self.notify("progress", {"fraction": fraction, "message": message, **more})

    def notify(self, method: str, params: dict[str, Any]) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": {"id": self.id, **params}})

    def cancel(self) -> None:
        """Ask the call to stop, and answer for it when it takes too long."""
        if not self._cancel.is_set():
            self._cancel.set()
            timer = threading.Timer(_CANCEL_PATIENCE, self.fail, [RpcError(CANCELLED, "Cancelled.")])
            timer.daemon = True
            timer.start()

    def commit(self, move_into_place: Callable[[], None]) -> None:
        """Do the one step that makes a result visible, unless the call was cancelled before."""
        with self._lock:
            if self._settled or self.cancelled():
                raise RpcError(CANCELLED, "Cancelled.")
            move_into_place()
            # From here on a cancel comes too late: the result stands and is answered.
            self._cancel = threading.Event()

    def succeed(self, result: Any) -> None:
        self._settle({"result": result})

    def fail(self, error: RpcError) -> None:
        data = {"data": error.data} if error.data else {}
        self._settle({"error": {"code": error.code, "message": str(error), **data}})

    def _settle(self, outcome: dict[str, Any]) -> None:
        with self._lock:
            if not self._settled:
                self._settled = True
                self._send({"jsonrpc": "2.0", "id": self.id, **outcome})


Method = Callable[[Call], Any]


class Server:
    """Answers the requests of one client until its end of the pipe closes."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO, methods: Mapping[str, Method]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._methods = {**methods, "cancel": self._cancel}
        self._write_lock = threading.Lock()
        self._calls: dict[int | str, Call] = {}
        self._calls_lock = threading.Lock()

    def run(self) -> None:
        """Read until the client hangs up. Reading on the main thread sees that at once, whatever else runs."""
        while line := self._incoming.readline(_LONGEST_LINE):
            if not line.endswith(b"\n") and len(line) == _LONGEST_LINE:
                self._skip_rest_of_line()
                self._refuse(None, PARSE_ERROR, f"A message is longer than {_LONGEST_LINE} bytes.")
            elif line.strip():
                self._receive(line)

    def cancel_all(self) -> None:
        with self._calls_lock:
            calls = list(self._calls.values())
        for call in calls:
            call.cancel()

    def _skip_rest_of_line(self) -> None:
        while rest := self._incoming.readline(_LONGEST_LINE):
            if rest.endswith(b"\n"):
                return

    def _receive(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            self._refuse(None, PARSE_ERROR, "A message is not JSON.")
            return
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self._refuse(None, INVALID_REQUEST, "A message is not a JSON-RPC 2.0 request.")
            return
        identifier, name, params = message.get("id"), message.get("method"), message.get("params", {})
        if not isinstance(identifier, int | str) or isinstance(identifier, bool) or not isinstance(name, str):
            self._refuse(None, INVALID_REQUEST, "A request needs an id and the name of a method.")
        elif not isinstance(params, dict):
            self._refuse(identifier, INVALID_PARAMS, f"{name} takes named parameters.")
        elif name not in self._methods:
            self._refuse(identifier, METHOD_NOT_FOUND, f"There is no method {name}.")
        else:
            self._start(name, Call(identifier, params, self._send))

    def _start(self, name: str, call: Call) -> None:
        with self._calls_lock:
            if call.id in self._calls:
                self._refuse(None, INVALID_REQUEST, f"Request {call.id} is running already.")
                return
            self._calls[call.id] = call
        if name == "cancel":
            self._run(name, call)  # a cancel must not wait for a thread
        else:
            threading.Thread(target=self._run, args=(name, call), name=f"{name} {call.id}", daemon=True).start()

    def _run(self, name: str, call: Call) -> None:
        try:
            result = self._methods[name](call)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a call is answered, the engine stays
            self._forget(call)
            call.fail(self._as_rpc_error(name, call, error))
        else:
            self._forget(call)
            call.succeed(result)

    def _forget(self, call: Call) -> None:
        """Before the answer: a client that has it may use the number again at once."""
        with self._calls_lock:
            self._calls.pop(call.id, None)

    def _as_rpc_error(self, name: str, call: Call, error: Exception) -> RpcError:
        if isinstance(error, RpcError):
            return error
        if call.cancelled():
            return RpcError(CANCELLED, "Cancelled.")
        if is_input_error(error):
            return RpcError(INPUT_ERROR, str(error))
        _log.error("%s failed", name, exc_info=error)
        trace = "".join(traceback.format_exception(error))
        kind = type(error).__name__
        return RpcError(DEFECT, f"The engine has a defect in {name} ({kind}: {error}); please report it.", trace)

    def _cancel(self, call: Call) -> dict[str, bool]:
        with self._calls_lock:
            target = self._calls.get(call.params.get("id", ""))
        if target is not None and target is not call:
            target.cancel()
        return {"found": target is not None}

    def _refuse(self, identifier: int | str | None, code: int, message: str) -> None:
        self._send({"jsonrpc": "2.0", "id": identifier, "error": {"code": code, "message": message}})

    def _send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=True, allow_nan=False, default=_plain).encode() + b"\n"
        with self._write_lock:
            try:
                _write_all(self._outgoing, line)
            except OSError:
                _log.info("the client no longer reads")


def is_input_error(error: Exception) -> bool:
    """Errors a user can cause: the package's own ValueErrors (FootageError, TakeError, ...) and files out of reach."""
    if isinstance(error, OSError) and error.filename is not None:
        return True
    package = __name__.split(".")[0]
    return isinstance(error, ValueError) and type(error).__module__.split(".")[0] == package


def _write_all(out: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


def _plain(value: Any) -> Any:
    """numpy numbers and arrays, as JSON knows them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be sent")
