"""S3 on 127.0.0.1: objects can be put, looked for and read."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Buckets:
    """`objects` holds what was put, by `/bucket/key`."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)


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
            buckets.objects[self.path] = raw
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            found = buckets.objects.get(self.path)
            missing = b"<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>"
            content = missing if found is None else found
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(content)))
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
