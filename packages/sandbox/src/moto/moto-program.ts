import { MOTO_FIXES } from "./moto-fixes.ts";

/** The release that the private virtual environment holds, and that the tests run against. */
export const MOTO_VERSION = "5.2.1";

/**
 * What moto's server needs for IAM, STS, CloudFormation, S3, Secrets Manager, SSM and Organizations. `moto[server]`
 * brings 90 packages for services that no test here calls: 314 MB and 37 s against 80 MB and 8 s.
 */
export const MOTO_REQUIREMENTS: readonly string[] = [
  `moto==${MOTO_VERSION}`,
  "flask>=3.1,<4",
  "flask-cors>=6,<7",
  "PyYAML>=6,<7",
];

/** The first line that the program writes, once its port accepts connections. */
export interface MotoReady {
  readonly version: string;
  readonly port: number;
}

/**
 * Runs moto's own server application, with four differences to `moto_server`:
 * - it takes a free port and tells which, so that there is no race for one;
 * - it ends when its standard input does, so that it never outlives us, not even after SIGKILL;
 * - it leaves Ctrl-C to the process that started it;
 * - it mends CloudFormation's IAM, see `MOTO_FIXES`.
 *
 * CloudFormation imports API Gateway, which imports a validator of OpenAPI documents; a missing one is replaced by an
 * empty module, because nothing here deploys an API.
 */
export const MOTO_PROGRAM: string = `
import importlib.util, json, logging, os, signal, sys, threading, types

signal.signal(signal.SIGINT, signal.SIG_IGN)

def end_with_parent():
    while os.read(0, 4096):
        pass
    os._exit(0)

threading.Thread(target=end_with_parent, daemon=True).start()

import moto
if not (5, 2) <= tuple(int(part) for part in moto.__version__.split(".")[:2]) < (6,):
    sys.exit("found moto " + moto.__version__ + ", needed is 5.2 or newer, below 6")
# CloudFormation needs it: better to fail now than at the first deployment.
import yaml
if importlib.util.find_spec("openapi_spec_validator") is None:
    validator = types.ModuleType("openapi_spec_validator")
    validator.validate = None
    exceptions = types.ModuleType("openapi_spec_validator.validation.exceptions")
    exceptions.OpenAPIValidationError = Exception
    sys.modules["openapi_spec_validator"] = validator
    sys.modules["openapi_spec_validator.validation"] = types.ModuleType("openapi_spec_validator.validation")
    sys.modules["openapi_spec_validator.validation.exceptions"] = exceptions

${MOTO_FIXES}
from werkzeug.serving import make_server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

def create_app(service):
    if service == "cloudformation":
        mend_resource_map()
    return create_backend_app(service)

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_app), threaded=True)
os.environ["MOTO_PORT"] = str(server.port)
print(json.dumps({"version": moto.__version__, "port": server.port}), flush=True)
server.serve_forever()
`;
