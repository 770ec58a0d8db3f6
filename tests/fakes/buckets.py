"""S3 on 127.0.0.1: objects can be put, looked for, listed and read.

Source: Amazon S3 API reference, ListObjectsV2, PutObject (`If-Match`).
"""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Buckets:
    """`objects` holds what was put, by `/bucket/key`; where it's read-only, nothing can be."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    is_read_only: bool = False
    meanwhile: Callable[[], object] | None = None
    """Is called once, before something is put."""

    def put(self, path: str, content: bytes, tag: str | None) -> int:
        """The status of the reply; with `tag`, only an object that has it is replaced."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        if self.is_read_only:
            return 403
        if tag not in (None, _tag(self.objects.get(path, b""))):
            return 412
        self.objects[path] = content
        return 200


@contextmanager
def running() -> Iterator[Buckets]:
    buckets = Buckets()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            if self.headers.get("Expect") == "100-continue":
                self.send_response_only(100)
                self.end_headers()
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "aws-chunked":
                raw = _unchunked(raw)
            self.send_response(buckets.put(self.path, raw, self.headers.get("If-Match")))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            found = buckets.objects.get(self.path, _listed(buckets.objects, self.path))
            missing = b"<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>"
            content = missing if found is None else found
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", _tag(content))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def handle_expect_100(self) -> bool:
            return True

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    buckets.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield buckets
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()}"'


def _listed(objects: Iterable[str], path: str) -> bytes | None:
    """A page of a list, of one key, so that there are several; None where nobody asks for one."""
    bucket, asked = urlsplit(path).path, parse_qs(urlsplit(path).query)
    if "list-type" not in asked:
        return None
    begin, after = (asked.get(name, [""])[0] for name in ("prefix", "continuation-token"))
    keys = sorted(each.removeprefix(f"{bucket}/") for each in objects if each.startswith(f"{bucket}/{begin}"))
    left = [key for key in keys if key > after]
    page = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in left[:1])
    more = f"<NextContinuationToken>{left[0]}</NextContinuationToken>" if left[1:] else ""
    is_cut = f"<IsTruncated>{str(bool(more)).lower()}</IsTruncated>"
    return f"<ListBucketResult>{is_cut}{page}{more}</ListBucketResult>".encode()


def _unchunked(raw: bytes) -> bytes:
    """What is inside AWS's own chunks: a hexadecimal length and a line for each."""
    whole = b""
    while raw:
        line, _, raw = raw.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        if size == 0:
            break
        whole, raw = whole + raw[:size], raw[size + 2 :]
    return whole
