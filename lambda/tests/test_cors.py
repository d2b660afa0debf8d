"""Which origin an answer names."""

import pytest

from cors import cors_headers

A, B = "https://a.example", "https://b.example"


@pytest.mark.parametrize(
    ("allowed", "headers", "named"),
    [
        (f"{A},{B}", {"Origin": A}, A),
        (f"{A},{B}", {"origin": B}, B),
        (f"{A}, {B}", {"ORIGIN": B}, B),
        (f"{A},{B}", {"Origin": "https://evil.example"}, A),
        (A, {"Origin": A + ".evil.example"}, A),
        (A, {}, A),
        (A, None, A),
    ],
)
def test_the_own_origin_if_allowed_else_the_first(monkeypatch, allowed, headers, named):
    monkeypatch.setenv("ALLOWED_ORIGINS", allowed)
    assert cors_headers({"headers": headers}) == {"Access-Control-Allow-Origin": named, "Vary": "Origin"}


def test_a_star_allows_every_page(monkeypatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", "*")
    assert cors_headers({"headers": {"Origin": A}}) == {"Access-Control-Allow-Origin": "*"}


def test_nothing_allowed_names_nothing(monkeypatch):
    monkeypatch.delenv("ALLOWED_ORIGINS", raising=False)
    assert cors_headers({"headers": {"Origin": A}}) == {}
