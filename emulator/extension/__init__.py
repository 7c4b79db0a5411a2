"""What moto leaves out and ecom-infra needs. docs/local-aws.md says what each part does and why.

Each part names what it changes in moto when it is loaded, so that a moto which no longer has that place
loses this one part, with a line in the log, and nothing else.
"""
import gc
import importlib
import sys

from .answers import Answers
from .conditions import Conditions
from .tokens import Tokens

PARTS = ("network", "templates", "instances", "autoscaling", "dynamodb", "dashboards", "efs", "rds", "tagging", "speed")


def wrap(application):
    """Applies every part to moto, and returns moto's application with ours around it."""
    for part in PARTS:
        try:
            importlib.import_module("." + part, __name__).apply()
        except (ImportError, AttributeError) as error:
            print("ecom-infra: this moto does not take the part '%s': %s" % (part, error), file=sys.stderr, flush=True)
    return Answers(Tokens(Conditions(application)))


def known(create_backend_app):
    """moto fails with an AttributeError for a service that it does not have at all. One that it has stays loaded."""

    def create(service):
        if service is None:
            raise NotImplementedError("moto has no such service.")
        gc.disable()
        try:
            return create_backend_app(service)
        finally:
            gc.freeze()
            gc.enable()

    return create
