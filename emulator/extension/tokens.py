"""EC2 client tokens.

AWS: a request that is repeated with its ClientToken and the same parameters succeeds again without doing anything
again; with other parameters it is refused with IdempotentParameterMismatch. Tokens count per account, region and
operation. moto makes a second resource.
"""
import threading

from .request import error, form, is_form, scope

MISMATCH = "The client token you have provided is associated with a resource that was created with different parameters."


class Entry:
    """One token: the lock makes a second request wait for the first one's answer."""

    def __init__(self):
        self.lock = threading.Lock()
        self.parameters = None
        self.answer = None


class Tokens:
    def __init__(self, application):
        self.application = application
        self.entries = {}

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO") == "/moto-api/reset":
            self.entries.clear()
        access_key, region, service = scope(environ)
        if service != "ec2" or not is_form(environ):
            return self.application(environ, start_response)
        parameters = form(environ)
        token = parameters.get("ClientToken")
        if not token or parameters.get("DryRun") == "true":
            return self.application(environ, start_response)
        account = environ.get("HTTP_X_MOTO_ACCOUNT_ID", access_key)
        entry = self.entries.setdefault((account, region, parameters.get("Action"), token), Entry())
        with entry.lock:
            return self.once(entry, parameters, environ, start_response)

    def once(self, entry, parameters, environ, start_response):
        if entry.answer is None:
            entry.parameters = parameters
            return self.first(entry, environ, start_response)
        if entry.parameters != parameters:
            kind, body = error("IdempotentParameterMismatch", MISMATCH, environ)
            start_response("400 Bad Request", [("Content-Type", kind), ("Content-Length", str(len(body)))])
            return [body]
        status, headers, body = entry.answer
        start_response(status, headers)
        return [body]

    def first(self, entry, environ, start_response):
        line = []

        def remember(status, headers, exc_info=None):
            line[:] = [status, headers]

        body = b"".join(self.application(environ, remember))
        if line[0].startswith("200"):
            entry.answer = (*line, body)
        start_response(*line)
        return [body]
