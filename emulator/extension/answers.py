"""Errors as AWS shapes them.

moto answers an operation that it does not have with an HTML page and status 500. SDKs take that for a passing
trouble of the server, try again, and then fail to parse the page. Here it is an error with a code, status 501,
which no SDK repeats and every caller can tell from a real failure.
"""
import sys
import traceback

from .request import error, scope


class Answers:
    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            return self.application(environ, start_response)
        first = []

        def remember(status, headers, exc_info=None):
            first[:] = [status, headers]

        try:
            body = b"".join(self.application(environ, remember))
        except Exception as reason:
            return refuse(environ, start_response, *verdict(reason))
        status, headers = first
        if is_page(status, headers) and scope(environ)[2] != "s3":
            return refuse(environ, start_response, "501 Not Implemented", "NotImplemented", "moto has no such operation.")
        start_response(status, headers)
        return [body]


def is_page(status, headers):
    """A page for people, where an API's answer should be. S3 is left out: its objects may be pages."""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return status[:3] in ("404", "405", "500") and "html" in kind


def verdict(reason):
    """What an exception that moto let through means: a gap of moto's, or a bug, which may pass when asked again."""
    text = "%s: %s" % (type(reason).__name__, reason)
    if isinstance(reason, NotImplementedError) or type(reason).__name__ in ("OperationNotFoundError", "UnknownServiceError"):
        return "501 Not Implemented", "NotImplemented", text
    traceback.print_exc(file=sys.stderr)
    return "500 Internal Server Error", "InternalFailure", text


def refuse(environ, start_response, status, code, message):
    kind, body = error(code, message[:400], environ)
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("x-amzn-errortype", code), ("x-amzn-requestid", "local")]
    if kind == "application/cbor":
        headers.append(("smithy-protocol", "rpc-v2-cbor"))
    start_response(status, headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
