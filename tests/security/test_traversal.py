"""Traversal: no address leads to a file that isn't one of the page's."""

import itertools

from tests.fixtures.host import RunningHost
from tests.security.attacking import SECRETS, check_headers, statuses, talk

ROUTES = ("/assets/", "/api/v1/docs/", "/", "/api/v1/posts/")
# Of the tests of werkzeug, Django and nginx, and of CVE-2021-41773.
STEPS = [
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%252f",
    "%252e%252e%252f",
    "..\\",
    "..%5c",
    ".%2e/",
    "..;/",
    "....//",
    "..%c0%af",
    "..%ef%bc%8f",
    "%uff0e%uff0e/",
]
TARGETS = ["etc/passwd", "pyproject.toml", "local.settings.json", "shared/settings.py"]
ABSOLUTE = [
    "/assets//etc/passwd",
    "/assets/%2fetc%2fpasswd",
    "/assets/C:%5cWindows%5cwin.ini",
    "/assets/file:%2f%2f%2fetc%2fpasswd",
    "/assets/index.js%00.txt",
    "/assets/~root/.bashrc",
    "/assets/.",
    "/assets/CON",
    "/.git/config",
    "/.env",
    "/local.settings.json",
    "/.data/undertone.db",
    "/api/v1/docs/..%2findex.html%00",
    "http://127.0.0.1/etc/passwd",
    "file:///etc/passwd",
]


def test_no_path_leads_out_of_the_folders_of_pages(host: RunningHost) -> None:
    tried = [
        f"{route}{step * depth}{target}"
        for route, step, depth, target in itertools.product(ROUTES, STEPS, (1, 4, 12), TARGETS)
    ]
    for target in (*tried, *ABSOLUTE):
        head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        received = talk(host, head.encode("latin-1"))
        assert statuses(received)[0] in {400, 401, 404, 414, 422}, target
        assert SECRETS.search(received.decode(errors="replace")) is None, target


def test_a_link_in_the_folder_of_pages_and_a_long_name_are_no_way_out(host: RunningHost) -> None:
    for name in ("a" * 255, "a" * 4000, "/".join("a" * 500)):
        answer = host.http.get(f"/assets/{name}")
        assert answer.status_code in {404, 414}
        check_headers(dict(answer.headers))
