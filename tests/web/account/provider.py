"""A real identity provider (canaille) in a process of its own: ``python -m … PORT REDIRECT…``.

It keeps everything in memory: one person, their groups, and us as its client. The key that signs
is handed in, so that a test can sign what canaille itself does not send (back-channel logout).
"""

import datetime
import os
import sys
import warnings
from wsgiref.simple_server import make_server

CLIENT, SECRET = "formservice", "client-secret-of-nobody"
PERSON, PASSWORD = "olga", "Ein langes Kennwort"


def main() -> None:
    """Serve until the process ends."""
    warnings.simplefilter("ignore")
    from canaille import create_app  # noqa: PLC0415 - it warns when it is imported
    from canaille.app import models  # noqa: PLC0415

    here, key = sys.argv[1], os.environ["PROVIDER_KEY"]
    app = create_app(
        config={
            "SECRET_KEY": "of a test, and long enough for it",
            "PREFERRED_URL_SCHEME": "http",
            "CACHE_TYPE": "SimpleCache",
            "CANAILLE_SQL": None,
            "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key]},
        }
    )
    with app.app_context():
        backend = app.backend
        person = models.User(
            user_name=PERSON,
            formatted_name="Olga Beispiel",
            family_name="Beispiel",
            emails=["olga@amt.example"],
            password=PASSWORD,
        )
        backend.save(person)
        for name in os.environ.get("PROVIDER_GROUPS", "").split():
            backend.save(models.Group(members=[person], display_name=name))
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name="formservice",
            client_uri=here,
            redirect_uris=[f"{here}/anmelden/dienstkonto/zurueck"],
            post_logout_redirect_uris=[f"{here}/abgemeldet"],
            scope=["openid", "profile", "email", "groups"],
            grant_types=["authorization_code"],
            response_types=["code"],
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a method
            client_id_issued_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        )
        backend.save(client)
        client.audience = [client]
        backend.save(client)
    server = make_server("127.0.0.1", 0, app)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
