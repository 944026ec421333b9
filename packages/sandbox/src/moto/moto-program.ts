import { fileURLToPath } from "node:url";

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

/** The Python program that runs moto: `packages/sandbox/python/main.py`, seen from `src` and `dist` alike. */
export const MOTO_PROGRAM: string = fileURLToPath(new URL("../../python/main.py", import.meta.url));
