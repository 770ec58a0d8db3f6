"""Amazon's own roots are trusted first, the system's where they aren't enough, and nobody else's ever."""

import hashlib
import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from switchboard.aws import roots, signed
from switchboard.aws.roots import Roots
from switchboard.aws.signed import Service
from switchboard.errors import AwsError

from vonage_simulator.origin import certificate
from vonage_simulator.origin.certificate import Certificate

# SHA-256 of each root's public key, as https://www.amazontrust.com/repository/ lists them.
PUBLISHED = {
    "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
    "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461",
    "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9",
    "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5",
    "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92",
}


class Empty(http.server.BaseHTTPRequestHandler):
    """Answers each request with an empty object."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate.make(tmp_path_factory.mktemp("served"))


@pytest.fixture
def service(served: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service over TLS, whose certificate is of no root that Amazon or the system has."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    server.daemon_threads = True
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(served.certificate, served.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{server.server_port}")
    service = Service("secretsmanager", "secretsmanager", "1.1", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
    yield service
    service.close()
    server.shutdown()
    server.server_close()


def trust(few: str, monkeypatch: pytest.MonkeyPatch) -> Roots:
    trusted = Roots(few)
    monkeypatch.setattr(signed, "roots", lambda: trusted)
    return trusted


def call(service: Service) -> object:
    return service.call("GetSecretValue", {}, timeout_s=2)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # Starfield's is 0
def test_the_roots_are_those_that_amazon_publishes() -> None:
    found = x509.load_pem_x509_certificates(Path(roots._AMAZONS).read_bytes())
    keys = [one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for one in found]

    assert {hashlib.sha256(key).hexdigest() for key in keys} == PUBLISHED
    assert len(Roots(roots._AMAZONS).context.get_ca_certs()) == len(PUBLISHED)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_roots_that_somebody_has_chosen_are_the_only_ones(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    assert roots.roots.__wrapped__()._few == roots._AMAZONS

    monkeypatch.setenv(variable, "/chosen")
    assert roots.roots.__wrapped__()._few == ""


def test_few_roots_are_enough_where_the_service_has_one_of_them(
    service: Service, served: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = trust(str(served.certificate), monkeypatch)

    assert call(service) == {}
    assert trusted.widen()


def test_a_service_with_another_root_is_reached_by_the_system_s(
    service: Service, served: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(served.certificate))
    trusted = trust(roots._AMAZONS, monkeypatch)

    assert call(service) == {}
    assert not trusted.widen()  # and from now on, at once


@pytest.mark.parametrize("few", [roots._AMAZONS, ""])
def test_a_service_that_nobody_vouches_for_is_never_asked(
    service: Service, few: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = certificate.make(tmp_path).certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    trust(few, monkeypatch)

    with pytest.raises(AwsError) as failure:
        call(service)

    assert failure.value.code == "SSLCertVerificationError"
