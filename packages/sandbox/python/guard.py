"""Restricts what moto can do and who can reach it: it answers the gateway only, opens no connection, starts no program and
writes no file but temporary ones."""

import hmac
import os
import re
import sys
import tempfile

from moto.core.responses import BaseResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication


class Dispatcher(DomainDispatcherApplication):
    """Dispatches to the service that the gateway authorized. moto would infer one from paths, hosts and bodies."""

    def get_application(self, environ):
        service = environ["HTTP_X_SANDBOX_SERVICE"]
        with self.lock:
            if service not in self.app_instances:
                self.app_instances[service] = self.create_app(service)
            return self.app_instances[service]


def read_as_gateway():
    """Without this, moto takes `&Action=…` inside of a JSON text for a parameter that comes before `X-Amz-Target`."""
    setup_class = BaseResponse.setup_class

    def setup(self, request, full_url, headers, *args, **kwargs):
        setup_class(self, request, full_url, headers, *args, **kwargs)
        if "X-Amz-Target" in request.headers:
            self.querystring = self.data = {}

    BaseResponse.setup_class = setup


def for_gateway_only(app, token):
    """Refuses every request without the gateway's token."""

    def serve(environ, start_response):
        if not hmac.compare_digest(environ.pop("HTTP_X_SANDBOX_TOKEN", "").encode("latin-1"), token.encode()):
            start_response("403 Forbidden", [("Content-Length", "0")])
            return []
        return app(environ, start_response)

    return serve


FORBIDDEN = re.compile(
    r"socket\.(connect|sendto|getaddrinfo|gethostbyname|gethostbyaddr)|subprocess\.Popen|pty\.spawn"
    r"|os\.(system|exec|posix_spawn|fork|forkpty|remove|rmdir|link|symlink|truncate|chmod|chown|mkdir)"
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
BYTECODE = re.compile(r"__pycache__$|\.pyc(\.\d+)?$")


def lock_down():
    """Cannot be undone: Python has no way to remove an audit hook. Call it once the server listens."""
    temporary = os.path.realpath(tempfile.gettempdir()) + os.sep

    def is_allowed_file(path):
        # An integer is a file descriptor that is already open.
        return isinstance(path, int) or BYTECODE.search(os.fsdecode(path)) or (
            os.path.realpath(os.fsdecode(path)) + os.sep
        ).startswith(temporary)

    def refuse(event, args):
        if event == "open":
            path, _mode, flags = args
            allowed = not (isinstance(flags, int) and flags & WRITING) or is_allowed_file(path)
        elif event == "os.rename":
            allowed = is_allowed_file(args[0]) and is_allowed_file(args[1])
        elif FORBIDDEN.fullmatch(event):
            allowed = event in ("os.remove", "os.rmdir", "os.mkdir") and is_allowed_file(args[0])
        else:
            return
        if not allowed:
            raise PermissionError(f"the sandbox does not allow {event}")

    sys.addaudithook(refuse)
