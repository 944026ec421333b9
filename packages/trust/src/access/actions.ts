import { asList, matchesWildcard } from "@agent-roles/iam";
import type { NamedPrincipal } from "./principals.ts";

const WITH_ANY = ["sts:TagSession", "sts:SetSourceIdentity"] as const;
const ASSUME = {
  aws: ["sts:AssumeRole"],
  service: ["sts:AssumeRole"],
  saml: ["sts:AssumeRoleWithSAML"],
  web: ["sts:AssumeRoleWithWebIdentity"],
  all: ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"],
} as const;

/** Whether a statement is about one of the calls that give a role's credentials. */
export function isAboutAssuming({ Action: wanted, NotAction: excluded }: Readonly<Record<string, unknown>>): boolean {
  const isListed = listedIn(wanted ?? excluded);
  return ASSUME.all.some((action) => isListed(action) === (wanted !== undefined));
}

/** The actions of a statement that mean something for a principal: `sts:*` and the list of what it covers are the same. */
export function grantedActions(elements: Readonly<Record<string, unknown>>, principal: NamedPrincipal): string[] {
  const { Action: wanted, NotAction: excluded } = elements;
  const isListed = listedIn(wanted ?? excluded);
  return usableActions(principal).filter((action) => isListed(action) === (wanted !== undefined));
}

function listedIn(actions: unknown): (action: string) => boolean {
  const patterns = asList(actions).filter((pattern) => typeof pattern === "string");
  return (action) => patterns.some((pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase()));
}

function usableActions({ kind, name }: NamedPrincipal): readonly string[] {
  switch (kind) {
    case "aws":
    case "service":
      return [...ASSUME[kind], ...WITH_ANY];
    case "federated":
      return [...ASSUME[name.includes(":saml-provider/") ? "saml" : "web"], ...WITH_ANY];
    case "everyone":
    case "unreadable":
      return [...ASSUME.all, ...WITH_ANY];
  }
}
