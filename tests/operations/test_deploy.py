"""What is shipped to run the service for good names nothing that does not exist."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from formservice.cli.main import parser
from formservice.web.app import AREAS

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))


def settings_known():
    return set(re.findall(r"`(FORMSERVICE_[A-Z_]+)`", (ROOT / "docs" / "betrieb.md").read_text()))


def everything():
    files = [one for one in DEPLOY.rglob("*") if one.is_file() and one.suffix != ".pyc"]
    return {one: one.read_text("utf-8") for one in files}


def bundle():
    spec = importlib.util.spec_from_file_location("bundle", DEPLOY / "bundle.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_every_setting_that_is_shipped_exists():
    for file, text in everything().items():
        named = set(re.findall(r"FORMSERVICE_[A-Z]+(?:_[A-Z]+)*", text))
        assert named <= settings_known(), file


def test_every_command_that_is_shipped_exists():
    commands = set(re.findall(r"^ {4}(\w+) ", parser().format_help(), re.M))
    for unit in UNITS:
        found = re.search(r"^ExecStart=\S+/formservice (.*)$", unit.read_text("utf-8"), re.M)
        assert found is not None
        arguments = found[1].split()
        assert arguments[0] in commands
        parser().parse_args(arguments)
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    for service in compose["services"].values():
        if "command" in service:
            parser().parse_args([str(one) for one in service["command"]])


def test_the_units_shut_in_what_they_run():
    assert len(UNITS) == 2
    for unit in UNITS:
        text = unit.read_text("utf-8")
        for line in (
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "CapabilityBoundingSet=\n",
            "User=formservice",
            "UMask=0077",
            "SystemCallFilter=@system-service",
        ):
            assert line in text, (unit.name, line)
        assert re.search(r"^MemoryMax=\dG$", text, re.M)


def test_the_web_has_room_for_the_pages_of_a_whole_office():
    text = (DEPLOY / "systemd" / "formservice-web.service").read_text("utf-8")
    assert "LimitNOFILE=65536\n" in text


def test_a_command_as_the_operators_page_says_it_has_the_settings_of_the_service(tmp_path):
    page = (ROOT / "docs" / "betrieb.md").read_text("utf-8")
    found = re.search(r"^als_dienst\(\) \{\n.*?\n\}\n", page, re.M | re.S)
    assert found is not None
    function = found[0]
    for there, here in (
        ("sudo -u formservice ", ""),
        ("/etc/formservice/formservice.env", str(DEPLOY / "systemd" / "formservice.env")),
        ("cd /var/lib/formservice", f"cd {tmp_path}"),
    ):
        assert there in function
        function = function.replace(there, here)
    script = f"{function}als_dienst printenv FORMSERVICE_DATA FORMSERVICE_AUTHORITY\n"
    script += "als_dienst printf '%s\\n' 'Gerda Technik'\n"
    told = subprocess.run(["sh", "-eu", "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "/var/lib/formservice\nJobcenter Musterstadt\nGerda Technik\n"
    assert told.stderr == ""


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path):
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/formservice/bin/formservice", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    names = [f"./{unit.name}" for unit in UNITS]
    told = subprocess.run(
        ["systemd-analyze", "verify", *names],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "Unknown" not in told.stderr


def test_the_services_of_the_compose_file_fit_together():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    assert set(services) == {"database", "migrate", "web", "worker"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == (
            "service_completed_successfully"
        )
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    # Nobody but this machine reaches the web without TLS, and nobody at all the database.
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["database"]
    assert compose["networks"]["inside"]["internal"]
    gateway = compose["networks"]["outside"]["ipam"]["config"][0]["gateway"]
    assert services["web"]["environment"]["FORMSERVICE_TRUSTED_PROXIES"] == gateway
    volumes = {one.split(":")[0] for each in services.values() for one in each["volumes"]}
    assert volumes == set(compose["volumes"])
    # What is uploaded waits on disk until it is kept: a tmpfs would count as memory.
    assert "tmpfs" not in services["web"]
    assert "temporary:/tmp" in services["web"]["volumes"]


def test_whatever_talks_to_other_machines_reaches_them_from_its_container():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    # Mail, webhooks and originals in S3; the database of all things does not.
    for name in ("migrate", "web", "worker"):
        assert set(services[name]["networks"]) == {"inside", "outside"}, name
    assert services["database"]["networks"] == ["inside"]


def test_every_setting_in_the_file_beside_it_counts_in_the_containers():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    for name in ("migrate", "web", "worker"):
        assert services[name]["env_file"] == [".env"], name
        # What is told here goes before the file: only what fits these containers and no other.
        assert set(services[name]["environment"]) <= {
            "FORMSERVICE_DATABASE_URL",
            "FORMSERVICE_PUBLIC_URL",
            "FORMSERVICE_AUTHORITY",
            "FORMSERVICE_LAND",
            "FORMSERVICE_ALLOW_HTTP",
            "FORMSERVICE_TRUSTED_PROXIES",
        }, name


def test_the_container_is_set_up_as_everything_else_is():
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    assert "make setup" in text
    assert re.search(r"^USER formservice$", text, re.M)
    assert re.search(r"^HEALTHCHECK", text, re.M)
    packages = re.search(r'PACKAGES="([^"]+)"', text)
    assert packages is not None
    assert set(packages[1].split()) <= set(bundle().packages())
    ignored = (ROOT / ".containerignore").read_text("utf-8").split()
    assert {".git", ".venv", "var"} <= set(ignored)


def test_the_web_server_before_it_takes_what_it_takes_and_logs_no_queries():
    text = (DEPLOY / "nginx" / "formservice.conf").read_text("utf-8")
    size = re.search(r"client_max_body_size (\d+)m;", text)
    assert size is not None
    assert int(size[1]) > 200
    assert "location = /metrics { return 404; }" in text
    form = re.search(r"log_format.*?;", text, re.S)
    assert form is not None
    assert "$uri" in form[0]
    assert "$request_uri" not in form[0]
    assert '"$request"' not in form[0]
    assert text.count("{") == text.count("}")


def test_the_web_server_of_debian_12_understands_its_file():
    text = (DEPLOY / "nginx" / "formservice.conf").read_text("utf-8")
    orders = [line.strip() for line in text.splitlines() if not line.strip().startswith("#")]
    assert not [one for one in orders if re.match(r"http2\s", one)]  # since 1.25.1 only
    assert "listen 443 ssl http2;" in orders


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_nginx_takes_the_file_for_the_web_server_before_it(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], capture_output=True, check=True)
    text = (DEPLOY / "nginx" / "formservice.conf").read_text("utf-8")
    for here, there in (
        ("/etc/ssl/formservice/fullchain.pem", certificate),
        ("/etc/ssl/private/formservice.pem", key),
        ("/var/log/nginx/formservice.log", tmp_path / "access.log"),
    ):
        assert here in text
        text = text.replace(here, str(there))
    text = re.sub(r"listen (\[::\]:)?(\d+)", r"listen \g<1>2\2", text)  # ports that all may take
    parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{one}_temp_path {tmp_path / one};\n" for one in parts)
    whole = f"pid {tmp_path / 'pid'};\nevents {{}}\nhttp {{\n{folders}{text}}}\n"
    (tmp_path / "nginx.conf").write_text(whole, "utf-8")
    log = str(tmp_path / "error.log")
    told = subprocess.run(
        ["nginx", "-t", "-p", tmp_path, "-e", log, "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr


def test_the_web_server_before_it_logs_no_secret_that_stands_in_an_address():
    text = (DEPLOY / "nginx" / "formservice.conf").read_text("utf-8")
    first, second = re.split(r"^server \{$", text, flags=re.M)[1:]
    assert "access_log off;" in first  # it would log what it leads on to https
    quiet = re.search(r"location ~ (\S+) \{([^}]*)\}", second)
    assert quiet is not None
    assert "access_log off;" in quiet[2]
    assert "error_log /dev/null crit;" in quiet[2]
    routes = [getattr(one, "path", "") for area in AREAS for one in area.routes]
    secret = [one for one in routes if re.search(r"\{secret\}", one)]
    assert len(secret) >= 2
    assert [one for one in secret if not re.search(quiet[1], one)] == []


def test_the_bundle_holds_all_that_the_service_imports_and_nothing_of_tests():
    names = bundle().needed()
    assert {"fastapi", "uvicorn", "sqlalchemy", "psycopg", "psycopg-binary", "obstore"} <= names
    assert not names & {"pytest", "playwright", "mypy", "ruff", "ocrmypdf", "pypdf"}
    entries = "".join(bundle().locked(names))
    assert entries.count("==") == len(names)
    assert entries.count("--hash=sha256:") >= len(names)
