import type { IamUser } from "../iam/iam-state.ts";
import type { Session } from "./session-table.ts";

/** Who signed a request. */
export type Caller =
  | { readonly kind: "user"; readonly user: IamUser }
  | { readonly kind: "session"; readonly session: Session };

/** The ARN in STS's answers and in error messages. */
export function callerArn(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.user.arn;
    case "session":
      return caller.session.arn;
  }
}

/** The account of the caller. */
export function callerAccount(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.user.accountId;
    case "session":
      return caller.session.role.accountId;
  }
}
