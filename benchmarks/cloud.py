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


class Cloud(NamedTuple):
    """AWS's address, the port of Vonage and of the extension, and this machine's roots with its own."""

    url: str
    plain_port: int
    bundle: Path

    @property
    def variables(self) -> dict[str, str]:
        """What a function's environment needs to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.bundle),
            "SSL_CERT_FILE": str(self.bundle),
        }


@contextmanager
def running(folder: Path) -> Iterator[Cloud]:
    """An AWS on free loopback ports, until the block ends; `folder` keeps its key and certificate."""
    certificate, key = _certificate(folder)
    command = [sys.executable, "-m", "benchmarks.aws", str(certificate), str(key)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # the layer's package is among it
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout
            secure, plain = json.loads(process.stdout.readline())
            yield Cloud(f"https://127.0.0.1:{secure}", plain, _bundle(certificate, folder))
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
