"""Starts what `benchmarks.aws` answers for, with a certificate that only these runs trust."""

import datetime
import ipaddress
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Of our choosing: a request within a Region takes some milliseconds, the first one on a connection more.
SECRET_AFTER_MS = 20


class Cloud(NamedTuple):
    """AWS's address, the port of Vonage and of the extension, its certificate, and that with all roots."""

    url: str
    plain_port: int
    certificate: Path
    bundle: Path

    @property
    def variables(self) -> dict[str, str]:
        """What a function's environment needs to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.bundle),
        }


@contextmanager
def running(folder: Path) -> Iterator[Cloud]:
    """An AWS on free loopback ports, until the block ends; `folder` keeps its key and certificate."""
    certificate, key = _certificate(folder)
    with _serving(certificate, key) as (secure, plain):
        yield Cloud(f"https://127.0.0.1:{secure}", plain, certificate, _bundle(certificate, folder))


@contextmanager
def far_away(cloud: Cloud) -> Iterator[Cloud]:
    """The same AWS, but that Secrets Manager takes `SECRET_AFTER_MS` to answer."""
    key = cloud.certificate.with_name("key.pem")
    with _serving(cloud.certificate, key, SECRET_AFTER_MS) as (secure, plain):
        yield cloud._replace(url=f"https://127.0.0.1:{secure}", plain_port=plain)


@contextmanager
def _serving(certificate: Path, key: Path, secret_after_ms: int = 0) -> Iterator[tuple[int, int]]:
    """It in a process of its own; gives its ports, with TLS and without."""
    command = [sys.executable, "-m", "benchmarks.aws", str(certificate), str(key), str(secret_after_ms)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # the layer's package is among it
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout
            secure, plain = json.loads(process.stdout.readline())
            yield secure, plain
        finally:
            process.kill()


def _bundle(certificate: Path, folder: Path) -> Path:
    """The machine's own roots as well: parsing them is part of the price of TLS."""
    bundle = folder / "roots.pem"
    roots = [
        ssl.DER_cert_to_PEM_cert(root) for root in ssl.create_default_context().get_ca_certs(binary_form=True)
    ]
    bundle.write_text("".join(roots) + certificate.read_text())
    return bundle


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Switchboard benchmark")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths
