"""What both layers around moto need to know of a request."""
import io
import json
import re
from urllib.parse import parse_qsl

SCOPE = re.compile(r"Credential=([^/,]+)/\d{8}/([^/,]+)/([^/,]+)/aws4_request")


def scope(environ):
    """(access key, region, service) from the signature; empty strings when the request is not signed."""
    found = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return found.groups() if found else ("", "", "")


def is_form(environ):
    return environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")


def form(environ):
    """The parameters of a query request. The body is put back for who comes next."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def error(code, message, environ):
    """(content type, body) of an error in the protocol that this request speaks."""
    service = scope(environ)[2]
    text = message.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    inner = "<Code>%s</Code><Message>%s</Message>" % (code, text)
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        return "application/cbor", cbor({"__type": code, "message": message})
    if service == "ec2":
        return "text/xml", ("<Response><Errors><Error>%s</Error></Errors><RequestID>local</RequestID></Response>" % inner).encode()
    if service == "s3":
        return "application/xml", ("<Error>%s<RequestId>local</RequestId></Error>" % inner).encode()
    if is_form(environ) or service in ("cloudfront", "route53"):
        return "text/xml", ("<ErrorResponse><Error>%s</Error><RequestId>local</RequestId></ErrorResponse>" % inner).encode()
    return json_type(environ), json.dumps({"__type": code, "message": message}).encode()


def json_type(environ):
    given = environ.get("CONTENT_TYPE", "")
    return given if "json" in given else "application/json"


def cbor(pairs):
    """A map of short texts, which is all that an error is."""
    return bytes([0xA0 + len(pairs)]) + b"".join(cbor_text(key) + cbor_text(value) for key, value in pairs.items())


def cbor_text(text):
    data = text.encode()
    return b"\x79" + len(data).to_bytes(2, "big") + data
