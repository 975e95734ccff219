"""Short ways to upload and to hand in."""

import re
from pathlib import Path

SAMPLES = Path(__file__).parents[3] / "samples"


def sample(name: str, form: str = "feedbackbogen@2026-11") -> bytes:
    """Return the file of a sample."""
    return next((SAMPLES / form / name).glob("input.*")).read_bytes()


def uploaded(client, data: bytes, name: str = "bogen.pdf"):
    """Upload one file as the page without script does."""
    return client.post("/hochladen", files={"dateien": (name, data)})


def document_of(answer) -> str:
    """Return which document a file became."""
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].rpartition("/")[2])


def fields_of(page: str) -> dict[str, str]:
    """Return what stands in the text fields and marked boxes of a page of a form."""
    found = dict(
        re.findall(r'<input[^>]*type="text"[^>]*name="(feld\.[^"]+)"[^>]*value="([^"]*)"', page)
    )
    found |= {
        name: text.strip("\n")
        for name, text in re.findall(
            r'<textarea[^>]*name="(feld\.[^"]+)"[^>]*>([^<]*)</textarea>', page
        )
    }
    radio = r'<input[^>]*type="radio"[^>]*name="(feld\.[^"]+)"[^>]*value="([^"]*)" checked'
    return found | dict(re.findall(radio, page))


def version_of(page: str) -> str:
    """Return which version a summary shows."""
    found = re.search(r'name="fassung" value="(\d+)"', page)
    assert found, page
    return found[1]


def shown_by(page: str) -> dict[str, str]:
    """Return what the button of a summary sends of what it shows."""
    typed = re.search(r'name="gezeigt" value="(\w*)"', page)
    assert typed, page
    return {"fassung": version_of(page), "gezeigt": typed[1], "bewusst": "1"}


def handed_in(client, document: str):
    """Hand in a document as it is, knowingly."""
    address = f"/einreichen/{document}/zusammenfassung"
    return client.post(address, data=shown_by(client.get(address).text))
