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


def remember_names():
    """Whether a name may be that of an XML element."""
    xml = importlib.import_module("xmltodict")
    if hasattr(xml, "_validate_name"):
        xml._validate_name = functools.lru_cache(maxsize=None)(xml._validate_name)


def find_accounts_at_once():
    """moto takes a lock, and goes through all accounts, whenever it needs one that it has long known."""
    accounts = importlib.import_module("moto.core.base_backend").BackendDict
    make = accounts.__getitem__

    def __getitem__(self, account):
        known = self.get(account)
        return make(self, account) if known is None else known

    accounts.__getitem__ = __getitem__


def draw_at_once():
    """An id of every answer, and of all the images that a new account of EC2 begins with, drawn letter by letter."""
    utils = importlib.import_module("moto.ec2.utils")
    numbers = importlib.import_module("moto.moto_api._internal.moto_random")
    drawn, letters = utils.random, numbers.string.ascii_letters
    utils.random_resource_id, numbers.MotoRandom.get_random_string  # must be there

    def random_resource_id(size=8):
        return "%0*x" % (size, drawn.getrandbits(4 * size))

    def get_random_string(self, length=20, include_digits=True, lower_case=False):
        text = "".join(self.choices(letters + numbers.string.digits if include_digits else letters, k=length))
        return text.lower() if lower_case else text

    utils.random_resource_id, numbers.MotoRandom.get_random_string = random_resource_id, get_random_string


def make_keys_late():
    """moto makes a pair of RSA keys, a fifth of a second, even for a symmetric key of KMS, which never uses it."""
    models = importlib.import_module("moto.kms.models")
    make = models.generate_private_key

    def generate_private_key(key_spec):
        return Unmade(lambda: make(key_spec)) if key_spec.startswith(("SYMMETRIC", "HMAC")) else make(key_spec)

    models.generate_private_key = generate_private_key


MENDS = (remember_hosts, remember_operations, remember_errors, remember_attributes, remember_names, find_accounts_at_once,
         draw_at_once, make_keys_late)


def apply():
    for mend in MENDS:
        mend()
