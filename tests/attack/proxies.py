"""The proxies of docs/how-to/host-the-app.md, started as that page shows them, on loopback.

What is changed is what differs from machine to machine: the name, the ports, the certificate, and
where files are. A proxy that is not installed is None of `PROXIES`' business: `installed` tells.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from docs.pages import ROOT

PAGE = ROOT / "docs/how-to/host-the-app.md"
NAME = "milepost.example.org"
BEHIND = "127.0.0.1:8000"
START = 20.0  # seconds
# Of Caddy: no service, no port 80, nothing outside the folder, a certificate of its own.
CADDY = """
    admin off
    auto_https disable_redirects
    local_certs
    skip_install_trust
    storage file_system {folder}
"""
# Of nginx: what Debian has in /etc/nginx/nginx.conf, with files in the folder.
NGINX = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


def shown(language: str) -> str:
    """The one block of the page in that language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    text = str(found)
    assert NAME in text
    assert BEHIND in text
    return text


def installed(name: str) -> bool:
    """Whether a proxy is on this machine."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is not None


@contextlib.contextmanager
def caddy(folder: Path, port: int, behind: int) -> Iterator[Path]:
    """Serve https at the port, for a server at the other one; yield the file of the authority."""
    options = CADDY.format(folder=folder)
    text = re.sub(r"\A\{\n", lambda found: found[0] + options, shown("caddyfile"))
    text = text.replace(NAME, f"localhost:{port}").replace(BEHIND, f"127.0.0.1:{behind}")
    (folder / "Caddyfile").write_text(text)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with _running(command, folder, port):
        yield folder / "pki/authorities/local/root.crt"


@contextlib.contextmanager
def nginx(folder: Path, port: int, behind: int) -> Iterator[Path]:
    """The same with nginx."""
    certificate = _certificate(folder)
    site = shown("nginx").replace("listen 443", f"listen 127.0.0.1:{port}")
    site = re.sub(r"(ssl_certificate(?:_key)?) \S+;", rf"\1 {certificate};", site)
    site = site.replace(NAME, "localhost").replace(BEHIND, f"127.0.0.1:{behind}")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user, site=site))
    with _running(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], folder, port):
        yield certificate


PROXIES: dict[str, Callable[[Path, int, int], AbstractContextManager[Path]]] = {
    "caddy": caddy,
    "nginx": nginx,
}


@contextlib.contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    path = f"{os.environ['PATH']}:/usr/sbin"
    environ = {**os.environ, "PATH": path, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
        try:
            end = time.monotonic() + START
            while not _listens(port):
                text = (folder / "proxy.log").read_text()
                assert process.poll() is None, text
                assert time.monotonic() < end, text
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(START)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _certificate(folder: Path) -> Path:
    """Write a certificate for localhost and its key into one file, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # real clock: OpenSSL checks it by that
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file
