"""``formservice serve``: the service in a browser and for programs, with workers beside it."""

import argparse
import errno
import signal
import socket
from contextlib import AbstractContextManager, nullcontext
from types import FrameType
from typing import TYPE_CHECKING

from formservice.adapters.isolation import processors
from formservice.bootstrap import Settings
from formservice.bootstrap.web import WebServices
from formservice.bootstrap.web_settings import LogFormat, is_loopback
from formservice.cli import errors
from formservice.cli.work import MISSING
from formservice.domain.errors import UsageError
from formservice.web import log

if TYPE_CHECKING:
    from fastapi import FastAPI

# What has begun is answered first; a large file over a slow line does not hold up the end.
_PATIENCE_S = 30
_WAITING = 2048
_REASONS = {
    errno.EADDRINUSE: (
        "Unter {where} antwortet schon ein anderes Programm.",
        "Bitte es beenden oder mit --port eine andere Nummer wählen.",
    ),
    errno.EACCES: (
        "Unter {where} darf dieses Konto nicht antworten.",
        "Nummern unter 1024 sind dem System vorbehalten; bitte mit --port eine höhere wählen.",
    ),
    errno.EADDRNOTAVAIL: (
        "Die Adresse in {where} hat dieser Rechner nicht.",
        "Bitte mit --host eine eigene Adresse nennen, etwa 127.0.0.1.",
    ),
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    serve = commands.add_parser(
        "serve",
        help="Weboberfläche und Schnittstelle anbieten",
        description="Bietet die Weboberfläche und die Schnittstelle für Programme an und läuft,"
        " bis es beendet wird (Strg-C, SIGTERM). Daneben lesen Arbeiter, was eingeht; auf einem"
        " eigenen Rechner erledigt das auch „formservice work“. Was bei einem Absturz in Arbeit"
        " war, wird beim nächsten Start fertig.",
    )
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADRESSE",
        help="sonst 127.0.0.1 (nur dieser Rechner)",
    )
    serve.add_argument(
        "--port",
        type=_port,
        default=8000,
        metavar="NUMMER",
        help="sonst 8000; 0: irgendeine freie",
    )
    serve.add_argument(
        "--workers",
        type=_count,
        default=None,
        metavar="N",
        help="so viele Arbeiter daneben, sonst so viele wie Kerne",
    )
    serve.add_argument(
        "--no-workers", action="store_true", help="keine Arbeiter; „formservice work“ liest"
    )
    serve.set_defaults(run=_run)


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError("erwartet wird eine Zahl von 0 bis 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 2 or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("erwartet wird eine Zahl von 1 bis 64")
    return int(text)


def _run(chosen: argparse.Namespace) -> int:
    services = WebServices(Settings.from_environment())
    count = 0 if chosen.no_workers else chosen.workers or processors()
    return served(services, chosen.host, chosen.port, count)


def served(services: WebServices, host: str, port: int, workers: int) -> int:
    """Serve until told to stop; return the exit status."""
    refuse_open(services, host)
    services.web_understood()  # what is wrong with the settings is told at once
    services.mail_understood()
    services.named_here()
    services.store.prepared()  # and with the database
    services.originals.check()
    _ = services.secret  # made now if there is none, and not while somebody waits for a page
    services.warm()
    listening = bound(host, port)
    where = _where(host, listening.getsockname()[1])
    if services.web_settings.public_url is None:
        services.public_url = where
    from formservice.bootstrap.web import web  # noqa: PLC0415 - slow to import

    log.configure(
        as_json=services.web_settings.log_format is LogFormat.JSON,
        level=services.web_settings.log_level,
    )
    app = web(services)
    with listening, _beside(services, workers):
        print(f"formservice antwortet unter {services.public_url} (Ende mit Strg-C).", flush=True)
        if where != services.public_url:
            print(f"Es lauscht unter {where}.", flush=True)
        _serve(app, services, listening)
    services.store.close()
    return errors.DONE


def refuse_open(services: WebServices, host: str) -> None:
    """Refuse to be reached by other machines without TLS unless a setting says so."""
    if is_loopback(host):
        return
    if services.web_settings.plain_http:
        if services.web_settings.public_url is None:
            raise UsageError(
                "Wer für andere Rechner erreichbar ist, muss wissen, unter welcher Adresse.",
                "Bitte FORMSERVICE_PUBLIC_URL setzen, etwa https://formulare.amt.example.",
            )
        return
    raise UsageError(
        f"Unter {host} wäre der Dienst für andere Rechner erreichbar, und zwar unverschlüsselt:"
        " Kennwörter und Sozialdaten gingen lesbar über das Netz.",
        "Bitte auf 127.0.0.1 lauschen und einen Webserver mit TLS davorstellen (Betrieb,"
        " „Weboberfläche“). Endet TLS auf einem anderen Rechner oder außerhalb dieses Containers:"
        " FORMSERVICE_ALLOW_HTTP=ja.",
    )


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens; UsageError says why that is impossible."""
    where = _where(host, port).removeprefix("http://")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.create_server(address[:2], family=family, backlog=_WAITING)
        # Those who connect inherit it. Without, the second part of each answer waits until the
        # other side has confirmed the first: 40 ms.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except socket.gaierror:
        raise UsageError(
            "Einen Rechner dieses Namens gibt es hier nicht.", "Bitte --host prüfen."
        ) from None
    except OSError as error:
        known = ("Unter {where} kann nicht geantwortet werden.", "Bitte --host und --port prüfen.")
        message, hint = _REASONS.get(error.errno or 0, known)
        raise UsageError(message.format(where=where), hint) from None


def _where(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _beside(services: WebServices, count: int) -> AbstractContextManager[object]:
    """Return the workers beside the web, to be opened; nothing if there are to be none."""
    if not count:
        return nullcontext()
    further = ["--stages", ""]
    if services.web_settings.log_format is LogFormat.JSON:
        further.append("--json")
    return services.embedded(count, *further, final=(errors.WRONG_USAGE, MISSING))


def _serve(app: "FastAPI", services: WebServices, listening: socket.socket) -> None:
    """Answer requests until told to stop; what has begun is answered first."""
    import uvicorn  # noqa: PLC0415 - slow to import

    class Server(uvicorn.Server):
        """Tells what streams without end that this is the end."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """Begin to end."""
            app.state.ending = True
            super().handle_exit(sig, frame)

    proxies = services.web_settings.proxies
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # it would write addresses with all that stands in them
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies) or None,
        timeout_graceful_shutdown=_PATIENCE_S,
    )
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        # When it has ended it sends itself once more what ended it: SIGINT becomes Ctrl-C.
        Server(config).run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)
