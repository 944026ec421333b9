import type { IamUser } from "../iam/iam-directory.ts";
import type { Session } from "./session-table.ts";

/** Who signed a request. */
export type Caller =
  | { readonly kind: "user"; readonly user: IamUser }
  | { readonly kind: "session"; readonly session: Session };

/** The ARN that STS and error messages name. */
export function callerArn(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.user.arn;
    case "session":
      return caller.session.arn;
  }
}

/** The account whose resources the caller sees. */
export function callerAccount(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.user.accountId;
    case "session":
      return caller.session.role.accountId;
  }
}
