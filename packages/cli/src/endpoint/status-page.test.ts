import { hash } from "node:crypto";
import type { ProfileStatus } from "@agent-roles/runtime";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, it } from "vitest";
import { STATUS_PAGE_HEADERS, statusPage } from "./status-page.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const ACCOUNT = 123456789012;

function facts(index: number) {
  const accountId = String(ACCOUNT + (index % 30));
  const roleArn = `arn:aws:iam::${accountId}:role/agent-roles/Role${index}`;
  return { profile: `Profile${index}`, accountId, roleArn, default: index === 0, access: "read" } as const;
}

function fresh(index: number): ProfileStatus {
  return { ...facts(index), status: "fresh", expiration: new Date(NOW + 3_000_000) };
}

function failed(index: number, message = "refused"): ProfileStatus {
  const failure = {
    code: "AccessDenied",
    message: `Profile${index}: ${message}`,
    fix: "Repair the trust policy.",
  } as const;
  return { ...facts(index), status: "failed", failure };
}

const page = (...profiles: readonly ProfileStatus[]): string => statusPage(profiles, NOW);

/** The page without the elements that XML does not know as empty. */
const asXml = (html: string): string => html.replace("<!doctype html>", "").replaceAll(/<meta [^>]*>/g, "");

it("shows each profile with its status and the time to its expiration", () => {
  const html = page(
    fresh(0),
    { ...facts(1), status: "expired", expiration: new Date(NOW - 300_000) },
    { ...facts(2), status: "none" },
  );
  expect(html).toContain("3 profiles: 1 fresh, 1 expired, 1 none");
  expect(html).toMatch(/>Profile0 \*<.*>fresh<.*title="2026-01-01T00:50:00Z">in 50m<.*>agent-roles\/Role0<.*>read</);
  expect(html).toMatch(/>Profile1<.*>expired<.*>5m ago</);
});

it("shows a failure with its code and its fix, also of a profile whose credentials are still valid", () => {
  const failure = { code: "Throttled", message: "slow down", fix: "Wait." } as const;
  const still: ProfileStatus = { ...facts(1), status: "fresh", expiration: new Date(NOW + 3_000_000), failure };
  const html = page(failed(0), still);
  expect(html).toContain(
    "<p><strong>Profile0</strong></p><p>AccessDenied: refused</p><p>Fix: Repair the trust policy.</p>",
  );
  expect(html).toContain("<p><strong>Profile1</strong></p><p>Throttled: slow down</p><p>Fix: Wait.</p>");
});

it("shows one cause once, with all its profiles", () => {
  const html = page(...Array.from({ length: 300 }, (_, index) => failed(index, "the master has no credentials")));
  expect(html.match(/<article>/g)).toHaveLength(1);
  expect(html).toContain("Profile298, Profile299</strong>");
});

it("draws each role, and the code of its failure", () => {
  const html = page(fresh(0), failed(1));
  expect(html).toContain(
    "master role → arn:aws:iam::123456789013:role/agent-roles/Role1:Profile1: AccessDenied</title>",
  );
});

it("draws accounts where the roles are too many for a picture", () => {
  const html = page(...Array.from({ length: 300 }, (_, index) => (index === 31 ? failed(index) : fresh(index))));
  expect(html.match(/<g class="target">/g)).toHaveLength(30);
  expect(html).toContain("master role → 123456789013: 1 failed</title>");
});

it("is well formed without a profile", () => {
  expect(XMLValidator.validate(asXml(page()))).toBe(true);
});

const HOSTILE = `</td><script>alert(1)</script><img src=x onerror=alert(1)>"' style=x ]]>&amp;\u0000\u001b[2J\u202e`;

it("escapes all text, whatever it holds", () => {
  const profile: ProfileStatus = {
    profile: HOSTILE,
    accountId: HOSTILE,
    roleArn: `arn:aws:iam::1:role/${HOSTILE}`,
    region: HOSTILE,
    environment: HOSTILE,
    description: HOSTILE,
    default: false,
    access: "full",
    status: "failed",
    failure: { code: "AccessDenied", message: HOSTILE, fix: HOSTILE },
  };
  const html = page(profile);
  expect(html).not.toMatch(/<script|<img|\p{Cf}|[^\n\P{Cc}]/u);
  expect(XMLValidator.validate(asXml(html))).toBe(true);
  const { html: parsed } = new XMLParser({ ignoreAttributes: false }).parse(asXml(html));
  expect(Object.keys(parsed.body)).toEqual(["header", "section", "main"]);
  expect(JSON.stringify(parsed)).not.toMatch(/"@_(on\w+|style|href|src)"/);
});

it("loads nothing: neither a script nor a link, and its policy permits only its own styles", () => {
  const html = page(fresh(0), failed(1));
  expect(html).not.toMatch(/<script|<a |<link|\s(href|src|style|on\w+)=|url\((?!#)|@import/);
  const styles = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, style = ""]) =>
    hash("sha256", style, "base64"),
  );
  expect(styles).toHaveLength(2);
  const policy = STATUS_PAGE_HEADERS["content-security-policy"];
  expect(policy).toMatch(/^default-src 'none'; style-src ('sha256-[\w+/=]+' ?){2};/);
  for (const style of styles) expect(policy).toContain(`'sha256-${style}'`);
});
