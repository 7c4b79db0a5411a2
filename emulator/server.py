#!/usr/bin/env python3
"""The local AWS: moto's server with `extension` loaded into it.

  server.py -p PORT          0: any free one; the address is printed on standard error as moto itself prints it
  server.py -p 0 --tied      ends when its standard input is closed, so that it cannot outlive who started it
"""
import argparse
import gc
import logging
import os
import signal
import sys
import threading

sys.dont_write_bytecode = True  # the package's own directory may be read-only, and must not change
import extension  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-p", "--port", type=int, default=0)
    parser.add_argument("--tied", action="store_true")
    return parser.parse_args()


def end_with_standard_input():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main():
    options = arguments()
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: os._exit(0))
    if options.tied:
        threading.Thread(target=end_with_standard_input, daemon=True).start()

    # Nothing of what is loaded is ever given up, and there is a lot of it to look through.
    gc.disable()
    from moto.server import DomainDispatcherApplication, create_backend_app
    import serving

    application = extension.wrap(DomainDispatcherApplication(extension.known(create_backend_app)))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = serving.server(options.port, application)
    gc.freeze()
    gc.enable()
    os.environ["MOTO_PORT"] = str(server.server_port)
    print(" * Running on http://127.0.0.1:%d" % server.server_port, file=sys.stderr, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
