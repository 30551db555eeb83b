#!/usr/bin/env python3
"""A worker that talks: counts the words of the file its turn names, and asks before it reads
one that is not below its directory. {"command": ["words.py"], "stdin": "json"}"""
import json, os, sys

def tell(type, **data):
    print(json.dumps({"type": type, **data}), flush=True)

def hear():
    line = sys.stdin.readline()
    return json.loads(line) if line else {"type": "end"}

def may_read(path):
    if not os.path.relpath(path).startswith(".."):
        return True
    tell("input_required", request_id=path, kind="permission", title=f"Read {path}?",
         tool="Read", subject=path)
    while (said := hear())["type"] not in ("interrupt", "end"):
        if said["type"] == "answer" and said["request_id"] == path:
            return said["decision"].startswith("allow")
    return False

def count(path):
    if not may_read(path):
        return tell("run_failed", error=f"may not read {path}")
    tell("tool_started", tool_use_id=path, tool="count", input={"path": path})
    words = len(open(path, encoding="utf-8", errors="replace").read().split())
    tell("tool_finished", tool_use_id=path, tool="count", output=str(words))
    tell("run_completed", final_response=f"{words} words", structured_output={"words": words})

while (said := hear())["type"] != "end":
    if said["type"] == "turn":
        try:
            count(said["text"].splitlines()[0])
        except OSError as e:
            tell("run_failed", error=str(e))
