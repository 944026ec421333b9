import { randomUUID } from "node:crypto";

/** The answer to an STS call: a result document, an error document, or nothing. */
export type StsAnswer = StsResult | ServiceError | StsSilence;

export interface StsResult {
  readonly action: string;
  readonly result: XmlTree;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
export interface ServiceError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** No answer: the connection is closed. */
export interface StsSilence {
  readonly silent: true;
}

/** Elements by name; text is escaped on output. */
export interface XmlTree {
  readonly [name: string]: string | number | XmlTree | undefined;
}

/** An error of STS or another service. */
export function failure(status: number, code: string, message: string): ServiceError {
  return { status, code, message };
}

/** Writes an STS result in the query protocol. */
export function resultXml({ action, result }: StsResult): string {
  return toXml({
    [`${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`]: {
      [`${action}Result`]: result,
      ResponseMetadata: { RequestId: randomUUID() },
    },
  });
}

/** Writes elements; a name can include an attribute. */
export function toXml(tree: XmlTree): string {
  return Object.entries(tree)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const content = typeof value === "object" ? toXml(value) : escapeXml(String(value));
      return `<${name}>${content}</${name.split(" ", 1)[0]}>`;
    })
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
