import { createAgentRoles } from "@agent-roles/runtime";
import { performance } from "node:perf_hooks";

// Milliseconds until every role of the environment is assumed, modules loaded.
const start = performance.now();
const profiles = await createAgentRoles().assumeAll();
const elapsed = performance.now() - start;
const missing = profiles.find(({ status }) => status !== "fresh");
if (missing) throw new Error(`${missing.profile} is ${missing.status}: ${missing.failure?.message}`);
process.stdout.write(`${elapsed}\n`);
