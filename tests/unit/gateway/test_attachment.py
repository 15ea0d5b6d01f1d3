"""Names of files to keep: the exact one, and a plain one for clients that know no other."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from gateway.api.wire import attachment


@pytest.mark.parametrize(
    ("file_name", "plain"),
    [
        ("plan-3.md", "plan-3.md"),
        ("BR-2041 (rev C).docx", "BR-2041 (rev C).docx"),
        ("Maßblatt 图.pdf", "Ma_blatt _.pdf"),
        ('a"; filename="b.exe', "a__ filename__b.exe"),
        ("a\\b%2fc/d.pdf", "a_b_2fc_d.pdf"),
        ("line\r\nSet-Cookie: x", "line__Set-Cookie_ x"),
        (".bashrc", "_bashrc"),
    ],
)
def test_a_plain_name_stands_before_the_exact_one(file_name: str, plain: str) -> None:
    header = attachment(file_name)["Content-Disposition"]
    before, _, exact = header.partition("; filename*=UTF-8''")
    assert before == f'attachment; filename="{plain}"'
    assert unquote(exact) == file_name
    assert header.isascii()
    assert header.isprintable()
