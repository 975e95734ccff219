"""The addresses of styles, scripts and fonts, which change with their contents."""

import hashlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

_DIGITS = 12
_SEEN: dict[str, tuple[int, str]] = {}


def static_folder() -> Path:
    """Return the folder of our own styles and scripts."""
    return Path(str(resources.files("formservice.web").joinpath("static")))


def files(folder: Path) -> ASGIApp:
    """Return what hands out the files of a folder, which may not be there.

    Only these are compressed: a page that holds a secret and what somebody typed must not be.
    """
    return GZipMiddleware(StaticFiles(directory=folder, check_dir=False))


def addresses(app: FastAPI, mount: str, folder: Path) -> Callable[[str], str]:
    """Return what gives the address of a file of ``folder``, mounted under the name ``mount``.

    The address names the file's contents, so that a browser may keep it for good; a file that is
    not there gets an address, too, and its page does without it.
    """

    def address(name: str) -> str:
        path = str(app.url_path_for(mount, path=name))
        mark = _mark(folder / name)
        return f"{path}?v={mark}" if mark else path

    return address


def _mark(file: Path) -> str:
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        return ""
    known = _SEEN.get(str(file))
    if known is None or known[0] != changed:
        known = (changed, hashlib.sha256(file.read_bytes()).hexdigest()[:_DIGITS])
        _SEEN[str(file)] = known
    return known[1]
