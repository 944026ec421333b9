import { expect, it } from "vitest";
import { AgentRolesError } from "./agent-roles-error.ts";
import { type AgentRoles, createAgentRoles } from "./create-agent-roles.ts";
import { fakeClock } from "./fake-clock.test-helper.ts";
import { credentials } from "./fixtures.test-helper.ts";
import type { SessionCredentials } from "./session/credentials.ts";
import { memoryStore } from "./stores/memory-store.ts";
import type { RoleRequest } from "./session/role-request.ts";
import { refreshAt } from "./session/refresh-schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS = 30;
const ROLES = 50;
const TIME_LIMIT = 5 * MINUTE;
const START = Date.parse("2026-01-01T00:00:00Z");
/** The promise: credentials are renewed this long before they expire. */
const MARGIN = 10 * MINUTE;
/** A failed role is asked again within a minute, and the loop looks every minute: this much of a working STS is enough. */
const ENOUGH = 2 * MINUTE;

const env = Object.fromEntries(
  Array.from({ length: ROLES }, (_, n) => [
    `AWS_ROLE_${n + 1}`,
    `arn:aws:iam::${123456789013 + n}:role/agent-roles/Role:Profile${n}`,
  ]),
);

/** The same numbers every time, from 0 to 1 (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Weather = "works" | "throttles" | "is down";

/** What STS is like, minute by minute: now and then a while of throttling, more rarely an outage of up to 55 minutes. */
function weather(next: () => number): Weather[] {
  const minutes: Weather[] = [];
  while (minutes.length < DAYS * 24 * 60 + 60) {
    const dice = next();
    if (dice < 0.001) minutes.push(...Array.from({ length: 1 + Math.floor(next() * 55) }, () => "is down" as const));
    else if (dice < 0.01)
      minutes.push(...Array.from({ length: 1 + Math.floor(next() * 8) }, () => "throttles" as const));
    else minutes.push("works");
  }
  return minutes;
}

const throttled = new AgentRolesError("slow down", { code: "Throttled", fix: "wait", retryable: true });
const down = new AgentRolesError("no answer", { code: "Unavailable", fix: "wait", retryable: true });

/** The agent and its store, in front of an STS that has a time and a weather of its own. */
function fixture(next: () => number, minutes: readonly Weather[] = []) {
  const clock = fakeClock(START);
  const store = memoryStore();
  const issued = new Map<string, { at: number; session: SessionCredentials }[]>();
  /** How far this machine's clock is ahead of the true time. */
  let skew = 0;
  let stop = new AbortController();
  let calls = 0;
  const now = (): number => clock.now() - skew;
  const weatherAt = (time: number): Weather => minutes[Math.floor((time - START) / MINUTE)] ?? "works";

  const assumeRole = async ({ subject }: RoleRequest): Promise<SessionCredentials> => {
    calls += 1;
    const state = weatherAt(now());
    if (state === "is down") throw down;
    if (state === "throttles" && next() < 0.7) throw throttled;
    const session = credentials(`${subject}x${calls}`, now());
    const sessions = issued.get(subject) ?? [];
    sessions.push({ at: now(), session });
    issued.set(subject, sessions);
    return session;
  };

  return {
    clock,
    store,
    issued,
    now,
    weatherAt,
    /** Whether STS worked for long enough at a stretch, some time between these two. */
    workedBetween: (from: number, to: number): boolean => {
      let stretch = 0;
      for (let time = from; time < to && stretch < ENOUGH; time += MINUTE) {
        stretch = weatherAt(time) === "works" ? stretch + MINUTE : 0;
      }
      return stretch >= ENOUGH;
    },
    start: (): AgentRoles => {
      stop = new AbortController();
      const roles = createAgentRoles({ env, clock, random: next, assumeRole });
      void roles.start({ stores: [store], signal: stop.signal });
      return roles;
    },
    stop: (): void => stop.abort(),
    skew: () => skew,
    /** This machine's clock is set wrong by so much, or right by 0; the true time stays. */
    setClock: (ms: number): void => {
      clock.jump(ms - skew);
      skew = ms;
    },
  };
}

function isValid(answer: unknown, now: number): boolean {
  const expiration = typeof answer === "object" && answer !== null && "expiration" in answer && answer.expiration;
  return expiration instanceof Date && expiration.getTime() > now;
}

it(
  `asks STS when the schedule says and never besides: ${ROLES} roles, ${DAYS} days without a fault`,
  async () => {
    const { clock, store, issued, start, stop } = fixture(random(1));
    start();
    await clock.advance(DAYS * DAY);
    stop();
    const end = START + DAYS * DAY;
    expect(issued.size).toBe(ROLES);
    for (const [profile, sessions] of issued) {
      const dueTimes = sessions.map(({ session }) => refreshAt(session));
      expect(sessions.map(({ at }) => at)).toEqual([START, ...dueTimes.filter((due) => due <= end)]);
      expect(store.entries.get(profile)?.credentials).toBe(sessions.at(-1)?.session);
    }
  },
  TIME_LIMIT,
);

it(
  "hands out nothing expired and leaves nothing expired in the store while STS works, whatever else happens",
  async () => {
    const next = random(1);
    const { clock, store, now, skew, workedBetween, start, stop, setClock } = fixture(next, weather(next));
    const pick = (below: number): number => Math.floor(next() * below);
    let roles = start();
    /** Since when the agent has been there without a break. */
    let since = now();
    const broken: string[] = [];
    const seen = { reads: 0, refused: 0, expired: 0, suspends: 0, restarts: 0 };

    /** Whether nobody could have renewed what expired at this time, and no new agent had the time for it. */
    const excused = (expiration: number): boolean => !workedBetween(Math.max(since, expiration - MARGIN), now());

    const readers = async (): Promise<void> => {
      for (let reader = 0; reader < 3; reader += 1) {
        const profile = `Profile${pick(ROLES)}`;
        const stored = store.entries.get(profile)?.credentials.expiration.getTime() ?? 0;
        seen.reads += 1;
        const answer = await roles
          .credentials(profile)()
          .catch((error: unknown) => error);
        if (answer instanceof AgentRolesError) {
          seen.refused += 1;
          if (!excused(stored)) broken.push(`${profile} refused on ${new Date(now()).toISOString()}`);
        } else if (!isValid(answer, now() + Math.min(0, skew()))) {
          // Without an answer of AWS there is only this machine's clock, which explains the skew.
          broken.push(`${profile} expired for a reader on ${new Date(now()).toISOString()}`);
        }
      }
    };

    for (let minute = 0; minute < DAYS * 24 * 60; minute += 1) {
      await clock.advance(MINUTE);
      for (const [profile, { credentials: kept }] of store.entries) {
        const expiration = kept.expiration.getTime();
        if (expiration > now()) continue;
        seen.expired += 1;
        if (!excused(expiration)) broken.push(`${profile} expired in the store on ${kept.expiration.toISOString()}`);
      }
      await readers();
      const dice = next();
      if (dice < 1 / (2 * 24 * 60)) {
        seen.suspends += 1;
        clock.jump(HOUR * (1 + pick(9)));
        since = now();
      } else if (dice < 1 / (24 * 60)) {
        seen.restarts += 1;
        stop();
        roles = start();
        since = now();
      } else if (dice < 2 / (24 * 60)) {
        setClock(skew() === 0 ? pick(4 * MINUTE) - 2 * MINUTE : 0);
      }
      if (now() > START + DAYS * DAY) break;
    }
    stop();
    expect(broken).toEqual([]);
    // The faults did happen.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(2);
  },
  TIME_LIMIT,
);
