import { fakeSts } from "../harness/fake-sts.ts";
import { rotate } from "../harness/rotate.ts";

// Sessions this short rotate at half-life.
const megabytes = await rotate({ assumeRole: fakeSts({ latencyMs: 1, lifetimeMs: 1_000 }) });
process.stdout.write(`${megabytes}\n`);
