"""Forks moto from one process that has imported it: to import it takes two seconds of a processor for each sandbox.

`fork-moto.py SOCKET DIRECTORY` serves, with the sandbox's Python files in DIRECTORY. `fork-moto.py SOCKET` takes the place of moto's
process: it passes its environment and its standard streams on, and ends with the fork.
"""

import json
import os
import socket
import sys


def connect(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [json.dumps(dict(os.environ)).encode()], [0, 1, 2])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)


def serve(path, directory):
    import select
    import signal

    sys.dont_write_bytecode = True
    sys.path.insert(0, directory)
    import program
    from moto.core.utils import get_service_model

    for service in ("iam", "sts", "s3", "cloudformation"):
        program.create_backend_app(service)
        get_service_model(service)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print("ready", flush=True)
    # The tests end: end of input.
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(connection)
        connection.close()


def run(connection):
    import random

    import parent
    import program
    from moto.moto_api._internal import mock_random

    text, streams, _, _ = socket.recv_fds(connection, 65536, 3)
    while more := connection.recv(65536):
        text += more
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(json.loads(text))
    # Two sandboxes must not make the same keys.
    random.seed()
    mock_random.seed()
    parent.follow()
    program.serve()


if len(sys.argv) > 2:
    serve(*sys.argv[1:])
else:
    connect(sys.argv[1])
