"""Fetching pictures that a merchant's file names, without being led into the house."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot.catalogue import queries
from entrepot.catalogue.adapters import PublicWeb, is_public
from entrepot.catalogue.terms import PictureUnreachable
from entrepot.jobs import feeds
from tests.catalogue import make
from tests.parties import make as parties


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fd00::1",
     "fe80::1%eth0", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_addresses_of_the_house_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_open_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def server() -> Iterator[int]:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(make.picture())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_port
        running.shutdown()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_a_private_address_is_never_connected_to(server: int, host: str) -> None:
    with pytest.raises(PictureUnreachable) as refusal:
        PublicWeb(ports=frozenset({server})).fetch(f"http://{host}:{server}/p.png")
    assert refusal.value.facts == {"why": "address_not_public"}


@pytest.mark.parametrize(
    "address", ["ftp://example.org/p.png", "http://example.org:22/p.png", "file:///etc/passwd", "//x"]
)
def test_other_schemes_and_ports_are_not_asked(address: str) -> None:
    with pytest.raises(PictureUnreachable):
        PublicWeb().fetch(address)


class Shelf:
    """Pictures by address; stands where the internet stands."""

    def __init__(self, kept: dict[str, bytes]) -> None:
        self.kept = kept
        self.asked: list[str] = []

    def fetch(self, address: str) -> bytes:
        self.asked.append(address)
        if address not in self.kept:
            raise PictureUnreachable(why="status_404")
        return self.kept[address]


@pytest.mark.django_db
def test_pictures_come_in_and_what_fails_three_times_is_a_warning_on_the_listing(settings, tmp_path: Path) -> None:
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    merchant_id = parties.merchant()
    rows = [make.row(picture="https://a.example/1.png"), make.more(picture="https://b.example/2.png", position="2"),
            make.more(picture="https://a.example/text", position="3")]  # fmt: skip
    make.imported(make.feed(*rows), merchant_id=merchant_id)
    shelf = Shelf({"https://a.example/1.png": make.picture(), "https://a.example/text": b"no picture"})
    for _ in range(4):
        feeds.take_pictures(merchant_id=merchant_id, source=shelf)
    assert [shelf.asked.count(address) for address in dict.fromkeys(shelf.asked)] == [1, 3, 3]
    (scarf,) = make.all_listings(merchant_id=merchant_id).values()
    assert len(scarf.pictures) == 1
    assert queries.picture_troubles(merchant_id=merchant_id, listing_id=scarf.id) == (
        ("https://b.example/2.png", "status_404"), ("https://a.example/text", "not_a_picture"),
    )  # fmt: skip
    assert scarf.variants[0].picture == scarf.pictures[0] or scarf.variants[0].picture is None


@pytest.mark.django_db
def test_a_host_that_keeps_failing_is_left_alone_for_this_time(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    merchant_id = parties.merchant()
    rows = [
        make.row(picture="https://a.example/0"),
        *(make.more(picture=f"https://a.example/{n}") for n in range(1, 8)),
    ]
    make.imported(make.feed(*rows), merchant_id=merchant_id)
    shelf = Shelf({})
    feeds.take_pictures(merchant_id=merchant_id, source=shelf)
    assert len(shelf.asked) == 3
