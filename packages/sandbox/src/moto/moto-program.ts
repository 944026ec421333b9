import { fileURLToPath } from "node:url";

/** The release in the private virtual environment, and the one that the tests use. */
export const MOTO_VERSION = "5.2.1";

/**
 * Packages that moto's server needs for IAM, STS, CloudFormation, S3, Secrets Manager, SSM and Organizations.
 * `moto[server]` installs 90 packages more: 314 MB and 37 s instead of 80 MB and 8 s.
 */
export const MOTO_REQUIREMENTS: readonly string[] = [
  `moto==${MOTO_VERSION}`,
  "flask>=3.1,<4",
  "flask-cors>=6,<7",
  "PyYAML>=6,<7",
];

/** The first line of the program's stdout, written once its port accepts connections. */
export interface MotoReady {
  readonly version: string;
  readonly port: number;
}

/** The Python program that runs moto: `packages/sandbox/python/main.py`, found from `src` and from `dist`. */
export const MOTO_PROGRAM: string = fileURLToPath(new URL("../../python/main.py", import.meta.url));
