import type { Arn } from "./arn.ts";
import type { OperatorUse } from "./conditions/operators.ts";

/** A JSON policy document as it was written, or parsed already. */
export type PolicyDocument = Readonly<Record<string, unknown>>;

/** Which kind of policy a document is: they differ in the elements they take. */
export type PolicyKind =
  | "trust policy"
  | "resource policy"
  | "identity policy"
  | "permissions boundary"
  | "session policy"
  | "service control policy"
  | "resource control policy";

/** Where something is in the document, as the keys and indexes that lead to it: `["Statement", 0, "Principal", "AWS"]`. */
export type Place = readonly (string | number)[];

/** What AWS rejects, so that the policy cannot be created. */
export interface Defect {
  readonly code: DefectCode;
  readonly message: string;
  /** What to write instead, where that is known. */
  readonly fix?: string;
  readonly place: Place;
  /** The statement's `Sid` or index; left out when it concerns the whole document. */
  readonly statement?: string | number;
}

export type DefectCode =
  | "document"
  | "element"
  | "sid"
  | "principal"
  | "not-principal"
  | "principal-wildcard"
  | "action"
  | "operator"
  | "operand"
  | "condition";

/** Marks what {@link readPolicy} made; no JSON has it, and a copy with other statements keeps it. */
export const PARSED: unique symbol = Symbol("parsed policy");

/** A policy document, parsed. A type alias, so that it is taken wherever a {@link PolicyDocument} is. */
export type Policy = {
  readonly [PARSED]: true;
  readonly kind: PolicyKind;
  readonly statements: readonly Statement[];
};

/** One statement of a policy. */
export interface Statement {
  readonly kind: PolicyKind;
  /** The document's `Version`; policy variables need 2012-10-17. */
  readonly version: unknown;
  /** The `Sid`, or the index in the document; `undefined` when the document as a whole cannot be read. */
  readonly label: string | number | undefined;
  /** As written. */
  readonly sid: unknown;
  readonly place: Place;
  /** `undefined` when the statement says neither `Allow` nor `Deny`: it can be either. */
  readonly effect: "Allow" | "Deny" | undefined;
  /** `Principal` or `NotPrincipal`. */
  readonly principal: PrincipalElement | undefined;
  /** `Action` or `NotAction`. */
  readonly action: PatternElement | undefined;
  /** `Resource` or `NotResource`. */
  readonly resource: PatternElement | undefined;
  readonly conditions: readonly Condition[];
  /** Why AWS rejects the statement in such a way that its effect is unknown. */
  readonly unreadable: string | undefined;
}

/** `Action`, `Resource` or their negations. */
export interface PatternElement {
  readonly name: "Action" | "NotAction" | "Resource" | "NotResource";
  readonly negated: boolean;
  readonly values: readonly string[];
  /** Whether some value is not a string: what it matches is unknown. */
  readonly partial: boolean;
  /** As written, to show in messages. */
  readonly written: unknown;
  readonly place: Place;
}

/** `Principal` or `NotPrincipal`. */
export interface PrincipalElement {
  readonly name: "Principal" | "NotPrincipal";
  readonly negated: boolean;
  readonly values: readonly Principal[];
  readonly written: unknown;
  readonly place: Place;
}

/** One entry of a `Principal` element. */
export interface Principal {
  /** `AWS`, `Service`, `Federated`, or as written; `"*"` alone is `AWS`. */
  readonly type: string;
  readonly value: string;
  /** Whether it has a form that AWS knows; what another one matches is unknown. */
  readonly readable: boolean;
  readonly arn: Arn | undefined;
  /** The account of an `AWS` principal, where it is known. */
  readonly account: string | undefined;
  /** Whether it is the whole account: twelve digits or `:root`. */
  readonly wholeAccount: boolean;
  readonly place: Place;
}

/** One operator with one key of a `Condition` block. */
export interface Condition extends OperatorUse {
  /** The operator as written: `ForAllValues:StringLikeIfExists`. */
  readonly written: string;
  /** The key as written. */
  readonly name: string;
  /** The key in lower case, to compare: AWS ignores the case of keys. */
  readonly key: string;
  readonly values: readonly string[];
  readonly place: Place;
  /** Why the condition cannot be evaluated: it does not have the form of one. */
  readonly unreadable: string | undefined;
}
