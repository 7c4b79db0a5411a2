"""How requests come in: werkzeug's server, with connections that stay open.

werkzeug closes each connection after one answer, which takes it longer than to receive the request: a thread, a
wait for what else might come, a line for a log that nobody reads. Here a connection is a thread for as long as its
client keeps it, and an answer is written at once.
"""
import io
import sys
import traceback

from werkzeug.serving import WSGIRequestHandler, make_server

BODILESS = ("1", "204", "304")


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self):
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self.body(environ))
        try:
            status, headers, body = answer(self.server.app, environ)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            status, headers, body = "500 Internal Server Error", [], b""
            self.close_connection = True
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD" and not code.startswith(BODILESS) and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self._headers_buffer.append(b"\r\n" + (b"" if self.command == "HEAD" else body))
        self.flush_headers()

    def body(self, environ):
        """All of it: what an application leaves unread would be taken for the next request."""
        if environ.get("wsgi.input_terminated"):
            return environ["wsgi.input"].read()
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def log_request(self, *_):
        """No log of requests."""


def answer(application, environ):
    """(status, headers, body) of one request."""
    first = []

    def start_response(status, headers, exc_info=None):
        first[:] = [status, headers]

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return (*first, body)


def server(port, application):
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=Handler)
