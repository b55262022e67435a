"""`make run`: starts the whole platform on this machine, watches it, and stops it in order."""

import shutil
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from chassis.base.errors import EXIT_NEEDS_PERSON
from chassis.base.private_files import close_folder_to_others
from chassis.base.settings import BadSetting, Settings, read_settings
from local.errors import CannotRun
from local.issuer.state import make as make_issuer
from local.kafka import jars
from local.kafka.outside import outside_listener
from local.kafka.server import KafkaServer
from local.paths import demo_issuer, port_in_use, wait_for
from local.platform.check_store import check_store
from local.platform.disk import DiskMonitor
from local.platform.migrate import migrate
from local.platform.part import Part
from local.platform.probe import KAFKA, Probe
from local.platform.processes import IMPORTED, PlatformLayout, process_specs
from local.platform.state_dir import kafka_secrets, make_secrets, state_lock
from local.platform.supervisor import READY_LIMIT_S, Supervisor
from local.platform.watch import FRONT, Watch
from local.process import fork
from local.process.child import ForkedProcess, ManagedProcess
from schemas.reference.calendar_file import BadCalendar
from schemas.reference.load import calendars, policies
from schemas.reference.policy_file import BadPolicy

NEEDED_BYTES: Final = 1024**3
JARS_BYTES: Final = 56_000_000
WATCH_S: Final = 0.5
START_WATCH_S: Final = 0.1
PROGRESS_S: Final = 10.0
FILLING: Final = (
    "Complaints are accepted and handled. Read models are still being filled from the store: until then lists and "
    "counts say how far behind they are."
)
console: Final = Console(stderr=True, highlight=False)


class StopRequested(Exception):
    """Ctrl-C or SIGTERM was received."""


def run(
    router: Annotated[int, typer.Option(min=1, help="router workers")] = 1,
    inbox: Annotated[int, typer.Option(min=1, help="agency-inbox workers")] = 1,
) -> None:
    """Start Kafka, the relay and the five services; stop them in order on Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _stop)
    try:
        settings = read_settings()
        state = settings.state_dir.resolve()
        check_machine(settings, state)
        policies()  # an invalid data file is reported before anything is started
        calendars()
        with state_lock(state):
            make_secrets(state)
            issuer = demo_port(settings)
            migrate(settings)
            check_store(settings)
            kafka, (_, health) = f"127.0.0.1:{settings.kafka_port}", settings.health_listener
            _run(settings, PlatformLayout(state, settings.port, kafka, router, inbox, health, issuer))
    except (BadSetting, BadPolicy, BadCalendar, CannotRun) as error:
        console.print("[red]Satupintu cannot run:[/red]", escape(str(error)), soft_wrap=True)
        raise typer.Exit(EXIT_NEEDS_PERSON if isinstance(error, BadSetting) else 1) from error
    except StopRequested:  # before anything was started, most likely while downloading
        console.print("stopped")


def demo_port(settings: Settings) -> int | None:
    """The port of the provider with the demo people, whose keys it makes; None: it is not wanted."""
    if settings.oidc_issuer is not None or settings.production:
        return None
    make_issuer(settings.state_dir.resolve(), settings.oidc_client_secret_file)
    return settings.demo_issuer_port


def _run(settings: Settings, layout: PlatformLayout) -> None:
    state = layout.state
    kafka = KafkaServer(
        state / "kafka",
        _jars(settings.kafka_cache),
        settings.kafka_port,
        log=state / "logs/kafka.log",
        secrets=kafka_secrets(state),
        outside=outside_listener(settings),
    )
    supervisor = Supervisor(process_specs(layout), state / "logs", ForkedProcess if fork.POSSIBLE else ManagedProcess)
    broker = Part(kafka.process, kafka.start, [kafka.port], Probe(kafka.port, KAFKA))
    watch = Watch([broker, *supervisor.parts()], state, _announce)
    try:
        watch.begin([broker])
        if fork.POSSIBLE:
            fork.preload(IMPORTED)  # while Kafka starts
        watch.begin()
        _watch(watch, DiskMonitor(state), f"http://{settings.host}:{settings.port}", layout.issuer)
    except StopRequested:
        console.print("stopping")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop(lambda name: console.print(f"  {name} stopped"))
        kafka.stop()
        watch.status.remove()
        console.print("stopped")


def check_machine(settings: Settings, state: Path) -> None:
    """Check ports and disk space before anything is started. Raises CannotRun."""
    needed = [
        (settings.port, "front door", "SATUPINTU_PORT"),
        (settings.health_listener[1], "front door's health", "SATUPINTU_HEALTH_PORT"),
        (settings.kafka_port, "Kafka broker", "SATUPINTU_KAFKA_PORT"),
    ]
    if settings.oidc_issuer is None and not settings.production:
        needed.append((settings.demo_issuer_port, "demo sign-in", "SATUPINTU_DEMO_ISSUER_PORT"))
    for port, name, setting in needed:
        if not wait_for(lambda port=port: not port_in_use(port)):  # type: ignore[misc]
            other = port + 1000
            raise CannotRun(
                f"port {port} of the {name} is in use: stop the program that uses it, or set {setting}={other}."
            )
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        close_folder_to_others(state)
        free = shutil.disk_usage(state).free
    except OSError as error:
        raise CannotRun(f"the state folder {state} cannot be used: {error.strerror}.") from error
    if free < NEEDED_BYTES:
        raise CannotRun(f"the disk of {state} has {free / 1e9:.1f} GB left; at least 1 GB is needed.")


def _watch(watch: Watch, room: DiskMonitor, address: str, issuer: int | None) -> None:
    started, told, open_ = time.monotonic(), set[str](), False
    progress_s = started
    while True:
        # On a full disk a restarted process would only end again.
        watch.tick(may_start=room.has_room(_announce))
        for name in watch.ready() - told:
            told.add(name)
            console.print(f"  {name} is ready")
        watch.check_door(open_=open_)
        if time.monotonic() - progress_s > PROGRESS_S:
            progress_s = time.monotonic()
            for line in watch.filling():
                console.print(f"  {line}", soft_wrap=True)
        if not open_ and (watch.is_settled() or time.monotonic() - started > READY_LIMIT_S) and FRONT in told:
            open_ = True
            console.print(f"ready after {time.monotonic() - started:.0f} s; logs are in {watch.state / 'logs'}")
            if watch.filling():
                console.print(FILLING, soft_wrap=True)
            if issuer is not None:
                console.print(
                    f"officers, desk and operator sign in at {address}/masuk as one of the demo people of "
                    f"{demo_issuer(issuer)}; for curl: satupintu token triage",
                    soft_wrap=True,
                )
            Console(highlight=False).print(f"Satupintu: {address}  (Ctrl-C stops it)")
        time.sleep(WATCH_S if open_ else START_WATCH_S)


def _announce(line: str) -> None:
    console.print(f"[yellow]{escape(line)}[/yellow]", soft_wrap=True)


def _jars(cache: Path) -> list[Path]:
    shape = (TextColumn("downloading Kafka's jars"), BarColumn(), DownloadColumn())
    with Progress(*shape, console=console, transient=True) as progress:
        task = progress.add_task("jars", total=JARS_BYTES, visible=False)

        def fetched(count: int) -> None:
            progress.update(task, advance=count, visible=True)

        return jars.ensure(cache.resolve(), fetched)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise StopRequested
