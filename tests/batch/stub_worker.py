"""A worker process that speaks the runner's protocol and does next to nothing: for tests and measurements of queues.

What a task does is told by its params: out (a file to write), lines (a file that gets one line each time), seconds,
fail (an error's message), fail_times with count (a file that counts), die.
"""

import json
import os
import sys
import time
from pathlib import Path


def work(params: dict) -> dict:
    if "lines" in params:
        with open(params["lines"], "a", encoding="utf-8") as file:
            file.write(params["name"] + "\n")
    time.sleep(params.get("seconds", 0.0))
    if params.get("die"):
        os._exit(7)
    if "fail_times" in params:
        count = Path(params["count"])
        before = int(count.read_text()) if count.exists() else 0
        count.write_text(str(before + 1))
        if before < params["fail_times"]:
            raise ValueError(params.get("fail", "not yet"))
    elif "fail" in params:
        raise ValueError(params["fail"])
    if "out" in params:
        partial = Path(params["out"] + f".{os.getpid()}.partial")
        partial.write_text(params["name"])
        partial.replace(params["out"])
    return {"facts": params["name"]}


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"result": work(request["params"])}
    except ValueError as error:
        answer = {"error": {"code": -32000, "message": str(error)}}
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}), flush=True)
