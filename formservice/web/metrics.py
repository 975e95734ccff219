"""Figures for who runs the service, as Prometheus reads them; about nobody."""

import hmac
import ipaddress
from collections.abc import Callable, Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException

from formservice.application.condition import Condition, Figures
from formservice.domain.errors import FormServiceError
from formservice.web.guard import Home, public

router = APIRouter()

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Metrics:
    """What is counted in one process, and what the database knows when somebody asks."""

    def __init__(self, condition: Callable[[], Condition], waiting: Callable[[], int]) -> None:
        """Begin with nothing; ``waiting`` says how many people look at live progress."""
        self.registry = CollectorRegistry()
        registry = self.registry
        self.requests = Counter(
            "formservice_requests",
            "Requests by route and status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "formservice_request_seconds",
            "How long answers took.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.uploads = Counter(
            "formservice_uploads",
            "Requests that sent files, and whether they were taken.",
            ["route", "taken"],
            registry=registry,
        )
        self.upload_bytes = Counter(
            "formservice_upload_bytes", "Bytes of such requests.", ["route"], registry=registry
        )
        self.sign_ins_failed = Counter(
            "formservice_sign_ins_failed", "Sign-ins that were refused.", registry=registry
        )
        ProcessCollector(registry=registry)
        registry.register(_Standing(condition, waiting))


class _Standing(Collector):
    """What the database and the workers say just now."""

    def __init__(self, condition: Callable[[], Condition], waiting: Callable[[], int]) -> None:
        self._condition = condition
        self._waiting = waiting

    def describe(self) -> Iterator[Metric]:
        """Name nothing beforehand: nobody is to be asked before somebody asks us."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield what is counted."""
        condition = self._condition()
        yield _gauge("live_streams", "Pages that follow live progress.", self._waiting())
        workers = condition.workers()
        if workers is not None:
            yield _gauge("workers_wanted", "Workers there should be.", workers.wanted)
            yield _gauge("workers_alive", "Workers that are running.", workers.alive)
        try:
            figures = condition.figures()
        except (FormServiceError, OSError):
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        yield from _of(figures)


def _of(figures: Figures) -> Iterator[Metric]:
    documents = GaugeMetricFamily(
        "formservice_documents", "Documents by stage and status.", labels=["stage", "status"]
    )
    for one in figures.standing:
        documents.add_metric([one.stage, one.status], one.count)
    yield documents
    received = GaugeMetricFamily(
        "formservice_received", "Files that are kept, by the way they came.", labels=["source"]
    )
    for source, count in figures.received.items():
        received.add_metric([source], count)
    yield received
    yield _gauge("queue_age_seconds", "For how long the oldest has waited.", figures.waits)
    yield _gauge("work_tries", "How often open work has been begun.", figures.tries)
    yield _gauge("sessions", "Sessions that have not ended.", figures.sessions)
    yield _gauge("outbox", "What waits to be sent.", figures.outbox)
    yield _gauge("disk_free_bytes", "Free where the data lies.", figures.free_bytes)
    if figures.backup_s is not None:
        yield _gauge("backup_age_seconds", "Age of the newest backup.", figures.backup_s)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"formservice_{name}", told, value=value)


@router.get("/metrics", name="metrics", dependencies=public(), include_in_schema=False)
def metrics(request: Request, house: Home) -> Response:
    """Return all figures, to this machine and to who shows the token; else there is nothing."""
    token = house.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    shown = token is not None and hmac.compare_digest(given.encode(), token.encode())
    if not shown and not is_here(request):
        raise HTTPException(404)
    known: Metrics = request.app.state.metrics
    return Response(generate_latest(known.registry), media_type=CONTENT_TYPE_LATEST)


def is_here(request: Request) -> bool:
    """Say whether a request comes from this machine itself, and through no server before us."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
        name = request.url.hostname or ""
        return address.is_loopback and (
            name == "localhost" or ipaddress.ip_address(name).is_loopback
        )
    except ValueError:
        return False
