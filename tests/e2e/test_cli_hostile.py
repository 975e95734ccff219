"""What people and scripts get wrong: every answer is a German sentence, a code and a status."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial

import pikepdf
import pytest

from formservice.adapters.intake_folder import IntakeFolder
from formservice.application.read import ReadFile
from formservice.cli.german import speak_german
from formservice.cli.main import main, parser
from tests.e2e.conftest import ROOT

pytestmark = pytest.mark.slow
BLANK = ("generate", "feedbackbogen", "--data", "-")


def told(done):
    """Return the error as JSON tells it."""
    answer = json.loads(done.stdout)
    assert answer["ok"] is False
    assert answer["error"]
    return answer["code"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'{"name": NaN}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        "{}".encode("utf-16"),
        b'{"name": "Kanarienvogel", "name": "x"}',
        b'{"name": ["Kanarienvogel"]}',
        b'{"geburtsdatum": "Kanarienvogel"}',
    ],
)
def test_no_json_however_odd_is_a_bug_or_quoted(run, tmp_path, data):
    done = run(*BLANK, "-o", "x.docx", "--json", stdin=data)
    assert done.returncode == 1, done.stderr.decode()
    assert told(done) in ("input", "input.invalid-data")
    assert b"Kanarienvogel" not in done.stdout + done.stderr
    assert not (tmp_path / "x.docx").exists()


def test_an_endless_file_is_refused_instead_of_filling_the_memory(run):
    done = run("generate", "feedbackbogen", "--data", "/dev/zero", "--json")
    assert (done.returncode, told(done)) == (1, "input.too-large")


def test_a_pipe_is_written_to_and_never_replaced(run, tmp_path):
    os.mkfifo(tmp_path / "rohr")
    with subprocess.Popen(["cat", tmp_path / "rohr"], stdout=subprocess.PIPE) as reader:
        done = run(*BLANK, "-o", "rohr", stdin=b"{}")
        received = reader.communicate(timeout=60)[0]
    assert done.returncode == 0, done.stderr.decode()
    assert received.startswith(b"PK")
    assert (tmp_path / "rohr").is_fifo()


def test_a_page_that_lost_its_picture_needs_a_person(run, tmp_path):
    pdf = pikepdf.new()
    for _ in range(2):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.pages[1].obj.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /P Do Q")
    pdf.save(tmp_path / "verloren.pdf")
    done = run("read", "verloren.pdf", "--json")
    codes = [one["findings"][0]["code"] for one in json.loads(done.stdout)]
    assert (done.returncode, codes) == (1, ["page.blank", "page.unreadable"])


def test_a_pipe_nobody_fills_is_refused_instead_of_waited_for(run, tmp_path):
    os.mkfifo(tmp_path / "rohr")
    done = run("read", "rohr")
    assert done.returncode == 1
    assert "rohr ist keine Datei" in (done.stdout + done.stderr).decode()


def test_what_is_no_file_in_a_folder_is_refused_by_name(run, tmp_path):
    folder = tmp_path / "eingang"
    folder.mkdir()
    os.mkfifo(folder / "rohr")
    (folder / "nirgends").symlink_to("fort")
    (folder / "kreis").symlink_to("kreis")
    done = run("intake", "eingang", "--json")
    assert done.returncode == 1, done.stderr.decode()
    refused, last = json.loads(done.stdout)
    assert refused["file"] == "eingang/rohr"
    assert last["report"]["left_out"] == ["eingang/kreis", "eingang/nirgends"]


def test_an_empty_folder_is_told_of(run, tmp_path):
    (tmp_path / "leer").mkdir()
    done = run("intake", "leer", "--json")
    assert done.returncode == 0
    assert "keine Datei" in done.stderr.decode()
    json.loads(done.stdout)


def test_the_folder_of_what_is_kept_is_open_to_nobody_else(tmp_path):
    folder = IntakeFolder(tmp_path / "ablage" / "intake", "1")
    with folder.held(lambda: None):
        assert (tmp_path / "ablage").stat().st_mode & 0o077 == 0


def test_a_link_keeps_pointing_where_it_points(run, tmp_path):
    (tmp_path / "ziel.docx").write_bytes(b"alt")
    (tmp_path / "link.docx").symlink_to("ziel.docx")
    assert run(*BLANK, "-o", "link.docx", stdin=b"{}").returncode == 0
    assert (tmp_path / "link.docx").is_symlink()
    assert (tmp_path / "ziel.docx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "pdf", "-o", "x.docx"),
        ("-o", "x.odt"),
        ("-o", ""),
        ("-o", "."),
        ("-o", "-"),  # beside --json
        ("-o", "x.docx", "--unsinn"),
        ("-o", "x.docx", "--form", "pdf"),  # no guessing of abbreviations
    ],
)
def test_contradictions_are_wrong_usage_and_write_nothing(run, tmp_path, arguments):
    done = run(*BLANK, *arguments, "--json", stdin=b"{}")
    assert (done.returncode, told(done)) == (2, "usage")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("target", ["-", "liste.csv"])
def test_a_list_needs_a_folder(run, tmp_path, target):
    (tmp_path / "liste.csv").write_bytes(b"name\nA\n")
    done = run("generate", "feedbackbogen", "--list", "liste.csv", "-o", target, "--json")
    assert (done.returncode, told(done)) == (2, "usage")
    assert [one.name for one in tmp_path.iterdir()] == ["liste.csv"]


def test_wrong_usage_is_json_where_json_was_asked_for(run):
    for arguments in (["read", "--json"], ["forms", "unsinn", "--json"], ["--json", "forms"]):
        done = run(*arguments)
        assert (done.returncode, told(done)) == (2, "usage")


def _parsers(parser):
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def test_help_is_german_at_every_depth_and_says_what_each_thing_is():
    speak_german()
    helped = list(_parsers(parser()))
    assert len(helped) > 10
    for one in helped:
        text = one.format_help()
        assert text.startswith("Aufruf: formservice")
        for word in ("show this", "exit", "optional", "positional", "usage", "default", "the "):
            assert word not in text, one.prog
        for action in one._actions:
            assert action.help or isinstance(action, argparse._SubParsersAction), action.dest


def test_json_may_stand_before_the_action(run):
    assert json.loads(run("forms", "--json", "check").stdout)["ok"] is True


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_no_terminal_stops_the_output_and_json_is_always_utf_8(run, tmp_path, encoding):
    odd = tmp_path / os.fsdecode(b"lat\xe4in.docx")
    run(*BLANK, "-o", odd, stdin='{"name": "Ģirts Đặng 🙂"}'.encode())
    settings = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    (document,) = json.loads(run("read", odd.name, "--json", settings=settings).stdout)
    assert document["file"] == "lat\\xe4in.docx"
    assert document["fields"]["name"]["value"] == "Ģirts Đặng 🙂"
    for arguments in (["read", odd.name], ["generate", "--help"], ["read", "fehlt-ü.pdf"]):
        done = run(*arguments, settings=settings)
        assert done.returncode in (0, 1)
        assert b"internal" not in done.stderr
        assert b"Traceback" not in done.stderr


def test_a_full_disk_under_the_output_is_told(run):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = run("forms", stdout=full)
    assert done.returncode == 3
    assert "Fehler [storage]" in done.stderr.decode()
    assert "Exception" not in done.stderr.decode()


def test_ctrl_c_is_answered_with_one_line(run, tmp_path):
    run(*BLANK, "-o", "x.pdf", stdin=b"{}")
    command = [sys.executable, "-u", "-m", "formservice.cli.main", "read", *["x.pdf"] * 300]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Who runs the tests in the background has them ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as started:
        assert started.stdout is not None
        started.stdout.readline()
        started.send_signal(signal.SIGINT)
        text = started.communicate(timeout=60)[1].decode()
    assert (text, started.returncode) == ("Abgebrochen.\n", 130)


@pytest.mark.parametrize("command", ["read", "intake"])
def test_ctrl_c_leaves_what_is_finished_as_json(run, tmp_path, command):
    run(*BLANK, "-o", "x.pdf", stdin=b"{}")
    with subprocess.Popen(
        [sys.executable, "-m", "formservice.cli.main", command, "x.pdf", "/dev/stdin", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FORMSERVICE_DATA": str(tmp_path / "var")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as started:
        assert started.stdin is not None
        assert started.stdout is not None
        # More than a pipe holds: once all is taken, the file before is done.
        started.stdin.write(b"x" * 2**20)
        # Until it waits for more: a signal just before that wakes nobody in Python.
        time.sleep(0.3)
        started.send_signal(signal.SIGINT)
        found = json.loads(started.stdout.read())
    assert started.returncode == 130
    assert (found[0]["file"], found[0]["form"]["id"]) == ("x.pdf", "feedbackbogen")
    if command == "intake":
        assert found[1]["report"]["broken_off"] is True
        assert found[1]["report"]["unreached"] == ["/dev/stdin"]
        assert (found[1]["report"]["pages_in"], found[1]["report"]["pages_filed"]) == (2, 2)
        counts = found[1]["report"]["files"]
        assert (counts["received"], counts["filed"], counts["open"]) == (2, 1, 1)


@pytest.mark.parametrize(
    "settings", [{"FORMSERVICE_LOCAL_HOLIDAYS": "bald"}, {"FORMSERVICE_LAND": "XX"}]
)
def test_a_wrong_setting_is_named_once_and_the_health_check_still_ends(run, settings):
    run(*BLANK, "-o", "x.docx", stdin=b"{}")
    name = next(iter(settings))
    done = run("read", "x.docx", "x.docx", settings=settings)
    assert done.returncode in (1, 2)
    assert done.stderr.decode().count(name) == 1
    checked = run("check", settings=settings)
    assert checked.returncode == 3
    assert name in checked.stdout.decode()


def test_a_name_cannot_steer_the_terminal(run):
    done = run("read", "a\x1b[31m\nb.pdf")
    assert b"\x1b" not in done.stdout + done.stderr
    done = run(*BLANK, stdin=b'{"na\\u001b[31mme": "x"}')
    assert b"\x1b" not in done.stdout + done.stderr


def test_a_store_that_failed_ends_the_batch_with_its_own_status(run, tmp_path):
    run(*BLANK, "-o", "x.docx", stdin=b"{}")
    (tmp_path / "var").write_bytes(b"kein Ordner")
    done = run("intake", "x.docx", "x.docx", "--json")
    assert done.returncode == 3
    answer, last = json.loads(done.stdout)
    assert (answer["file"], answer["error"]["code"]) == ("x.docx", "storage")
    assert last["report"]["broken_off"] is True
    assert last["report"]["unreached"] == ["x.docx", "x.docx"]
    told = run("intake", "x.docx", "x.docx").stdout.decode()
    assert "2 Dateien blieben liegen, zuerst x.docx" in told
    assert "ließ sich nicht öffnen" not in told


def test_a_known_file_is_not_read_again_and_keeps_its_first_reading(run, tmp_path):
    run(*BLANK, "-o", "x.docx", stdin=b"{}")
    first, _ = json.loads(run("intake", "x.docx", "--json").stdout)
    (tmp_path / "x.docx").rename(tmp_path / "y.docx")
    again, _ = json.loads(run("intake", "y.docx", "--json").stdout)
    assert again == first | {"file": "y.docx", "already_known": True}


def test_the_archive_does_not_take_in_itself(run, tmp_path):
    run(*BLANK, "-o", "x.docx", stdin=b"{}")
    assert run("intake", ".").returncode == 0
    again = run("intake", ".", "--json")
    assert (again.returncode, len(json.loads(again.stdout))) == (0, 2)


def test_links_and_hidden_files_in_a_folder_are_left_out_by_name(run, tmp_path):
    run(*BLANK, "-o", "eingang/x.docx", stdin=b"{}")
    (tmp_path / "eingang/y.docx").symlink_to(tmp_path / "eingang/x.docx")
    (tmp_path / "eingang/weg.docx").symlink_to("nirgends")
    (tmp_path / "eingang/.z.docx").write_bytes(b"")
    (tmp_path / "eingang/.fach").mkdir()
    done = run("intake", "eingang", "--json")
    names = ["eingang/.fach", "eingang/.z.docx", "eingang/weg.docx", "eingang/y.docx"]
    found, last = json.loads(done.stdout)
    assert (found["file"], last["report"]["left_out"]) == ("eingang/x.docx", names)
    told = done.stderr.decode()
    assert "Verborgen, ausgelassen: eingang/.z.docx" in told
    assert "Verknüpft, ausgelassen: eingang/y.docx" in told
    named = run("intake", "eingang/y.docx", "--json")
    assert json.loads(named.stdout)[0]["already_known"] is True


def test_a_name_that_is_no_text_is_told_by_its_bytes_and_leaves_json_that_all_can_read(
    run, tmp_path
):
    (tmp_path / "eingang").mkdir()
    (tmp_path / "eingang" / os.fsdecode(b"Br\xefef-\xc3\xa4.txt")).write_bytes(b"kein Formular")
    done = run("intake", "eingang", "--json")
    found, last = json.loads(done.stdout)
    assert found["file"] == "eingang/Br\\xefef-ä.txt"
    assert last["report"]["unopened"] == [found["file"]]
    done.stdout.decode("utf-8")
    assert b"\\ud" not in done.stdout.lower()
    (one,) = json.loads(run("read", b"eingang/Br\xefef-\xc3\xa4.txt", "--json").stdout)
    assert one["file"] == found["file"]
    assert "Br\\xefef-ä.txt" in run("intake", "eingang").stdout.decode()


def test_a_linked_folder_is_left_out_by_name(run, tmp_path):
    run(*BLANK, "-o", "eingang/x.docx", stdin=b"{}")
    run(*BLANK, "-o", "anderswo/y.docx", stdin=b"{}")
    (tmp_path / "eingang" / "nebenan").symlink_to(tmp_path / "anderswo")
    (tmp_path / "eingang" / "ring").symlink_to(tmp_path / "eingang")
    done = run("intake", "eingang", "--json")
    assert "eingang/nebenan" in done.stderr.decode()
    found, last = json.loads(done.stdout)
    assert found["file"] == "eingang/x.docx"
    assert last["report"]["left_out"] == ["eingang/nebenan", "eingang/ring"]
    named = run("intake", "eingang/nebenan", "--json")
    assert json.loads(named.stdout)[0]["file"] == "eingang/nebenan/y.docx"


def test_files_that_cannot_be_opened_are_told_by_name_for_nobody_knows_their_pages(run, tmp_path):
    run(*BLANK, "-o", "x.pdf", stdin=b"{}")
    (tmp_path / "kaputt.pdf").write_bytes(b"%PDF-1.7 kaputt")
    (tmp_path / "leer.docx").write_bytes(b"")
    files = ("x.pdf", "kaputt.pdf", "leer.docx")
    report = json.loads(run("intake", *files, "--json").stdout)[-1]["report"]
    assert (report["pages_in"], report["pages_filed"], report["pages_rejected"]) == (2, 2, 0)
    assert report["unopened"] == ["kaputt.pdf", "leer.docx"]
    assert report["rejected"] == {}
    text = run("intake", *files).stdout.decode()
    assert "2 Dateien ließen sich nicht öffnen, ihre Seitenzahl ist unbekannt" in text
    assert "kaputt.pdf, leer.docx" in text


def test_folders_are_walked_in_order_and_hidden_things_stay_out(run, tmp_path):
    for name in ("b/2.txt", "b/1.txt", "a/3.txt", ".versteckt/4.txt", "a/.5.txt"):
        (tmp_path / "eingang" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "eingang" / name).write_bytes(b"kein Formular")
    *answers, _ = json.loads(run("intake", "eingang", "--json").stdout)
    assert [one["file"] for one in answers] == [
        f"eingang/{name}" for name in ("a/3.txt", "b/1.txt", "b/2.txt")
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_cannot_be_looked_into_is_refused_by_name(run, tmp_path):
    (tmp_path / "zu").mkdir(mode=0)
    done = run("intake", ".", "--json")
    assert done.returncode == 1
    assert [one["file"] for one in json.loads(done.stdout)[:-1]] == ["./zu"]


def test_samples_that_are_not_there_are_no_success(run, tmp_path):
    assert run("demo", "--samples", tmp_path / "nirgends").returncode == 2


def test_a_form_without_its_word_file_is_named_everywhere(run, tmp_path):
    for folder in ("mappings", "form_templates"):
        shutil.copytree(ROOT / folder, tmp_path / "forms" / folder)
    (tmp_path / "forms/form_templates/feedbackbogen/2023-09-22/form.docx").unlink()
    settings = {"FORMSERVICE_FORMS": str(tmp_path / "forms")}
    made = run(*BLANK, "-o", "x.docx", "--json", stdin=b"{}", settings=settings)
    assert (made.returncode, told(made)) == (2, "not-found")
    checked = run("check", settings=settings)
    assert checked.returncode == 3
    assert "forms check" in checked.stdout.decode()


@pytest.mark.parametrize("command", ["read", "intake"])
def test_a_bug_in_one_file_costs_no_other_and_quotes_nothing(
    tmp_path, monkeypatch, capsys, command
):
    finding = ReadFile.reader
    bad = tmp_path / "b.docx"

    def failing(self, data):
        if data == bad.read_bytes():
            raise RuntimeError("Kanarienvogel")
        return finding(self, data)

    monkeypatch.setattr(ReadFile, "reader", failing)
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    names = [str(tmp_path / f"{one}.docx") for one in "abc"]
    for number, name in enumerate(names):
        (tmp_path / "data.json").write_text(json.dumps({"name": f"N{number}"}))
        data = str(tmp_path / "data.json")
        assert main(["generate", "feedbackbogen", "--data", data, "-o", name]) == 0
    capsys.readouterr()
    assert main([command, *names, "--json"]) == 3
    text = capsys.readouterr().out
    codes = [one.get("error", {}).get("code") for one in json.loads(text)[:3]]
    assert codes == [None, "internal", None]
    assert "Kanarienvogel" not in text
