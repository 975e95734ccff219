"""``formservice watch`` and ``formservice mail`` as people and service managers start them."""

import imaplib
import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from email.message import EmailMessage

import pytest

from tests.e2e.conftest import ROOT
from tests.inbox import dovecot

WORD = ROOT / "samples" / "erwartungsbogen@2023-07-24/dang-docx/input.docx"


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def share(tmp_path):
    folder = tmp_path / "scan"
    folder.mkdir()
    return folder


@pytest.fixture
def started(tmp_path, share):
    """Start ``watch`` in the background; whatever becomes of the test, it does not stay."""
    environment = {
        **os.environ,
        "FORMSERVICE_DATA": str(tmp_path / "var"),
        "PYTHONPATH": str(ROOT),
    }
    running = []

    def start(*more):
        command = [sys.executable, "-m", "formservice.cli.main", "watch", "--settle", "0.1"]
        watch = subprocess.Popen(
            [*command, "--json", *more, str(share)], env=environment, stdout=subprocess.PIPE
        )
        running.append(watch)
        return watch

    yield start
    for watch in running:
        watch.kill()
        watch.communicate()


@pytest.mark.slow
def test_a_folder_is_taken_in_once_read_by_workers_and_the_broken_put_aside(run, share):
    (share / "a.docx").write_bytes(WORD.read_bytes())
    (share / "x.pdf").write_bytes(b"%PDF-1.7 broken %%EOF")
    done = run("watch", share, "--once", "--settle", "0", "--json")
    assert done.returncode == 1
    assert [(one["outcome"], one["file"]) for one in lines(done)] == [
        ("taken", "a.docx"),
        ("refused", "fehler/x.pdf"),
    ]
    assert lines(done)[1]["error"]["code"] == "input.damaged"
    run("work", "--once")
    again = run("watch", share, "--once", "--settle", "0", "--json")
    assert (again.returncode, again.stdout) == (0, b"")
    (known, _) = json.loads(run("intake", "--json", WORD).stdout)
    assert (known["form"]["id"], known["already_known"]) == ("erwartungsbogen", True)


def test_our_own_folder_is_not_watched(run, tmp_path):
    (tmp_path / "var").mkdir()
    assert run("watch", tmp_path / "var", "--once").returncode == 2
    assert run("watch", tmp_path, "--once").returncode == 2


def test_a_folder_misspelt_is_told_unless_it_is_to_be_waited_for(run, started, share, tmp_path):
    (tmp_path / "datei").write_bytes(b"")
    for name in ("nirgends", "datei"):
        done = run("watch", tmp_path / name)
        assert (done.returncode, b"--wait" in done.stderr) == (2, True)
    share.rmdir()
    watch = started("--wait")
    assert json.loads(watch.stdout.readline())["outcome"] == "trouble"
    share.mkdir()
    assert json.loads(watch.stdout.readline())["outcome"] == "well"


def test_a_folder_that_is_not_there_is_an_error_of_the_store(run, tmp_path):
    done = run("watch", tmp_path / "no", "--once")
    assert done.returncode == 3
    assert "nicht erreichbar" in done.stderr.decode()


@pytest.mark.slow
def test_ended_in_order_it_ends_at_once_and_well(share, started):
    watch = started()
    (share / "a.docx").write_bytes(WORD.read_bytes())
    told = json.loads(watch.stdout.readline())
    assert told["outcome"] == "taken"
    watch.send_signal(signal.SIGTERM)
    assert watch.wait(10) == 0


@pytest.mark.slow
def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(share, started, tmp_path):
    """Every file is another one, as the comment at the end of a ZIP file may be."""
    data, rest = WORD.read_bytes(), random.Random(5)
    whole = 24
    for number in range(whole):
        comment = f"{number:04}".encode()
        assert data.endswith(b"\0\0")
        (share / f"{number}.docx").write_bytes(data[:-2] + b"\4\0" + comment)
    for _ in range(4):
        watch = started()
        # It has begun; or those before were so quick that nothing is left.
        select.select([watch.stdout], [], [], 5)
        time.sleep(rest.uniform(0, 0.3))
        watch.kill()
        watch.wait()
    watch = started()
    until = time.monotonic() + 60
    while list(share.glob("*.docx")) + list(share.glob("in-arbeit/*")):
        assert time.monotonic() < until
        time.sleep(0.1)
    watch.terminate()
    watch.wait(10)
    with closing(sqlite3.connect(tmp_path / "var" / "formservice.sqlite")) as database:
        counts = database.execute("SELECT count(*), count(DISTINCT original) FROM documents")
        assert counts.fetchall() == [(whole, whole)]
    assert len(list((share / "erledigt").rglob("*.docx"))) == whole
    assert not list((share / "erledigt").rglob("schon-bekannt"))
    assert not (share / "fehler").exists()


def test_without_a_mailbox_it_says_which_settings_name_one(run):
    done = run("mail", "--once")
    assert done.returncode == 2
    assert "FORMSERVICE_MAIL_HOST" in done.stderr.decode()


@pytest.mark.slow
@pytest.mark.engine
@dovecot.needs_dovecot
def test_a_mailbox_is_taken_in_from_the_shell(run, tmp_path):
    (tmp_path / "password").write_text(dovecot.PASSWORD, "utf-8")
    message = EmailMessage()
    message["From"] = "buero@traeger.example"
    message.set_content("…")
    message.add_attachment(
        WORD.read_bytes(), maintype="application", subtype="pdf", filename="bogen.pdf"
    )
    with dovecot.dovecot() as server:
        settings = {
            "FORMSERVICE_MAIL_HOST": "localhost",
            "FORMSERVICE_MAIL_PORT": str(server.tls),
            "FORMSERVICE_MAIL_USER": dovecot.USER,
            "FORMSERVICE_MAIL_PASSWORD_FILE": str(tmp_path / "password"),
            "FORMSERVICE_MAIL_CA": str(server.certificate),
        }
        with imaplib.IMAP4("127.0.0.1", server.plain) as box:
            said = f"\0{dovecot.USER}\0{dovecot.PASSWORD}".encode()
            box.authenticate("PLAIN", lambda _: said)
            box.append("INBOX", "", "", message.as_bytes())
        done = run("mail", "--once", "--json", settings=settings)
        assert done.returncode == 0, done.stderr
        (told,) = lines(done)
        assert (told["folder"], told["silence"]) == ("Erledigt", "no-smtp")
        assert [one["kind"] for one in told["parts"]] == ["DOCX"]
        assert run("mail", "--once", "--json", settings=settings).stdout == b""
    del settings["FORMSERVICE_MAIL_CA"]
    away = run("mail", "--once", settings=settings)
    assert away.returncode == 3
    assert dovecot.PASSWORD not in away.stderr.decode()
