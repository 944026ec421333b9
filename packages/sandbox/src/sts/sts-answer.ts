import { randomUUID } from "node:crypto";

/** What the gateway answers to an STS call: STS's result document, its error document, or nothing. */
export type StsAnswer = StsResult | StsFailure | StsSilence;

export interface StsResult {
  readonly action: string;
  readonly result: XmlTree;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
export interface StsFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** No answer: the connection is cut. */
export interface StsSilence {
  readonly silent: true;
}

/** Elements by name; text is escaped when written. */
export interface XmlTree {
  readonly [name: string]: string | number | XmlTree | undefined;
}

/** A failure of the caller's making, in STS's words. */
export function failure(status: number, code: string, message: string): StsFailure {
  return { status, code, message };
}

/** Writes an STS result as the query protocol does. */
export function resultXml({ action, result }: StsResult): string {
  return toXml({
    [`${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`]: {
      [`${action}Result`]: result,
      ResponseMetadata: { RequestId: randomUUID() },
    },
  });
}

/** Writes elements; an attribute may follow the name of one. */
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
