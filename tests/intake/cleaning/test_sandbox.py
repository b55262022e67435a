"""The child process that decodes reporters' files may compute and use the files it was given, and nothing else."""

import subprocess
import sys
import textwrap
from typing import Final

import pytest

TRIED: Final = {
    "read a file": "open('/etc/hostname')",
    "read a key": "os.open(sys.executable, os.O_RDONLY)",
    "write a file": "open('/tmp/sandbox-test', 'w')",
    "list a folder": "os.listdir('/')",
    "remove a file": "os.unlink('/tmp/sandbox-test')",
    "connect": "socket.create_connection(('127.0.0.1', 9))",
    "send a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "open a local socket": "socket.socket(socket.AF_UNIX)",
    "make a pipe": "os.pipe()",
    "start a program": "os.execv('/bin/true', ['/bin/true'])",
    "signal its parent": "os.kill(os.getppid(), 0)",
    "take more file numbers": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
    "change its user": "os.setuid(1)",
    "make a folder its root": "os.chroot('/')",
}
FREED: Final = "os.close(2)"
"""An attacker inside would first close a number that is taken."""


def run(code: str, readable: str = "()") -> str:
    """What a process prints that enters the sandbox, and then runs `code` with a free file number."""
    program = f"""
        import os, resource, socket, sys
        from intake.cleaning.sandbox import enter
        sys.stdin.buffer.read(1)
        means = enter({readable})
        {FREED}
        try:
            {code}
        except OSError as error:
            print("refused", *means)
        else:
            print("allowed", *means)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], input=b"x", capture_output=True, check=False
    )
    return done.stdout.decode().strip()


@pytest.mark.parametrize("what", TRIED)
def test_it_cannot(what: str) -> None:
    assert run(TRIED[what]) == "refused landlock seccomp"


def test_it_can_use_what_it_was_given() -> None:
    assert run("os.write(1, b'')") == "allowed landlock seccomp"


def test_a_pdf_may_open_the_source_of_random_numbers_and_nothing_else() -> None:
    assert run("open('/dev/urandom', 'rb').close()", "('/dev/urandom',)") == "allowed landlock seccomp"
    for path in ("/etc/hostname", "/dev/zero"):
        assert run(f"open('{path}', 'rb')", "('/dev/urandom',)") == "refused landlock seccomp"
