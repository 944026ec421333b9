"""Refuses requests that do not match AWS's model of the service, in AWS's words, and turns moto's failures into error documents.

The models are botocore's. The gateway writes the error in the service's protocol, from the header `X-Sandbox-Error` and a JSON body.

https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html
"""

import io
import json
import logging
import re

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.utils import get_service_model
from werkzeug.wrappers import Request

CHECKED = {"cloudformation", "dynamodb", "iam", "organizations", "secretsmanager", "ssm", "sts"}
PAGE_TOKENS = re.compile(r"Marker|NextToken|StartingToken|continuation-token|key-marker")
PAGE_TOKEN_CODES = {
    "organizations": "InvalidInputException",
    "s3": "InvalidArgument",
    "secretsmanager": "InvalidNextTokenException",
    "ssm": "InvalidNextToken",
}
# Where the services have words of their own for a pattern.
WORDS = {
    r"[\w+=,.@-]+": "The specified value for {} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": "The specified value for {} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    r"[\w/+=.@!-]+": "Invalid {}. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
}
# What the services check beyond their models.
STRICTER = {
    ("cloudformation", "StackName"): {"pattern": "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"},
    ("cloudformation", "TemplateBody"): {"max": 51200},
    ("dynamodb", "TableName"): {"min": 3, "max": 255, "pattern": "[a-zA-Z0-9_.-]+|arn:.+"},
    ("iam", "Url"): {"pattern": "https://.+"},
    ("secretsmanager", "Name"): {"pattern": r"[\w/+=.@!-]+"},
    ("sts", "Policy"): {"max": 2048},
    ("sts", "PolicyArns"): {"max": 10},
    ("sts", "SourceIdentity"): {"max": 64},
}


class FormRequest(Request):
    # A template in a form.
    max_form_memory_size = None


class Invalid(Exception):
    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.status = code, status


def checked(app, checks):
    """Checks each request before moto sees it. `checks` are those of a service beyond its model, by the service's name."""

    def serve(environ, start_response):
        service = environ["HTTP_X_SANDBOX_SERVICE"]
        is_check_only = environ.pop("HTTP_X_SANDBOX_CHECK", None)
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        try:
            request = FormRequest(environ.copy())
            if service in CHECKED:
                check(service, request, checks.get(service))
            elif service in checks:
                checks[service](request)
            environ["wsgi.input"].seek(0)
            if is_check_only:
                # Not authorized: moto must not see it.
                start_response("204 No Content", [])
                return []
            return app(environ, start_response)
        except Invalid as error:
            return answer(error, start_response)
        except NotImplementedError as error:
            code = "UnknownOperationException" if "HTTP_X_AMZ_TARGET" in environ else "InvalidAction"
            return answer(Invalid(code, f"The sandbox does not support this operation: {error}"), start_response)
        except Exception as error:
            logging.getLogger("sandbox").exception("moto failed")
            return answer(failure(service, environ, error), start_response)

    return serve


def answer(error, start_response):
    body = json.dumps({"code": error.code, "message": str(error)}).encode()
    headers = [("Content-Length", str(len(body))), ("X-Sandbox-Error", "1")]
    start_response(f"{error.status} Error", headers)
    return [body]


def failure(service, environ, error):
    """moto raises anything for a page token, an upload or an expression that it does not understand."""
    environ["wsgi.input"].seek(0)
    sent = environ["QUERY_STRING"] + environ["wsgi.input"].read(65536).decode(errors="replace")
    token = PAGE_TOKENS.search(sent) if service in (*CHECKED, "s3") else None
    if token:
        return Invalid(PAGE_TOKEN_CODES.get(service, "ValidationError"), f"The {token.group()} is not valid.")
    if service == "s3" and "uploadId=" in environ["QUERY_STRING"]:
        return Invalid("NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", 404)
    if service == "dynamodb" and isinstance(error, (KeyError, ValueError)):
        return Invalid("ValidationException", f"One or more parameter values were invalid: {error}")
    return Invalid("InternalFailure", f"the sandbox failed: {type(error).__name__}: {error}", 500)


def check(service, request, further):
    target = request.headers.get("X-Amz-Target")
    is_json = target is not None
    action = target.split(".")[-1] if is_json else request.values.get("Action", "")
    model = get_service_model(service)
    if action not in model.operation_names:
        raise Invalid(
            "UnknownOperationException" if is_json else "InvalidAction",
            f"Could not find operation {action} for version {model.api_version}",
        )
    operation = model.operation_model(action)
    shape = operation.input_shape
    if shape is None:
        return
    try:
        parameters = parse(model, operation, request)
    except Exception as error:
        raise Invalid("SerializationException" if is_json else "MalformedInput", f"Could not parse the request: {error}") from error
    found = list(violations(service, shape, parameters, ""))
    if found:
        code = "InvalidInputException" if service == "organizations" else "ValidationException" if is_json else "ValidationError"
        special = [text for text in found if not text.startswith("Value ")]
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        raise Invalid(code, special[0] if special else count + "; ".join(found))
    if further:
        further(action, parameters)


def parse(model, operation, request):
    protocol = determine_request_protocol(model, request.content_type)
    parser = PROTOCOL_PARSERS[protocol](operation, map_type=dict)
    return parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": {},
        }
    ) or {}


def violations(service, shape, value, path):
    """What of the value the shape does not allow; paths begin in lower case, as in AWS's messages."""
    kind = shape.type_name
    if kind == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Value null at '{below(path, name)}' failed to satisfy constraint: Member must not be null"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                stricter = STRICTER.get((service, name), {}) if path == "" else {}
                yield from of_member(service, member, value[name], below(path, name), stricter)
    elif kind == "list":
        for index, each in enumerate(value, 1):
            yield from of_member(service, shape.member, each, f"{path}.{index}.member", {})
    elif kind == "map":
        for key, each in value.items():
            yield from of_member(service, shape.value, each, f"{path}.{key}.member", {})


def of_member(service, shape, value, path, stricter):
    limits = {**shape.metadata, **stricter}
    shown = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value
    shown = "at" if limits.get("sensitive") else f"'{shown}' at"
    for constraint in broken(shape, value, limits):
        if constraint.startswith("satisfy regular") and limits["pattern"] in WORDS:
            yield WORDS[limits["pattern"]].format(path)
        else:
            yield f"Value {shown} '{path}' failed to satisfy constraint: Member must {constraint}"
    yield from violations(service, shape, value, path)


def broken(shape, value, limits):
    least, most = limits.get("min"), limits.get("max")
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    has_size = isinstance(value, (str, list, dict))
    size = value if is_number else len(value) if has_size else None
    what = "value" if is_number else "length"
    if size is not None and least is not None and size < least:
        yield f"have {what} greater than or equal to {least}"
    if size is not None and most is not None and size > most:
        yield f"have {what} less than or equal to {most}"
    if isinstance(value, str):
        if limits.get("enum") and value not in limits["enum"]:
            yield f"satisfy enum value set: [{', '.join(limits['enum'])}]"
        elif limits.get("pattern") and not matches(limits["pattern"], value):
            yield f"satisfy regular expression pattern: {limits['pattern']}"


def matches(pattern, value):
    try:
        return re.fullmatch(pattern, value, re.ASCII) is not None
    except re.error:
        # Classes such as \p{L}, which Python does not have.
        return True


def below(path, name):
    return f"{path}.{name[0].lower()}{name[1:]}" if path else name[0].lower() + name[1:]
