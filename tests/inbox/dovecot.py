"""An IMAP server of our own for the time of a test: Debian's Dovecot, on this machine only."""

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

_PROGRAM = Path("/usr/sbin/dovecot")
_IMAP = Path("/usr/lib/dovecot/imap")
MISSING = "Dovecot is not installed (Debian package dovecot-imapd)"
needs_dovecot = pytest.mark.skipif(not (_PROGRAM.exists() and _IMAP.exists()), reason=MISSING)
USER, PASSWORD = "eingang", 'geheim &"äß'


@dataclass(frozen=True, slots=True)
class Running:
    """The server: ports with TLS and without, its certificate, and where mails lie."""

    tls: int
    plain: int
    certificate: Path
    home: Path


@contextmanager
def dovecot(capabilities: str = "") -> Iterator[Running]:
    """Run a server with one empty mailbox. ``capabilities`` replaces what it says it can."""
    folder = Path(tempfile.mkdtemp(prefix="formservice-imap-"))
    process = None
    try:
        folder.chmod(0o755)
        ours = Running(free_port(), free_port(), folder / "cert.pem", folder / "mail")
        _written(folder, ours, capabilities)
        with (folder / "out").open("wb") as out:
            process = subprocess.Popen(
                [_PROGRAM, "-F", "-c", folder / "dovecot.conf"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        _wait(process, ours.plain, folder)
        yield ours
    finally:
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _written(folder: Path, ours: Running, capabilities: str) -> None:
    """Write settings, user and certificate; as root the parts run as others who may not look."""
    is_root = os.getuid() == 0
    owner = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.getuid())
    me = pwd.getpwuid(os.getuid()).pw_name
    ours.home.mkdir(mode=0o700)
    (folder / "run").mkdir(mode=0o755)
    if is_root:
        os.chown(ours.home, owner.pw_uid, owner.pw_gid)
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files: list[str | Path] = ["-keyout", folder / "key.pem", "-out", ours.certificate]
    subprocess.run([*request.split(), *names, *files], check=True, capture_output=True)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n", "utf-8")
    (folder / "users").chmod(0o644)
    login = "dovenull" if is_root else me
    internal = "dovecot" if is_root else me
    group = "dovecot" if is_root else grp.getgrgid(os.getgid()).gr_name
    said = f"imap_capability = {capabilities}" if capabilities else ""
    (folder / "dovecot.conf").write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
mail_location = maildir:{ours.home}
mail_uid = {owner.pw_uid}
mail_gid = {owner.pw_gid}
first_valid_uid = 0
first_valid_gid = 0
ssl = yes
ssl_cert = <{ours.certificate}
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
{said}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={ours.home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {ours.plain}
  }}
  inet_listener imaps {{
    port = {ours.tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
""",
        "utf-8",
    )


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as one:
            if one.recv(4) == b"* OK":
                return
        time.sleep(0.05)
    told = [path.read_text("utf-8") for path in (folder / "out", folder / "log") if path.exists()]
    raise AssertionError("\n".join(told))
