"""A worker process for tests: `python agent_process.py <cluster> <service> <topic> <file> <manner>`. It writes the key of
every handled message to the file. Manner: `well`, `slowly`, `stuck:<key>` (never finishes that message; `<file>.stuck`
exists once it has begun) or `refusing:<key>` (its guard gives up on that message).
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from chassis.base.cluster import Cluster
from chassis.base.message import Message
from chassis.react.agent import Agent
from chassis.react.reaction import StopProcess
from chassis.service.process import run_process


async def main(kafka: Cluster, service: str, topic: str, path: str, manner: str) -> int:
    name, _, key = manner.partition(":")
    with open(path, "a", buffering=1) as handled:  # noqa: PTH123

        async def handle(messages: Sequence[Message]) -> None:
            for message in messages:
                word = (message.key or b"").decode()
                if name == "slowly":
                    await asyncio.sleep(0.004)
                if word == key and name == "stuck":
                    Path(f"{path}.stuck").touch()
                    await asyncio.Event().wait()
                if word == key and name == "refusing":
                    raise StopProcess("too much")
                handled.write(word + "\n")

        return await run_process(service, [Agent(service, "test", [topic], handle, kafka=kafka)], port=0)


if __name__ == "__main__":
    cluster, *others = sys.argv[1:]
    sys.exit(asyncio.run(main(Cluster(**json.loads(cluster)), *others)))
