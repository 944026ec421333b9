import { residentMegabytes } from "../harness/resident.ts";

// Resident megabytes of a Node that does nothing.
process.stdout.write(`${await residentMegabytes()}\n`);
