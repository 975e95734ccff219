"""What a mail holds, however it is built."""

import pytest

from formservice.adapters.inbox.letter import Sealed, letter


@pytest.mark.parametrize("depth", [20, 900, 3000])
def test_parts_in_parts_without_end_are_too_deep_and_the_mail_is_known(depth):
    raw = b"From: weber@example.org\r\nMessage-ID: <1@example.org>\r\n"
    for number in range(depth):
        raw += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
    raw += b"Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n"
    found = letter(raw)
    assert [one.sealed for one in found.parts] == [Sealed.TOO_DEEP]
    assert (found.sender, found.message_id) == ("weber@example.org", "<1@example.org>")
