import {
  asList,
  conditionsMatch,
  isRecord,
  type Match,
  parseConditions,
  readPolicy,
  type RequestContext,
  type Statement as ParsedStatement,
} from "@agent-roles/iam";

/** A statement with its JSON, until all of `access/` reads the model. */
export interface Statement extends ParsedStatement {
  readonly elements: Readonly<Record<string, unknown>>;
}

export function readStatements(document: unknown): readonly Statement[] {
  const body = isRecord(document) ? asList(document["Statement"]) : [];
  return readPolicy(document, "trust policy").statements.map((statement) => {
    const json = typeof statement.place.at(-1) === "number" ? body[Number(statement.place.at(-1))] : body[0];
    return { ...statement, elements: statement.place.length > 0 && isRecord(json) ? json : {} };
  });
}

export function conditionMatches(condition: unknown, version: unknown, context: RequestContext): Match {
  return conditionsMatch(parseConditions(condition), version, context);
}
