export { rolesFromTemplates, type RolesFromTemplates } from "./cloudformation/roles-from-templates.ts";
export type { TemplateEnvironment, TemplateSource } from "./cloudformation/template-source.ts";
export { liveAccounts } from "./live/live-accounts.ts";
export { type LoadedRoles, loadTrustRoles } from "./load-trust-roles.ts";
export { TrustInputError } from "./trust-input-error.ts";
