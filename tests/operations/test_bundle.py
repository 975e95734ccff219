"""One command packs everything; without any network it installs, and works."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.engine]
# Loopback is there and nothing else.
NETLESS = ("unshare", "--net", "--map-root-user")
SERVED = """
ip link set lo up
"$1" serve --port 8931 >/dev/null & server=$!
trap 'kill $server' EXIT
for try in $(seq 100); do
  "$2" - <<'END' && exit 0
import sys, urllib.request
try:
    for page in ("bereit", "anmelden", "static/kern/kern.min.css"):
        assert urllib.request.urlopen(f"http://127.0.0.1:8931/{page}", timeout=20).status == 200
except OSError as error:
    sys.exit(1)
END
  sleep 0.3
done
exit 1
"""


def is_possible():
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*NETLESS, "true"], capture_output=True, check=False).returncode == 0


needs_netless = pytest.mark.skipif(not is_possible(), reason="a network of its own is not allowed")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    command = [sys.executable, str(ROOT / "deploy" / "bundle.py"), "--into", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
    if "No matching distribution" in made.stderr or "Connection" in made.stderr:
        pytest.skip("the packages cannot be fetched here")
    assert made.returncode == 0, made.stderr[-2000:]
    (file,) = folder.glob("formservice-*-offline.tar")
    subprocess.run(["tar", "-xf", str(file), "-C", str(folder)], check=True)
    (inside,) = (one for one in folder.iterdir() if one.is_dir())
    return inside


def without_network(*command, **settings):
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PIP_NO_CACHE_DIR": "1"}
    return subprocess.run(
        [*NETLESS, *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=environment | settings,
    )


@needs_netless
def test_it_installs_into_an_empty_folder_and_reads_and_serves_there(unpacked, tmp_path):
    target, data = tmp_path / "ziel", str(tmp_path / "var")
    made = without_network(unpacked / "installieren.sh", target, sys.executable)
    assert made.returncode == 0, made.stderr
    program = target / "bin" / "formservice"
    checked = without_network(program, "check", FORMSERVICE_DATA=data)
    assert "8 in Ordnung" in checked.stdout, checked.stderr
    assert checked.returncode == 0
    sample = target / "samples" / "feedbackbogen@2023-09-22" / "zzz-tester-docx" / "input.docx"
    read = without_network(program, "read", sample, "--json", FORMSERVICE_DATA=data)
    assert read.returncode == 0
    assert '"feedbackbogen"' in read.stdout
    python = target / ".venv" / "bin" / "python"
    served = without_network("bash", "-c", SERVED, "-", program, python, FORMSERVICE_DATA=data)
    assert served.returncode == 0, served.stderr[-2000:]


def test_a_damaged_bundle_is_not_installed(unpacked, tmp_path):
    copy = tmp_path / "kopie"
    shutil.copytree(unpacked, copy)
    (copy / "debian-pakete.txt").write_text("anders\n")
    command = [copy / "installieren.sh", tmp_path / "ziel", sys.executable]
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert made.returncode == 1
    assert "beschädigt" in made.stderr
    assert not (tmp_path / "ziel").exists()


def test_nothing_of_this_machine_is_in_it(unpacked):
    for file in unpacked.rglob("*"):
        if file.is_file() and file.suffix in (".txt", ".sh", ".md", ".py", ".env"):
            assert str(ROOT).encode() not in file.read_bytes(), file
