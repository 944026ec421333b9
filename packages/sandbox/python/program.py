"""moto's server application with the sandbox's rules, imported once; `serve` runs it. main.py has the list of what differs."""

import functools
import logging
import os
import sys
import types

sys.dont_write_bytecode = False

import moto  # noqa: E402

if not (5, 2) <= tuple(int(part) for part in moto.__version__.split(".")[:2]) < (6,):
    sys.exit(f"found moto {moto.__version__}; install moto 5.2 or newer, below 6")

import botocore.session  # noqa: E402
import moto.utilities.utils  # noqa: E402

# CloudFormation needs it: fail now, not at the first deployment.
import yaml  # noqa: E402

# moto reads templates with this loader. A template must not construct Python objects.
yaml.Loader.yaml_constructors = yaml.SafeLoader.yaml_constructors.copy()
yaml.Loader.yaml_multi_constructors = yaml.SafeLoader.yaml_multi_constructors.copy()

# CloudFormation imports API Gateway, which imports a validator of OpenAPI documents. Nothing here deploys an API.
validator = types.ModuleType("openapi_spec_validator")
validator.validate = None
exceptions = types.ModuleType("openapi_spec_validator.validation.exceptions")
exceptions.OpenAPIValidationError = Exception
sys.modules["openapi_spec_validator"] = validator
sys.modules["openapi_spec_validator.validation"] = types.ModuleType("openapi_spec_validator.validation")
sys.modules["openapi_spec_validator.validation.exceptions"] = exceptions

# moto asks a new session each time for the Regions of a service. One loader of models keeps what it read: a second for EC2's.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

# EC2's instance types, Region by Region: ninety files, and nothing here lists them.
load_resource = moto.utilities.utils.load_resource
moto.utilities.utils.load_resource = lambda package, path: [] if "instance_type_offerings" in path else load_resource(package, path)

from moto.moto_server.werkzeug_app import create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

sys.dont_write_bytecode = True
import aws_model  # noqa: E402
import aws_policies  # noqa: E402
import cloudformation_iam  # noqa: E402
import cloudformation_stack_sets  # noqa: E402
import cloudformation_stacks  # noqa: E402
import cloudformation_templates  # noqa: E402
import guard  # noqa: E402
import iam_rules  # noqa: E402
import iam_state  # noqa: E402
import parent  # noqa: E402
import s3_rules  # noqa: E402

sys.dont_write_bytecode = False


def create_app(service):
    if service == "cloudformation":
        cloudformation_stacks.patch_stacks()
        cloudformation_stack_sets.patch_stack_sets()
    app = create_backend_app(service)
    # aws_model.py answers.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


guard.read_as_gateway()
aws_policies.patch()
iam_rules.patch()
cloudformation_iam.patch_roles_and_policies()
logging.getLogger("werkzeug").setLevel(logging.ERROR)


def serve():
    checks = {"cloudformation": cloudformation_templates.check, "s3": s3_rules.check}
    app = iam_state.beside(aws_model.checked(guard.Dispatcher(create_app), checks))
    app = guard.for_gateway_only(app, os.environ.pop("AGENT_ROLES_GATEWAY_TOKEN"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    os.environ["MOTO_PORT"] = str(server.port)
    guard.lock_down()
    parent.send({"version": moto.__version__, "port": server.port})
    server.serve_forever()
