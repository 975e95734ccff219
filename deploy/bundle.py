"""Packs all that an installation without network needs into one file (``make bundle``).

``python deploy/bundle.py [--into dist]`` writes ``formservice-<version>-offline.tar``: wheels of
what the service imports (versions and hashes of ``requirements.lock``), its own wheel, forms,
styles and fonts, documentation, units, the list of Debian packages, checksums, and a script that
installs it. Only this step needs the network.
"""

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any  # what a TOML file holds

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("form_templates", "mappings", "samples", "docs", "examples", "deploy", "build/kern")
FILES = ("README.md", "CHANGELOG.md")
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
# Storage that speaks S3 is an extra, but who has it has no network to fetch it from either.
_EXTRAS = frozenset({"s3"})


def main() -> None:
    """Write the bundle and say where it is."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--into", type=Path, default=ROOT / "dist", metavar="ORDNER")
    into = options.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    name = f"formservice-{_project()['version']}-offline"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / name
        _filled(folder)
        target = into / f"{name}.tar"
        _packed(folder, target)
    print(f"{target} ({target.stat().st_size / 1_000_000:.0f} MB)")  # noqa: T201 - a script


def _filled(folder: Path) -> None:
    """Fill the folder that becomes the bundle."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    lock = folder / "requirements.txt"
    lock.write_text("".join(locked(needed())), "utf-8")
    _run(*_PIP, "wheel", "--quiet", "--require-hashes", "--no-deps", "-r", lock, "-w", wheels)
    # Built apart: setuptools leaves files where it builds.
    source = folder.parent / "source"
    for one in ("formservice", "pyproject.toml", "README.md"):
        _copied(ROOT / one, source / one)
    own = ("--quiet", "--no-deps", "--no-build-isolation", source, "-w", wheels)
    _run(*_PIP, "wheel", *own)
    # Hashes of wheels we built ourselves are none of the index.
    lock.write_text("".join(sorted(_with_hash(one) for one in wheels.iterdir())), "utf-8")
    for one in (*FOLDERS, *FILES):
        if (ROOT / one).exists():
            _copied(ROOT / one, folder / one)
    shutil.copy(ROOT / "deploy" / "bundle" / "installieren.sh", folder / "installieren.sh")
    shutil.copy(ROOT / "deploy" / "bundle" / "LIESMICH.md", folder / "LIESMICH.md")
    (folder / "debian-pakete.txt").write_text("\n".join(packages()) + "\n", "utf-8")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "python.txt").write_text(f"{python} {platform.machine()}\n", "utf-8")
    sums = [f"{_sha256(one)}  {one.relative_to(folder)}\n" for one in _files(folder)]
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8")


def needed() -> set[str]:
    """Return what the service imports, with all that this needs: names as the lock has them."""
    found: set[str] = set()
    # As it is written, and not as it was when the environment was made.
    waiting: list[tuple[str, frozenset[str], list[str]]] = [("formservice", _EXTRAS, _written())]
    while waiting:
        _, extras, texts = waiting.pop()
        for text in texts:
            wanted = Requirement(text)
            own = canonicalize_name(wanted.name)
            # psycopg[binary] names itself with an extra; a name is looked at once more for extras.
            if own in found and not wanted.extras:
                continue
            marker = wanted.marker
            if marker is None or any(marker.evaluate({"extra": one}) for one in ("", *extras)):
                found.add(own)
                waiting.append((own, frozenset(wanted.extras), metadata.requires(own) or []))
    return found


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    return project


def _written() -> list[str]:
    project = _project()
    further = project["optional-dependencies"]
    return [*project["dependencies"], *(one for extra in _EXTRAS for one in further[extra])]


def locked(names: set[str]) -> Iterator[str]:
    """Yield the entries of ``requirements.lock`` of these names, with their hashes."""
    missing = set(names)
    for entry in re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text("utf-8")):
        found = re.match(r"([A-Za-z0-9._-]+)==", entry)
        if found and canonicalize_name(found[1]) in names:
            missing.discard(canonicalize_name(found[1]))
            yield "\n".join(line for line in entry.splitlines() if "# via" not in line) + "\n"
    if missing:
        raise LookupError(f"requirements.lock does not have {sorted(missing)}")


def packages() -> list[str]:
    """Return the Debian packages that the Makefile installs, without those only tests need."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    found = re.search(r"^PACKAGES := (.*?)\n\n", makefile, re.M | re.S)
    assert found is not None, "the Makefile names no packages"  # noqa: S101
    names = found[1].replace("\\\n", " ").split()
    only_tests = {"poppler-utils", "qpdf", "libreoffice-writer-nogui"}
    return ["python3", "python3-venv", *(one for one in names if one not in only_tests)]


def _with_hash(wheel: Path) -> str:
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} --hash=sha256:{_sha256(wheel)}\n"


def _run(*command: object) -> None:
    subprocess.run([str(one) for one in command], check=True)  # noqa: S603 - our own


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    else:
        shutil.copy(source, target)


def _files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _packed(folder: Path, target: Path) -> None:
    """Write the folder as a tar file: whole or not at all, and nobody's own."""
    part = target.with_suffix(".part")
    with tarfile.open(part, "w") as tar:
        for one in _files(folder):
            entry = tar.gettarinfo(one, str(one.relative_to(folder.parent)))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mode = 0o755 if one.suffix == ".sh" else 0o644
            with one.open("rb") as data:
                tar.addfile(entry, data)
    part.replace(target)


if __name__ == "__main__":
    main()
