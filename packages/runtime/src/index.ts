export * from "./role-env/index.ts";
