"""A process that was told to stop ends within a limit, whatever does not stop: a task, a closing, a thread, the loop."""

import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import asyncio, sys, threading, time
from contextlib import asynccontextmanager
from chassis.service import process, stop

stop.StopLimit.__init__.__defaults__ = (1.0, *stop.StopLimit.__init__.__defaults__[1:])
how = sys.argv[1]

class Task:
    async def run(self):
        print("running", flush=True)
        if how == "blocked loop":
            time.sleep(600)
        while True:
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                if how != "task":
                    raise
    def unready(self):
        return None

async def main():
    if how == "thread":
        asyncio.get_running_loop().run_in_executor(None, time.sleep, 600)
    try:
        return await process.run_process("test", [Task()], port=0)
    finally:
        if how == "closing":
            await asyncio.sleep(600)

print(asyncio.run(main()))
"""


@pytest.mark.parametrize("how", ["blocked loop", "task", "closing", "thread"])
def test_what_does_not_stop_is_left_behind_and_named(how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, how], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline().strip() != "running":
            assert process.poll() is None
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "did not stop in time" in said
    assert "MainThread" in said
