export type * from "./assume-role-request.ts";
