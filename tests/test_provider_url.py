"""Provider URLs: what they say, and what is said of wrong ones."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opcross.errors import FileError
from opcross.provider_url import DaUrl, HostPort, SimulatedUrl, parse_host, parse_provider_url

CLSID = UUID("13486d51-4821-11d2-a494-3cb306c10000")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("opcda://plant1/Vendor.Server.1", DaUrl(HostPort("plant1"), "Vendor.Server.1")),
        ("OPCDA://plant1/Vendor.Server.1/", DaUrl(HostPort("plant1"), "Vendor.Server.1")),
        ("opcda://127.0.0.1:1135/V.S", DaUrl(HostPort("127.0.0.1", 1135), "V.S")),
        (f"opcda://plant1/V.S/{CLSID}", DaUrl(HostPort("plant1"), "V.S", CLSID)),
        (f"opcda://plant1/V.S/{{{str(CLSID).upper()}}}", DaUrl(HostPort("plant1"), "V.S", CLSID)),
        (
            "opcda://plant1/V.S/%7B13486d51-4821-11d2-a494-3cb306c10000%7D",
            DaUrl(HostPort("plant1"), "V.S", CLSID),
        ),
        ("opcda://[::1]/V.S", DaUrl(HostPort("::1"), "V.S")),
        ("opcda://[0:0::1]:99/V.S", DaUrl(HostPort("::1", 99), "V.S")),
        ("opcda://[fe80::1%25eth0]/V.S", DaUrl(HostPort("fe80::1%eth0"), "V.S")),
        ("opcda://plant1/A%20name%2Fwith%25signs", DaUrl(HostPort("plant1"), "A name/with%signs")),
        ("opcda://my_plant.example.org./V.S", DaUrl(HostPort("my_plant.example.org."), "V.S")),
        ("sim:standard", SimulatedUrl("standard")),
        ("sim://standard/", SimulatedUrl("standard")),
    ],
)
def test_a_url_says_where_and_what(text: str, meant: object) -> None:
    parsed = parse_provider_url(text)
    assert parsed == meant
    assert parse_provider_url(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no provider URL"),
        ("plant1", "write opcda://HOST[:PORT]/PROGID[/CLSID], or sim:NAME"),
        ("plant1:135", "is no provider URL"),
        ("C:\\server", "is no provider URL"),
        ("Vendor.Server.1", "is no provider URL"),
        ("opchda://plant1/V.S", "Historical Data Access is not in this release"),
        ("opcae://plant1/V.S", "Alarms and Events are not in this release"),
        ("tunnel://plant1:4840/line", "the tunnel is not in this release"),
        ("recording:monday.opx", "recordings are not in this release"),
        ("opcad://plant1/V.S", 'did you mean "opcda"?'),
        ("http://plant1/V.S", 'no kind of provider is called "http"'),
        ("opcda:plant1/V.S", "two slashes follow opcda:"),
        ("opcda:///V.S", "a host is missing"),
        ("opcda://plant1", '"opcross da servers plant1" lists them'),
        ("opcda://plant1:1135/", '"opcross da servers plant1:1135" lists them'),
        ("opcda://[::1]:1135/", '"opcross da servers [::1]:1135" lists them'),
        ("opcda://plant1:0/V.S", '"0" is no port'),
        ("opcda://plant1:65536/V.S", '"65536" is no port'),
        ("opcda://plant1:/V.S", '"" is no port'),
        ("opcda://plant1:x/V.S", '"x" is no port'),
        ("opcda://::1/V.S", "put an IPv6 address in brackets"),
        ("opcda://[::1/V.S", "stands in brackets"),
        ("opcda://[::1]x/V.S", "stands in brackets"),
        ("opcda://[plant1]/V.S", '"plant1" is no IPv6 address'),
        ("opcda://[fe80::1%]/V.S", "a zone is the name of an interface"),
        ("opcda://10.1.2.300/V.S", "is no IPv4 address"),
        ("opcda://plant 1/V.S", "neither blanks nor control characters"),
        ("opcda://plant1/V.S\n", "neither blanks nor control characters"),
        ("opcda://plänt/V.S", "is no host"),
        ("opcda://-plant/V.S", "is no host"),
        ("opcda://plant1/V%00S", "no control characters"),
        ("opcda://plant1/V%zzS", "two hexadecimal digits"),
        ("opcda://plant1/V%ff", "no UTF-8"),
        ("opcda://plant1/V.S/x", '"x" is no CLSID'),
        ("opcda://plant1/V.S/", None),
        ("opcda://plant1/V.S/13486d51-4821-11d2-a494-3cb306c10000/more", "is no CLSID"),
        ("opcda://plant1/V.S?level=connect", "has no ? and no #"),
        ("opcda://plant1/" + "x" * 2_000, "has up to 1024 characters"),
        ("sim:", "write sim:NAME"),
        ("sim:../etc", "write sim:NAME"),
    ],
)
def test_what_is_wrong_with_a_url_is_told_with_what_to_write(text: str, words: str | None) -> None:
    if words is None:
        parse_provider_url(text)
        return
    with pytest.raises(FileError) as wrong:
        parse_provider_url(text)
    assert words in str(wrong.value)
    assert str(wrong.value).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "opcda://operator:hunter2@plant1/V.S",
        "opcda://PLANT\\operator:hunter2@plant1/V.S",
        "opcda:operator:hunter2@plant1/V.S",
        "operator:hunter2@plant1",
        "opcda://plant1/V.S?password=hunter2",
        "http://operator:hunter2@plant1/",
    ],
)
def test_a_password_in_a_url_is_refused_and_not_repeated(text: str) -> None:
    """The message lands in terminals, logs and reports."""
    with pytest.raises(FileError) as wrong:
        parse_provider_url(text)
    assert "hunter2" not in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("plant1", HostPort("plant1")),
        ("plant1:1135", HostPort("plant1", 1135)),
        ("[::1]", HostPort("::1")),
        ("opcda://plant1:1135", HostPort("plant1", 1135)),
        ("opcda://plant1/", HostPort("plant1")),
    ],
)
def test_a_host_is_named_with_or_without_its_port(text: str, meant: HostPort) -> None:
    assert parse_host(text) == meant
    assert parse_host(str(meant)) == meant


@pytest.mark.parametrize("text", ["", "plant1/V.S", "opcda://plant1/V.S", "a b", ":135", "u:p@plant1"])
def test_what_is_no_host_is_told(text: str) -> None:
    with pytest.raises(FileError):
        parse_host(text)


@given(st.text(max_size=60) | st.text(max_size=40).map("opcda://".__add__))
@example("opcda://[::%]/x")
@example("opcda://0/x")
@example("sim:\x00")
def test_any_text_is_read_or_refused_in_printable_words(text: str) -> None:
    told = ""
    try:
        parsed = parse_provider_url(text)
    except FileError as error:
        told = str(error)
    else:
        assert parse_provider_url(str(parsed)) == parsed
    assert told.isprintable()


@given(
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,20}", fullmatch=True).filter(lambda name: not name.isdigit()),
    st.integers(1, 0xFFFF),
    st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40),
    st.uuids() | st.none(),
)
def test_a_url_survives_being_written_and_read(
    host: str, port: int, prog_id: str, clsid: UUID | None
) -> None:
    url = DaUrl(HostPort(host, port), prog_id, clsid)
    assert parse_provider_url(str(url)) == url
