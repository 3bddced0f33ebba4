"""Serves a folder on a free port of this machine: `python -m tests.serve FOLDER [PORT]`; the tests use it too."""

import functools
import http.server
import sys
import threading
from contextlib import contextmanager


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def server(folder, port=0, handler=Quiet):
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(handler, directory=str(folder)))


@contextmanager
def serving(folder, handler=Quiet):
    """The address of a server that lives as long as the block."""
    with server(folder, handler=handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def main():
    folder, port = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with server(folder, port) as running:
        print(f"The book is at http://127.0.0.1:{running.server_port}/  (Ctrl-C stops)", flush=True)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
