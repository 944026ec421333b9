import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { profileClients } from "../harness/clients.ts";
import { REPOSITORY } from "../harness/repository.ts";
import { demoPicture } from "./picture.ts";

const missing = (await profileClients()).find(({ name }) => name === "AWS CLI")?.missing;

it.skipIf(missing !== undefined)("the picture in README shows what the demo prints (-u writes it again)", async () => {
  const { stdout } = await execa(process.execPath, [join(REPOSITORY, "test/dist/demo/main.js")]);
  await expect(demoPicture(stdout)).toMatchFileSnapshot(join(REPOSITORY, "docs/images/demo.svg"));
});
