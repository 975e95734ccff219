"""The text under § 78 SGB X that people have acknowledged stays as it is."""

from formservice.domain.accounts import ACKNOWLEDGEMENT
from formservice.web.acknowledgement import text_hash
from formservice.web.texts import catalogue

# Somebody may have acknowledged each of these, and the chain of events names its hash. None is
# ever changed: another text is another edition, with a line of its own here.
EDITIONS = {
    "2026-11": "b0e79c95472c2d94871a448ac727bcbc3807cac447ad85738fe4af1cd256d822",
}


def test_a_text_in_use_is_never_changed():
    assert {edition: text_hash(edition) for edition in EDITIONS} == EDITIONS


def test_every_edition_of_the_catalogue_is_pinned_and_the_newest_is_asked_for():
    start = "acknowledgement.edition-"
    keys = [key.removeprefix(start) for key in catalogue() if key.startswith(start)]
    assert {key.partition(".")[0] for key in keys} == set(EDITIONS)
    assert max(EDITIONS) == ACKNOWLEDGEMENT
