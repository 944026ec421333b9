import { type TrustGraph, trustGraph, type TrustRole } from "@agent-roles/trust";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { GRAPH_FORMATS } from "./format-names.ts";
import { formatGraph } from "./graph-format.ts";
import { bundles } from "./svg/bundles.ts";
import { layOut } from "./svg/layout.ts";
import { cutOff, shorten } from "./svg/text.ts";

const MASTER = "arn:aws:iam::123456789012:role/m/agent-master";
const TARGET = "arn:aws:iam::123456789013:role/agent-roles/Target";
const OTHER = "arn:aws:iam::123456789013:role/agent-roles/Other";
const byMaster = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::123456789012:root" },
  Action: "sts:AssumeRole",
  Condition: { ArnEquals: { "aws:PrincipalArn": MASTER } },
};
const canAssume = { Statement: { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" } };

function role(arn: string, ...statements: readonly unknown[]): TrustRole {
  const trustPolicy = { Statement: statements };
  const identityPolicies = arn === MASTER ? [canAssume] : [];
  return { arn, trustPolicy, identityPolicies, managedPolicyArns: [], location: { file: "a.json" }, unknowns: [] };
}

function draw(roles: readonly TrustRole[]): TrustGraph {
  return trustGraph(roles, { masterRoleArn: MASTER, accounts: ["123456789012", "123456789013"] });
}

const HOSTILE = `a"b<c>&d\\n#x;|]\`]]>\n</text><script>alert(1)</script>`;
const hostile: TrustGraph = {
  nodes: [
    { id: HOSTILE, kind: "anyone", label: HOSTILE, detail: HOSTILE, outside: true, escalates: false },
    { id: TARGET, kind: "target", label: HOSTILE, account: HOSTILE, outside: false, escalates: true },
  ],
  edges: [{ from: HOSTILE, to: TARGET, kind: "outside", label: HOSTILE }],
};

describe("formats", () => {
  it.each(GRAPH_FORMATS)("%s keeps its structure whatever a name holds", (format) => {
    const plain: TrustGraph = JSON.parse(
      JSON.stringify(hostile).replaceAll(JSON.stringify(HOSTILE).slice(1, -1), "plain"),
    );
    const lines = formatGraph(format, hostile).split("\n").length;
    expect(lines).toBe(formatGraph(format, plain).split("\n").length);
    expect(formatGraph(format, hostile)).not.toContain(format === "dot" ? '"a"b' : "<script");
  });

  it("mermaid encodes what would end a label", () => {
    const [, node = ""] = formatGraph("mermaid", hostile).split("\n");
    expect(node).toMatch(/^ {2}n0\["[^"[\]|`<>&\\]*<br\/>[^"[\]|`<>&\\]*"\]:::danger$/);
  });

  it("svg is XML without a script, with colours for light and dark pages, and the whole name as a title", () => {
    const text = formatGraph("svg", hostile);
    expect(XMLValidator.validate(text)).toBe(true);
    const { svg } = new XMLParser().parse(text);
    expect(svg).not.toHaveProperty("script");
    expect(text).toContain("prefers-color-scheme:dark");
    expect(text).not.toMatch(/\shref=|url\((?!#)/);
  });
});

describe("layout", () => {
  const accounts = ["123456789013", "123456789014", "123456789015"];
  const roles = accounts.flatMap((account) =>
    [1, 2, 3, 4].map((n) => role(`arn:aws:iam::${account}:role/R${n}`, byMaster)),
  );
  const layout = layOut(
    draw([
      role(MASTER, { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }),
      ...roles,
    ]),
  );

  it("puts outsiders left, the master in the middle and the roles right of it", () => {
    expect([...layout.nodes.values()].filter(({ column }) => column === 2)).toHaveLength(roles.length);
    expect(layout.nodes.get(MASTER)?.column).toBe(1);
    expect(layout.nodes.get("lambda.amazonaws.com")?.column).toBe(0);
  });

  it("lets no two boxes overlap, and none leave the picture or its account", () => {
    const boxes = [...layout.nodes.values()];
    for (const [index, a] of boxes.entries()) {
      expect(a.x + a.width <= layout.width && a.y + a.height <= layout.height && a.x >= 0 && a.y >= 0).toBe(true);
      for (const b of boxes.slice(index + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart, `${a.node.id} and ${b.node.id}`).toBe(true);
      }
      if (a.node.account === undefined) continue;
      const around = layout.clusters.find(({ account, x }) => account === a.node.account && x <= a.x && x + 40 > a.x);
      expect(around && around.y < a.y && around.y + around.height > a.y + a.height).toBe(true);
    }
  });

  it("draws a graph of no roles", () => {
    for (const format of GRAPH_FORMATS)
      expect(formatGraph(format, { nodes: [], edges: [] })).not.toMatch(/NaN|Infinity/);
  });

  it("shortens a long name in its middle", () => {
    expect(shorten("abcdefghij", 5)).toBe("ab…ij");
    expect(shorten("abc", 5)).toBe("abc");
  });
});

it("leads from the master to an account in one line, from three roles on", () => {
  const others = ["A", "B", "C"].map((name) => role(`${OTHER}${name}`, byMaster));
  const graph = draw([role(MASTER), ...others]);
  const parting = [...bundles(graph.edges, layOut(graph)).values()];
  expect(parting).toHaveLength(3);
  expect(new Set(parting.map(({ x, y }) => `${x} ${y}`)).size).toBe(1);
  const fewer = draw([role(MASTER), ...others.slice(1)]);
  expect(bundles(fewer.edges, layOut(fewer)).size).toBe(0);
});

it("cuts off conditions at their end", () => {
  expect(cutOff("sub: repo:example/agents", 10)).toBe("sub: repo…");
  expect(cutOff("external ID", 11)).toBe("external ID");
});
