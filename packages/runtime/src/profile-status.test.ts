import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { fakeClock } from "./fake-clock.test-helper.ts";
import { storedProfiles } from "./profile-status.ts";
import { parseRoleEnv } from "./role-env/index.ts";

it("reads the config file as often for a hundred profiles as for one", async () => {
  const home = await mkdtemp(join(tmpdir(), "agent-roles-status-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const looksOf = async (count: number): Promise<number> => {
    let looks = 0;
    const names = Array.from({ length: count }, (_, index) => index + 1);
    const roles = names.map((n) => [`AWS_ROLE_${n}`, `arn:aws:iam::123456789012:role/Role${n}:P${n}`]);
    const env = Object.fromEntries([...roles, ["AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"], ["AWS_SECRET_ACCESS_KEY", "x"]]);
    // Without AWS_CONFIG_FILE, whoever reads the file asks where the home directory is.
    Object.defineProperty(env, "HOME", {
      get: () => {
        looks += 1;
        return home;
      },
    });
    expect(await storedProfiles(parseRoleEnv(env), { env, clock: fakeClock() })).toHaveLength(count);
    return looks;
  };
  expect(await looksOf(100)).toBe(await looksOf(1));
});
