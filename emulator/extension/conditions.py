"""S3's conditional writes.

AWS: the check of If-Match or If-None-Match and the write are one step, so that of two writers at most one wins.
moto checks first and writes then, and another request may come in between.
"""
import threading

from .request import scope


class Conditions:
    def __init__(self, application):
        self.application = application
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        if scope(environ)[2] != "s3" or environ.get("REQUEST_METHOD") not in ("PUT", "DELETE"):
            return self.application(environ, start_response)
        with self.lock:
            return [b"".join(self.application(environ, start_response))]
