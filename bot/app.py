"""The `web` process: visitor pages and API, desk, health. Assembled here; each part lives in its own folder."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from bot.channels import api, pages, reading
from bot.channels.errors import Problem, problem_json, unsaved_messages
from bot.channels.limits import BodyLimit, NoTraceback, SecurityHeaders
from bot.channels.render import message_html, message_view, page
from bot.channels.resources import Resources
from bot.channels.visitor import Visitors
from bot.content import ROOT
from bot.conversations import alerts
from bot.conversations.alert_channels import Sender
from bot.conversations.callback_words import callback_words
from bot.conversations.consequences import spoken
from bot.conversations.database import check_key, get_database
from bot.conversations.events import Watcher
from bot.conversations.incoming import tidy
from bot.conversations.rasa import RasaClient
from bot.conversations.return_words import code_words, return_words
from bot.conversations.turn import Turns
from bot.conversations.upkeep import Upkeep
from bot.conversations.who_is_there import opens
from bot.conversations.words import alert_words, desk_words, waiting_words
from bot.crypto import get_vault
from bot.desk import api as desk_api
from bot.desk import duties_api, duties_pages
from bot.desk import pages as desk_pages
from bot.interface import interface
from bot.logs import configure, describe
from bot.readiness import Readiness
from bot.risk import assess, safety
from bot.settings import Settings, get_settings

SWEEP_EVERY_S = 300.0
QUEUE_EVERY_S = 5.0
CANCEL_EVERY_S = 0.5
ALERT_EVERY_S = 1.0
log = logging.getLogger(__name__)


def build(settings: Settings) -> Resources:
    """The resources of this process. Raises KeyProblem where the key does not open the database."""
    # Content that does not fit its schema must stop the start, not the first visitor
    assess("")
    safety.static_reply()
    for team in ("", *settings.team_hours):
        opens(settings, team)
    for words in (alert_words, waiting_words, desk_words, callback_words, return_words, code_words):
        words()
    database, vault = get_database(), get_vault()
    check_key(database, vault)
    watcher = Watcher(database)
    rasa = RasaClient(settings.rasa_url, settings.rasa_timeout_s)
    turns = Turns(database, vault, rasa, watcher, settings)
    visitors = Visitors(database, vault, turns, watcher, settings)
    return Resources(settings, database, vault, watcher, rasa, turns, visitors, Readiness(rasa))


async def _repeat(every_s: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do `work` now and then; whatever fails in it is told in the log and tried again."""
    while True:
        try:
            await work()
        except Exception as error:
            log.error("%s failed: %s", getattr(work, "__name__", "work"), describe(error))
        await asyncio.sleep(every_s)


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Background work of the process: streams, retention, vanished staff, readiness."""
    r: Resources = app.state.resources

    upkeep = Upkeep(r.database, r.vault, r.watcher, r.settings)
    sender = Sender(r.database, r.settings)

    async def alert() -> None:
        await sender.send_due()
        r.readiness.channels(sorted({*await r.database.look(alerts.failing), *sender.unusable}))

    work = [
        r.readiness.load_risk(),
        r.readiness.watch(),
        r.watcher.run(),
        _repeat(SWEEP_EVERY_S, upkeep.sweep),
        _repeat(QUEUE_EVERY_S, upkeep.queue),
        _repeat(ALERT_EVERY_S, alert),
    ]
    tasks = [asyncio.create_task(w) for w in work]
    try:
        yield
    finally:
        # Again and again: a cancellation can be lost in a library that is just ending a wait of its own
        while left := [task for task in tasks if not task.done()]:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=CANCEL_EVERY_S)
        await r.rasa.close()


def wants_json(request: Request) -> bool:
    """Whether the client is a program: its path says so."""
    return "/api/" in request.url.path


def _answer(request: Request, problem: Problem) -> Response:
    if wants_json(request):
        return problem_json(problem, message_html if request.query_params.get("render") == "html" else None)
    r: Resources = request.app.state.resources
    labels = interface().labels
    if problem.status == 404 and request.url.path.startswith("/chat/"):
        return pages.over(r, "page_used_title", "page_used", 404)
    messages = [message_view(m) for m in unsaved_messages(problem.replies)]
    html = page(
        "page/error.html",
        title=labels["error_title"],
        text=problem.text,
        messages=messages,
        **pages.context(r),
    )
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
    return HTMLResponse(html, problem.status, headers)


def _written(request: Request, body: object) -> str:
    """What a visitor wrote in a message that is wrong in another part: its risk must be seen all the same."""
    text = body.get("text") if isinstance(body, dict) else None
    return text if isinstance(text, str) and request.url.path.startswith(api.router.prefix) else ""


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return _answer(request, problem)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        # The field's name, never its value
        parts = [str(p) for p in error.errors()[0]["loc"] if p not in ("body", "query", "path")]
        replies = spoken(assess(tidy(_written(request, error.body))))
        return _answer(
            request, Problem(422, "invalid", field=".".join(parts)[:60] or "body", replies=replies)
        )

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        code = "not_found" if error.status_code in (404, 405) else "broken"
        return _answer(request, Problem(error.status_code, code))


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    await _answer(Request(scope), Problem(413, "too_large"))(scope, receive, send)


async def _broken(scope: Scope, receive: Receive, send: Send) -> None:
    await _answer(Request(scope), Problem(500, "broken"))(scope, receive, send)


def create_app() -> FastAPI:
    """The ASGI application."""
    configure()
    app = FastAPI(
        title="Victims' rights assistant", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.resources = build(get_settings())
    _handle_errors(app)
    app.include_router(api.router)
    app.include_router(duties_api.router)
    app.include_router(desk_api.router)
    app.include_router(pages.router)
    app.include_router(reading.router)
    app.include_router(duties_pages.router)
    app.include_router(desk_pages.router)
    app.mount("/static", StaticFiles(directory=ROOT / "bot" / "channels" / "static"), name="static")
    app.mount("/desk/static", StaticFiles(directory=ROOT / "bot" / "desk" / "static"), name="desk-static")
    app.add_middleware(BodyLimit, refuse=_too_large)
    app.add_middleware(NoTraceback, answer=_broken)
    app.add_middleware(SecurityHeaders)

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"up": True}

    @app.get("/readyz")
    async def readyz() -> Response:
        ready = app.state.resources.readiness
        body = {"ready": ready.ready, "degraded": ready.degraded}
        if ready.ready:
            return JSONResponse(body)
        return JSONResponse({**body, "reason": ready.reason}, 503)

    return app
