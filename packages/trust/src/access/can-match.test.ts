import { expect, it } from "vitest";
import { canMatch } from "./can-match.ts";

const ARN = "arn:aws:iam::123456789013:role/";

it.each<[boolean, string, string]>([
  [true, `${ARN}prod-*`, "arn:aws:iam::123456789013:role/${Reader}"],
  [true, `${ARN}*-reader`, "arn:aws:iam::123456789013:role/${Stage}-reader"],
  [true, `${ARN}prod-?eader`, "arn:aws:iam::123456789013:role/${Stage}-reader"],
  [true, `${ARN}prod-x`, "arn:aws:iam::123456789013:role/${A}${B}"],
  [true, `${ARN}team/prod/reader`, "arn:aws:iam::123456789013:role/${Path}/reader"],
  [true, `${ARN}reader`, "arn:aws:iam::${AWS.AccountId}:role/reader"],
  [true, `${ARN}reader`, `${ARN}reader`],
  [false, `${ARN}team/*`, "arn:aws:iam::123456789013:role/${Reader}"],
  [false, `${ARN}*-writer`, "arn:aws:iam::123456789013:role/${Stage}-reader"],
  [false, "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789013:role/${Reader}"],
  [false, `${ARN}reader`, "arn:aws:iam::${AWS.AccountId}:role/writer"],
  [false, `${ARN}reader`, `${ARN}writer`],
])("is %s for %s and %s", (may, pattern, arn) => {
  expect(canMatch(pattern, arn)).toBe(may);
});

it("is quick for many wildcards and many unknown parts", () => {
  const pattern = `${ARN}${"*a".repeat(60)}b`;
  expect(canMatch(pattern, `${ARN}${"${A}a".repeat(60)}c`)).toBe(false);
});
