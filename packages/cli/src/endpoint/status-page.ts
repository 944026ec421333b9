import { hash } from "node:crypto";
import { groupBy, lastSegment } from "@agent-roles/iam";
import type { ProfileStatus } from "@agent-roles/runtime";
import { escapeControlCharacters } from "@agent-roles/runtime/role-env";
import type { GraphNode, TrustGraph } from "@agent-roles/trust";
import { xmlText } from "../check-formats/xml-text.ts";
import { timestamp } from "../duration.ts";
import { STYLE as GRAPH_STYLE } from "../graph/svg/style.ts";
import { svg } from "../graph/svg/svg.ts";
import { type ProfileJson, profileJson } from "../profile-json.ts";
import { roleName, untilOrAgo, withoutSubject } from "../profile-table.ts";

/** Seconds. Credentials change every few minutes. */
const REFRESH_SECONDS = 30;

/** More roles are drawn as one box for each account. */
const DRAWN_ROLES = 40;

const STYLE = [
  ":root{color-scheme:light dark;--page:#fff;--text:#1f2328;--quiet:#59636e;--line:#d1d9e0;--box:#f6f8fa;--good:#1a7f37;--warn:#9a6700;--bad:#cf222e}",
  "@media(prefers-color-scheme:dark){:root{--page:#0d1117;--text:#e6edf3;--quiet:#9198a1;--line:#3d444d;--box:#151b23;--good:#3fb950;--warn:#d29922;--bad:#ff7b72}}",
  "body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}",
  "h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{margin:.25rem 0}.quiet{color:var(--quiet)}",
  "article{border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:6px;background:var(--box);padding:.75rem 1rem;margin:.75rem 0}",
  "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--quiet);font-weight:500}",
  "td:first-child{font-weight:600}.fresh{color:var(--good)}.expiring{color:var(--warn)}.failed,.expired{color:var(--bad)}.none{color:var(--quiet)}td.state{font-weight:600}",
  "figure{margin:0;overflow-x:auto}",
  // On a phone each row is a block, and each cell has its label.
  "@media(max-width:48rem){thead{display:none}tr{display:block;padding:.6rem 0;border-bottom:1px solid var(--line)}td{display:flex;gap:.75rem;padding:0;border:0}td+td::before{content:attr(data-label);flex:0 0 6rem;color:var(--quiet);font-weight:400}.empty{display:none}}",
].join("");

/** Nothing but the two style sheets of the page is loaded or run, and no page can frame it. */
export const STATUS_PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src ${[STYLE, GRAPH_STYLE].map(source).join(" ")}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function source(style: string): string {
  return `'sha256-${hash("sha256", style, "base64")}'`;
}

/**
 * The profiles for a person in a browser: what `list` shows, failures with their fixes, and a graph of the roles. Contains no script, no
 * link and no secret; send it with {@link STATUS_PAGE_HEADERS}.
 *
 * @param now - milliseconds, by the clock of AWS.
 */
export function statusPage(profiles: readonly ProfileStatus[], now: number): string {
  const shown = escapeControlCharacters(profiles.map(profileJson));
  const counts = [...groupBy(shown, ({ status }) => status)].map(([status, { length }]) => `${length} ${status}`);
  const title = `${profileCount(shown.length)}: ${counts.join(", ")}`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="refresh" content="${REFRESH_SECONDS}">`,
    `<title>${title} · agent-roles</title><style>${STYLE}</style></head><body>`,
    `<header><h1>agent-roles</h1><p>${title}</p><p class="quiet">at ${timestamp(new Date(now))}, updated every ${REFRESH_SECONDS} seconds</p></header>`,
    ...failures(shown),
    "<main><h2>Profiles</h2><table><thead><tr>",
    ...LABELS.map((label) => `<th scope="col">${label}</th>`),
    "</tr></thead><tbody>",
    ...shown.map((profile) => row(profile, now)),
    "</tbody></table>",
    `<h2>Trust graph</h2><p class="quiet">The declared roles. A label on an arrow is the code of a failure.</p><figure>${svg(graph(shown))}</figure>`,
    "</main></body></html>",
  ].join("\n");
}

const LABELS = ["Profile", "Status", "Expiration", "Account", "Role", "Region", "Access"] as const;

function row(profile: ProfileJson, now: number): string {
  const { status, expiration, environment, description } = profile;
  const about = [environment, description].filter((text) => text !== null).join(": ");
  const expires = expiration === null ? undefined : new Date(expiration);
  const texts = [
    profile.default ? `${profile.profile} *` : profile.profile,
    status,
    expires ? untilOrAgo(expires.getTime() - now) : "-",
    profile.accountId,
    roleName(profile.roleArn),
    profile.region ?? "-",
    profile.access,
  ];
  const cells = texts.map((text, index) => {
    const title = index === 0 ? about : index === 2 && expires ? timestamp(expires) : "";
    const attributes = [
      `data-label="${LABELS[index]}"`,
      ...(index === 1 ? [`class="state ${status}"`] : text === "-" ? ['class="empty"'] : []),
      ...(title === "" ? [] : [`title="${xmlText(title)}"`]),
    ];
    return `<td ${attributes.join(" ")}>${xmlText(text)}</td>`;
  });
  return `<tr>${cells.join("")}</tr>`;
}

/** Each failure once, with the profiles that have it. */
function failures(profiles: readonly ProfileJson[]): readonly string[] {
  const failed = profiles.flatMap(({ profile, failure }) =>
    failure ? [{ profile, ...failure, message: withoutSubject(failure.message, profile) }] : [],
  );
  if (failed.length === 0) return [];
  const groups = groupBy(failed, ({ code, message, fix }) => JSON.stringify([code, message, fix]));
  const articles = [...groups.values()].map((same) => {
    const names = same.map(({ profile }) => profile).join(", ");
    const reason = same.slice(0, 1).map(({ code, message, fix }) => [`${code}: ${message}`, `Fix: ${fix}`]);
    const [title, ...lines] = [names, ...reason.flat()].map(xmlText);
    return `<article><p><strong>${title}</strong></p>${lines.map((line) => `<p>${line}</p>`).join("")}</article>`;
  });
  return ["<section><h2>Failures</h2>", ...articles, "</section>"];
}

const MASTER: GraphNode = { id: "master role", kind: "master", label: "master role", outside: false, escalates: false };

/** The master and the roles that `AWS_ROLE_N` declares. */
function graph(profiles: readonly ProfileJson[]): TrustGraph {
  const targets = profiles.length > DRAWN_ROLES ? accounts(profiles) : profiles.map(target);
  return {
    nodes: [MASTER, ...targets.map(({ node }) => node)],
    edges: targets.map(({ node, label }) => ({ from: MASTER.id, to: node.id, kind: "assume", label })),
  };
}

interface Target {
  readonly node: GraphNode;
  /** Of the arrow to it. */
  readonly label: string;
}

function target({ profile, accountId, roleArn, failure }: ProfileJson): Target {
  // Two profiles can have one role.
  const id = `${roleArn}:${profile}`;
  const names = { id, label: lastSegment(roleArn), detail: profile, account: accountId };
  return { node: { ...names, kind: "target", outside: false, escalates: false }, label: failure?.code ?? "" };
}

function accounts(profiles: readonly ProfileJson[]): readonly Target[] {
  return [...groupBy(profiles, ({ accountId }) => accountId)].map(([account, own]) => {
    const failed = own.filter(({ failure }) => failure).length;
    const names = { id: account, label: `account ${account}`, detail: profileCount(own.length) };
    const label = failed > 0 ? `${failed} failed` : "";
    return { node: { ...names, kind: "target", outside: false, escalates: false }, label };
  });
}

function profileCount(count: number): string {
  return `${count} ${count === 1 ? "profile" : "profiles"}`;
}
