"""The feed behind a real server in this process, and a certificate for it."""

import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ecs_steps.feed.credentials import Credentials
from ecs_steps.feed.families import Families
from ecs_steps.feed.gateway import Gateway, wsgi_application
from ecs_steps.feed.server import Server
from ecs_steps.feed.threaded_server import ThreadedServer
from ecs_steps.feed.waitress_server import WaitressServer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

HOST, USERNAME, PASSWORD = "127.0.0.1", "octopus", "feed-password"
CREDENTIALS = Credentials(username=USERNAME, passwords=(PASSWORD,))
AUTHORIZATION = f"Basic {b64encode(f'{USERNAME}:{PASSWORD}'.encode()).decode()}"
MakeServer = Callable[["WSGIApplication"], Server]


def waitress(application: "WSGIApplication") -> Server:
    return WaitressServer((HOST, 0), application)


def threaded(application: "WSGIApplication") -> Server:
    return ThreadedServer((HOST, 0), application, None)


@contextmanager
def serving(families: Families, make: MakeServer = waitress) -> Iterator[int]:
    """Serve a feed on loopback until the block ends; give the port."""
    gateway = Gateway(families=families, credentials=CREDENTIALS)
    server = make(wsgi_application(gateway.respond))
    running = Thread(target=server.run, daemon=True)
    running.start()
    try:
        yield server.port
    finally:
        server.close()
        running.join(timeout=5)


@frozen
class Certificate:
    """A certificate of loopback that signed itself."""

    chain: Path
    key: Path

    @classmethod
    def write(cls, folder: Path) -> "Certificate":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "feed")])
        now = datetime.now(UTC)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address(HOST))])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        written = cls(folder / "feed.crt", folder / "feed.key")
        written.chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        written.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return written

    @property
    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain, self.key)
        return context

    @property
    def client_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.chain))
