import { isDeepStrictEqual } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { credentials, target } from "../fixtures.test-helper.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";

/** A store in a place of its own, with a reader that knows nothing of the store's code. */
export interface StoreSubject {
  readonly store: CredentialStore;
  /** What a client finds now, by profile: the keys, or whatever leads it to them. */
  read(): Promise<Readonly<Record<string, unknown>>>;
  /** What a client finds for this entry once it is stored. */
  expected(entry: StoredCredentials): unknown;
  /** Changes with everything that is written. */
  version(): Promise<string>;
  /** Whether one call is one write, or one for each profile. */
  readonly oneWrite: boolean;
  /** How many roles the place can take, when that is not 500. */
  readonly most?: number;
  /** Makes a profile that is not ours, where the place can hold one. @returns whether it is as it was. */
  addForeign?(profile: string): Promise<() => Promise<boolean>>;
  close?(): Promise<void>;
}

const NOW = Date.parse("2026-01-01T00:00:00Z");
const GENERATIONS = ["A", "B"] as const;

function entry(profile: string, generation: (typeof GENERATIONS)[number], number = 1): StoredCredentials {
  const region = generation === "A" ? "eu-west-1" : "us-east-1";
  return { target: target(profile, { number, region }), credentials: credentials(profile + generation, NOW) };
}

/** What every store keeps to, whatever it writes to. */
export function storeContract(name: string, open: () => Promise<StoreSubject>): void {
  describe(`${name}, as every store`, () => {
    let subject: StoreSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => subject.close?.());

    const stateOf = (entries: readonly StoredCredentials[]): Record<string, unknown> =>
      Object.fromEntries(entries.map((each) => [each.target.profile, subject.expected(each)]));

    it("gives a reader what was put, and what replaces it", async () => {
      expect(await subject.store.put([entry("First", "A"), entry("Second", "A")])).toEqual([]);
      expect(await subject.read()).toEqual(stateOf([entry("First", "A"), entry("Second", "A")]));
      await subject.store.put([entry("Second", "B")]);
      expect(await subject.read()).toEqual(stateOf([entry("First", "A"), entry("Second", "B")]));
    });

    it("writes nothing for nothing, and nothing for what is there", async () => {
      await subject.store.put([entry("First", "A")]);
      const version = await subject.version();
      expect(await subject.store.put([entry("First", "A")])).toEqual([]);
      expect(await subject.store.put([])).toEqual([]);
      await subject.store.remove([]);
      await subject.store.remove(["Unknown"]);
      expect(await subject.version()).toBe(version);
    });

    it("removes profiles, and stores them again", async () => {
      await subject.store.put([entry("First", "A"), entry("Second", "A"), entry("Third", "A")]);
      await subject.store.remove(["First", "Third", "Unknown"]);
      expect(await subject.read()).toEqual(stateOf([entry("Second", "A")]));
      await subject.store.put([entry("First", "A")]);
      expect(await subject.read()).toEqual(stateOf([entry("First", "A"), entry("Second", "A")]));
    });

    it("refuses a profile that is not ours, and never removes it", async () => {
      const untouched = await subject.addForeign?.("Foreign");
      const refused = await subject.store.put([entry("Foreign", "A"), entry("Ours", "A")]);
      expect(refused.map((each) => [each.target.profile, each.error.code])).toEqual(
        untouched ? [["Foreign", "ForeignProfile"]] : [],
      );
      await subject.store.remove(["Foreign", "Ours"]);
      expect(await untouched?.()).not.toBe(false);
      expect(await subject.read()).not.toHaveProperty("Ours");
    });

    it("writes 500 roles at once: a reader sees none or all, where one call is one write", async () => {
      const length = subject.most ?? 500;
      const entries = Array.from({ length }, (_, index) => entry(`Role${index}`, "A", index + 1));
      const counts = new Set<number>();
      await race(subject.store.put(entries), async () => {
        counts.add(Object.keys(await subject.read()).length);
      });
      expect(await subject.read()).toEqual(stateOf(entries));
      expect([...counts].filter((count) => subject.oneWrite && count !== 0 && count !== length)).toEqual([]);
    });

    it("never shows half a state to 1,000 reads that race the writer", async () => {
      const profiles = ["First", "Second", "Third"];
      const [first, second] = GENERATIONS.map((generation) => profiles.map((profile) => entry(profile, generation)));
      if (!first || !second) throw new Error("there are two generations");
      const whole = [stateOf(first), stateOf(second)];
      await subject.store.put(first);
      let torn = 0;
      const counted = { reads: 0 };
      const writing = (async (): Promise<void> => {
        while (counted.reads < 1_000) {
          await subject.store.put(second);
          await subject.store.put(first);
        }
      })();
      await race(writing, async () => {
        counted.reads += 1;
        const seen = await subject.read();
        const isOf = (state: Record<string, unknown>, names: readonly string[]): boolean =>
          names.every((profile) => isDeepStrictEqual(state[profile], seen[profile]));
        const together = subject.oneWrite ? [profiles] : profiles.map((profile) => [profile]);
        if (!together.every((names) => whole.some((state) => isOf(state, names)))) torn += 1;
      });
      expect({ torn, enough: counted.reads >= 1_000 }).toEqual({ torn: 0, enough: true });
    });
  });
}

/** Does `each` again and again while the work goes on, and once more after it. */
async function race(work: Promise<unknown>, each: () => Promise<void>): Promise<void> {
  const state = { going: true };
  const ended = work.finally(() => {
    state.going = false;
  });
  // Awaited below; a failure must not count as unhandled until then.
  ended.catch(() => undefined);
  while (state.going) await each();
  await each();
  await ended;
}
