"""What is wrong with a setting, ``check`` and ``serve`` tell in the same sentence, at once."""

import pytest

from formservice.cli import serve
from formservice.cli.main import main

OIDC = {
    "OIDC_ISSUER": "https://idp.example",
    "OIDC_CLIENT_ID": "formservice",
    "OIDC_CLIENT_SECRET": "of nobody",
    "OIDC_ROLES": "ifk=fachkraefte",
}
WRONG = [
    (OIDC | {"OIDC_ISSUER": "https://["}, "FORMSERVICE_OIDC_ISSUER"),
    (OIDC | {"OIDC_ISSUER": "https://"}, "FORMSERVICE_OIDC_ISSUER"),
    (OIDC | {"OIDC_ISSUER": "https://idp.example:x"}, "FORMSERVICE_OIDC_ISSUER"),
    ({"OIDC_CLIENT_ID": "formservice"}, "FORMSERVICE_OIDC_ISSUER"),
    ({"WEBHOOK_HOSTS": "a b;c"}, "FORMSERVICE_WEBHOOK_HOSTS"),
    ({"VERAPDF": "/nonexistent"}, "FORMSERVICE_VERAPDF"),
    ({"VERAPDF": '"unbalanced'}, "FORMSERVICE_VERAPDF"),
    ({"XDOMEA_SCHEMAS": "/nonexistent"}, "FORMSERVICE_XDOMEA_SCHEMAS"),
    ({"MAIL_HOST": "x y"}, "FORMSERVICE_MAIL_HOST"),
    ({"MAIL_SMTP_HOST": "127.0.0.1"}, "FORMSERVICE_MAIL_FROM"),
]


@pytest.fixture
def given(tmp_path, monkeypatch):
    def given(settings):
        monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
        for name, value in settings.items():
            monkeypatch.setenv(f"FORMSERVICE_{name}", value)

    return given


@pytest.mark.parametrize(("settings", "told"), WRONG)
def test_a_wrong_setting_is_told_once_by_check_and_refused_by_serve(
    given, monkeypatch, capsys, settings, told
):
    def listens(*_args):
        raise AssertionError

    given(settings)
    monkeypatch.setattr(serve, "bound", listens)
    assert main(["serve", "--port", "0", "--no-workers"]) == 2
    refused = capsys.readouterr().err
    assert told in refused
    assert main(["check"]) == 3
    lines = [one for one in capsys.readouterr().out.splitlines() if one.startswith("✗")]
    assert len(lines) == 1, lines
    sentence = refused.splitlines()[0].partition("] ")[2].removeprefix(": ")
    assert sentence.removeprefix("Fehler [usage]: ") in lines[0]


@pytest.mark.parametrize("address", ["quatsch", "s3://", "ftp://x"])
def test_a_wrong_address_of_originals_is_told_of_the_originals_only(given, capsys, address):
    given({"STORAGE_URL": address})
    assert main(["check"]) == 3
    lines = [one for one in capsys.readouterr().out.splitlines() if one.startswith("✗")]
    assert [one.split()[1] for one in lines] == ["Ablage"]
