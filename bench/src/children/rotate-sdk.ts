import { sharedCredentialsStore } from "@agent-roles/runtime";
import { rotate } from "../harness/rotate.ts";

const megabytes = await rotate({ env: process.env }, [sharedCredentialsStore()]);
process.stdout.write(`${megabytes}\n`);
