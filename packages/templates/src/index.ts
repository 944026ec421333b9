export { rolesFromTemplates, type RolesFromTemplates } from "./cloudformation/roles-from-templates.ts";
export type { TemplateEnvironment, TemplateSource } from "./cloudformation/template-source.ts";
export type { LiveAccount } from "./live/read-live-roles.ts";
export { type LoadedRoles, type LoadOptions, loadTrustRoles } from "./load-trust-roles.ts";
export { TrustInputError } from "./trust-input-error.ts";
