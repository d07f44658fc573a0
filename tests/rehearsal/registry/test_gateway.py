"""The registry of a rehearsal asks for the login that the environment's secret has, and forwards everything else."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from rehearsal.iam.tls import CertificateAuthority
from rehearsal.processes.addresses import Address, free_port
from rehearsal.registry.gateway import Gateway, Login
from rehearsal.registry.server import RegistryServer

LOGIN: Final = Login("cdc", " p\\a:s#!é")


@Request.application
def echo(request: Request) -> Response:
    """A registry's server that answers what it was asked."""
    seen = "\n".join([request.method, request.environ["RAW_URI"], request.get_data(as_text=True)])
    kept = {name: value for name, value in request.headers if name in ("X-Registry-Version", "Authorization")}
    return Response(seen, 409, {f"Seen-{name}": value for name, value in kept.items()})


@contextmanager
def gateway(
    folder: Path, *, login: Login | None = None, authority: CertificateAuthority | None = None
) -> Iterator[Gateway]:
    address, own = (Address("127.0.0.1", free_port()) for _ in range(2))
    upstream = make_server(address.host, address.port, echo, threaded=True)
    Thread(target=upstream.serve_forever, args=(0.05,), daemon=True).start()
    certificate = authority.write_keystore(folder / "registry.pem", own.host) if authority else None
    server = RegistryServer(folder / "none.tar", folder=folder, address=address)
    made = Gateway(server, own, login=lambda: login, certificate=certificate)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        upstream.shutdown()
        upstream.server_close()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (LOGIN, 409),
        (Login("cdc", "guessed"), 401),
        (Login("other", LOGIN.password), 401),
        (Login("", ""), 401),
        (None, 401),
    ],
    ids=["right", "password", "user", "empty", "none"],
)
def test_only_the_login_of_the_secret_is_admitted(tmp_path: Path, given: Login | None, status: int) -> None:
    sent = {"Authorization": f"Basic {b64encode(':'.join(given).encode()).decode()}"} if given else {}
    with gateway(tmp_path, login=LOGIN) as made:
        answer = requests.get(f"{made.url('confluent')}/subjects", headers=sent, timeout=10)
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_bearer_token_is_no_login(tmp_path: Path) -> None:
    with gateway(tmp_path, login=LOGIN) as made:
        answer = requests.get(made.url("apicurio"), headers={"Authorization": "Bearer none"}, timeout=10)
    assert answer.status_code == 401


def test_a_request_and_its_answer_are_forwarded(tmp_path: Path) -> None:
    with gateway(tmp_path) as made:
        headers = {"X-Registry-Version": "7", "Upgrade": "h2c"}
        answer = requests.post(
            f"{made.url('confluent')}/subjects/a%2Fb?deleted=true",
            data=iter([b"{", b"}"]),  # in chunks
            auth=("any", "login"),
            headers=headers,
            timeout=10,
        )
    assert answer.status_code == 409
    assert answer.text == "POST\n/apis/ccompat/v7/subjects/a%2Fb?deleted=true\n{}"
    assert answer.headers["Seen-X-Registry-Version"] == "7"
    assert "Seen-Authorization" not in answer.headers


def test_with_a_certificate_it_speaks_tls_only(tmp_path: Path) -> None:
    authority = CertificateAuthority()
    trusted = str(authority.write_certificate(tmp_path / "ca.pem"))
    with gateway(tmp_path, authority=authority) as made:
        assert made.url("apicurio").startswith("https://")
        assert requests.get(made.url("apicurio"), verify=trusted, timeout=10).status_code == 409
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(made.url("apicurio"), timeout=10)
        with pytest.raises(requests.ConnectionError):
            requests.get(made.url("apicurio").replace("https:", "http:"), timeout=10)
