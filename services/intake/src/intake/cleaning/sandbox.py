"""Takes from this process everything that a decoder does not need, for good, so that whoever takes over a decoder by a
flaw of it has no more.

Everywhere: no free file number. On Linux two more means, each where it is there. Landlock (kernel 5.13 and later): no
file can be opened, made, removed or started, no TCP connection made (6.7), no other process signalled (6.12). seccomp
(libseccomp 2, which Debian's own package manager needs): no system call but those below is answered.
"""

import ctypes
import errno
import os
import resource
from typing import Final

NO_NEW_PRIVILEGES: Final = 38
"""PR_SET_NO_NEW_PRIVS (prctl(2)): no program that is started has more rights. Both means ask for it."""
_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The system calls of Landlock, equal on every architecture (landlock(7))."""
_FILES: Final = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
"""By version of Landlock: every right on files that it can take. Later ones have those of 5."""
_TCP: Final = 0b11
_SCOPES: Final = 0b11
"""Abstract sockets and signals."""
_READ: Final = 0b100
_REFUSE: Final = 0x00050000 | errno.ENOSYS
"""The answer to every other call. As for one that the kernel does not know, libraries then try an older one."""
_ALLOW: Final = 0x7FFF0000
CALLS: Final = (
    "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev", "lseek", "_llseek", "close",
    "dup", "fcntl", "fcntl64", "fstat", "fstat64", "newfstatat", "fstatat64", "ftruncate", "ftruncate64", "fsync",
    "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "brk", "clone", "clone3", "set_robust_list", "rseq",
    "set_tid_address", "futex", "futex_time64", "membarrier", "sched_yield", "sched_getaffinity", "sched_getparam",
    "sched_getscheduler", "getcpu", "getpid", "gettid", "getrandom", "getrusage", "getrlimit", "ugetrlimit",
    "sysinfo", "uname", "clock_gettime", "clock_gettime64", "clock_getres", "gettimeofday", "time", "nanosleep",
    "clock_nanosleep", "clock_nanosleep_time64", "poll", "ppoll", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "sigaltstack", "restart_syscall", "exit", "exit_group",
)  # fmt: skip
"""What computing, threads and the files that are open already need."""
OPENING: Final = ("open", "openat")
STANDARD: Final = 3
"""Standard input, output and error."""


def available() -> tuple[str, ...]:
    """The means of Linux that this machine has."""
    libc = ctypes.CDLL(None, use_errno=True)
    landlock = hasattr(libc, "prctl") and _version(libc) > 0
    return tuple(name for name, there in (("landlock", landlock), ("seccomp", _library() is not None)) if there)


def enter(readable: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Give up everything else; the means of Linux that took it. `readable`: files that may still be opened, one at a
    time; others stay closed by Landlock.
    """
    libc, seccomp = ctypes.CDLL(None, use_errno=True), _library()
    bound = hasattr(libc, "prctl") and libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    landlock = bound and _landlock(libc, readable)
    most = STANDARD + bool(readable)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    filtered = bound and seccomp is not None and _filtered(seccomp, (*CALLS, *(OPENING if readable else ())))
    return tuple(name for name, used in (("landlock", landlock), ("seccomp", filtered)) if used)


class _Rights(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _landlock(libc: ctypes.CDLL, readable: tuple[str, ...]) -> bool:
    version = _version(libc)
    if version < 1:
        return False
    taken = _Rights(_FILES[min(version, max(_FILES))], _TCP if version > 3 else 0, _SCOPES if version > 5 else 0)
    size = ctypes.c_size_t(24 if version > 5 else 16 if version > 3 else 8)
    rules = libc.syscall(_CREATE, ctypes.byref(taken), size, 0)
    if rules < 0:
        return False
    for path in readable:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        libc.syscall(_ADD, rules, 1, ctypes.byref(_Beneath(_READ, opened)), 0)
        os.close(opened)
    done = libc.syscall(_RESTRICT, rules, 0) == 0
    os.close(rules)
    return bool(done)


def _version(libc: ctypes.CDLL) -> int:
    return int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1))


def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return None


def _filtered(seccomp: ctypes.CDLL, calls: tuple[str, ...]) -> bool:
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(_REFUSE)))
    for name in calls:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # else this architecture has no such call
            seccomp.seccomp_rule_add_array(context, ctypes.c_uint32(_ALLOW), number, 0, None)
    return bool(seccomp.seccomp_load(context) == 0)
