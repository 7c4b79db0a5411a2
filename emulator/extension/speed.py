"""What moto works out anew for each request, or makes and never uses: remembered, or left until it is asked for.

No answer is changed by any of this; all of them come sooner.
"""
import functools
import importlib


class Unmade:
    """A private key that is made when somebody signs with it."""

    def __init__(self, make):
        self.made = functools.cache(make)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.made(), name)


def remember_hosts():
    """moto lists its own folder for each request, and tries a pattern per service, under its one lock."""
    dispatcher = importlib.import_module("moto.moto_server.werkzeug_app").DomainDispatcherApplication
    dispatcher.get_backend_for_host = functools.lru_cache(maxsize=4096)(dispatcher.get_backend_for_host)


def remember_operations():
    responses = importlib.import_module("moto.core.responses")
    names_of = responses.method_names_from_class
    responses.method_names_from_class = functools.lru_cache(maxsize=None)(lambda kind: frozenset(names_of(kind)))


def remember_errors():
    """moto has a cache of a service's errors, in an object that lives for one request."""
    factory = importlib.import_module("moto.core.errors").ErrorLookupFactory
    factory().for_service, factory()._error_lut_cache  # must be there
    shared = {}

    def __init__(self):
        self._error_lut_cache = shared

    factory.__init__ = __init__


def remember_attributes():
    """Under which names a field is looked for in an object: told by the object's class and the field's shape."""
    serialize = importlib.import_module("moto.core.serialize")
    picker = serialize.XFormedAttributePicker
    possible, providers = picker.get_possible_keys, serialize.DEFAULT_ALIAS_PROVIDERS

    def get_possible_keys(self, context):
        shape = context.shape
        if shape is None or self.alias_providers is not providers:
            return possible(self, context)
        known = shape.__dict__.setdefault("_names_by_class", {})
        place = (type(context.obj), context.key)
        names = known.get(place)
        if names is None:
            names = known[place] = tuple(dict.fromkeys(possible(self, context)))
        return names

    picker.get_possible_keys = get_possible_keys


def make_keys_late():
    """moto makes a pair of RSA keys, a fifth of a second, even for a symmetric key of KMS, which never uses it."""
    models = importlib.import_module("moto.kms.models")
    make = models.generate_private_key

    def generate_private_key(key_spec):
        return Unmade(lambda: make(key_spec)) if key_spec.startswith(("SYMMETRIC", "HMAC")) else make(key_spec)

    models.generate_private_key = generate_private_key


def apply():
    for mend in (remember_hosts, remember_operations, remember_errors, remember_attributes, make_keys_late):
        mend()
