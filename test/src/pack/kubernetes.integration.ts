import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { REPOSITORY } from "../harness/repository.ts";

/** What `.ci/kubernetes-tools` installs. */
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "agent-roles-test");

async function firstThatRuns(...commands: readonly string[]): Promise<string> {
  for (const command of commands) {
    if ((await execa(command, ["--help"], { reject: false })).exitCode === 0) return command;
  }
  return "";
}

const HELM = await firstThatRuns(join(CACHE, "helm-4.3.1/helm"), "helm");
const VALIDATE = await firstThatRuns(join(CACHE, "kubernetes-validate-1.37.0/bin/kubernetes-validate"));
const CHART = join(REPOSITORY, "charts/agent-roles");

/** The oldest version that the chart supports, and the newest with schemas. */
const VERSIONS = ["1.29", "1.37"];

type Manifest = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly metadata: { readonly name: string };
};

const page = await readFile(join(REPOSITORY, "docs/eks.md"), "utf8");
const [, plain = ""] = /^```yaml\n(apiVersion[^]*?)^```$/m.exec(page) ?? [];

function manifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS());
}

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-kubernetes-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What the validator refuses. Its schemas are those of Kubernetes, without the kinds of operators. */
async function refusals(text: string): Promise<string> {
  const file = join(await mkdtemp(join(directory, "manifest-")), "manifest.yaml");
  const own = manifests(text).filter(({ kind }) => kind !== "ServiceMonitor");
  await writeFile(file, own.map((each) => `---\n${stringify(each)}`).join(""));
  const results = await Promise.all(
    VERSIONS.map((version) =>
      execa(VALIDATE, ["--strict", "--quiet", "-k", version, file], { reject: false, all: true }),
    ),
  );
  return results.map(({ all, exitCode }) => (exitCode === 0 ? "" : all)).join("");
}

const values = (text: string): readonly string[] => text.split(" ").flatMap((value) => ["--set", value]);
const ROLES = '{"AWS_ROLE_1":"arn:aws:iam::123456789012:role/agent-roles/MyFirstRole:MyFirstAccount"}';
/** The values of `helm install` on the page. */
const USUAL = [
  ...[...page.matchAll(/^ +--set (\S+)/gm)].flatMap(([, value = ""]) => ["--set", value]),
  "--set-json",
  `roles=${ROLES}`,
];

async function template(args: readonly string[], release = "agent") {
  return execa(HELM, ["template", release, CHART, ...args], { reject: false, env: { HELM_CACHE_HOME: directory } });
}

describe("the manifest of docs/eks.md", () => {
  it.skipIf(VALIDATE === "")("fits the schemas of Kubernetes (needs .ci/kubernetes-tools)", async () => {
    expect(manifests(plain).map(({ kind }) => kind)).toEqual(["ServiceAccount", "ConfigMap", "Deployment"]);
    expect(await refusals(plain)).toBe("");
    expect(await refusals(plain.replaceAll("readOnly:", "readonly:"))).toContain("'readonly' was unexpected");
  });

  it.skipIf(HELM === "")("is what the chart renders (needs .ci/kubernetes-tools)", async () => {
    const { stdout } = await template(USUAL);
    // Helm's way to restart the pods after a change of the roles.
    expect(manifests(plain)).toEqual(manifests(stdout.replace(/^ *checksum\/roles: .*\n/m, "")));
  });
});

describe.skipIf(HELM === "" || VALIDATE === "")("the chart (needs .ci/kubernetes-tools)", () => {
  it("passes helm lint", async () => {
    const { stdout, exitCode } = await execa(HELM, ["lint", "--strict", CHART, ...USUAL], { reject: false });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("0 chart(s) failed") });
  });

  it("renders what Kubernetes accepts, with any values", async () => {
    const rendered = await Promise.all(
      [
        "mode=profiles",
        "mode=endpoint profile=Team/Billing@50% master.credentials=pod-identity master.roleArn=",
        "serviceMonitor.enabled=true serviceMonitor.labels.release=prometheus",
        "serviceAccount.create=false serviceAccount.name=agents existingConfigMap=roles roles=null",
        "agent.command={node,agent.js} agent.args={--x} agent.env[0].name=A agent.env[0].value=b agent.resources.limits.memory=1Gi",
        "imagePullSecrets[0].name=registry volumes[0].name=data agent.volumeMounts[0].name=data agent.volumeMounts[0].mountPath=/data",
        "podAnnotations=null nodeSelector=null volumes=null agent.env=null agent.resources=null sidecar.resources=null",
        "podAnnotations.a=b nodeSelector.disk=ssd tolerations[0].key=agents affinity.nodeAffinity=null sidecar.waitForAllProfiles=false",
      ].map((options) => template([...USUAL, ...values(options)])),
    );
    expect(rendered.map(({ stderr }) => stderr).join("")).toBe("");
    expect(await refusals(rendered.map(({ stdout }) => stdout).join("\n"))).toBe("");
  });

  it("renders what Kubernetes accepts, with names that YAML reads as something else or a Service cannot have", async () => {
    const long = "aaaaaaaaa-aaaaaaaaa-aaaaaaaaa-aaaaaaaaa-aaaaaaaaa-bbb";
    const texts = ["--set-string", "serviceAccount.name=123456789012,existingConfigMap=0x10"];
    const rendered = await Promise.all([
      template([...USUAL, ...texts]),
      ...["123", "true", "1e3", "null", "my.agent", "0agent", long].map((name) =>
        template([...USUAL, ...values("serviceMonitor.enabled=true")], name),
      ),
    ]);
    expect(rendered.map(({ stderr }) => stderr).join("")).toBe("");
    const text = rendered.map(({ stdout }) => stdout).join("\n");
    expect(await refusals(text)).toBe("");
    for (const { kind, metadata } of manifests(text)) {
      expect(metadata.name).toMatch(kind === "Service" ? /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/ : /^[a-z0-9][a-z0-9.-]*$/);
    }
  });

  it("gives the endpoint's address and token as run makes them", async () => {
    const { stdout } = await template([...USUAL, ...values("mode=endpoint profile=Team/Billing@50%")]);
    expect(stdout).toContain(`http://127.0.0.1:9911/credentials/${encodeURIComponent("Team/Billing@50%")}"`);
    expect(stdout).toContain("/var/run/agent-roles/.aws/agent-roles/endpoint/9911/Team=2fBilling@50=25.token");
  });

  it("gives the master's credentials to the sidecar only", async () => {
    const { stdout } = await template(USUAL);
    const deployment = manifests(stdout).find(({ kind }) => kind === "Deployment");
    const text = stringify(deployment);
    const agent = text.slice(text.indexOf("      containers:"), text.indexOf("      volumes:"));
    expect(agent).not.toMatch(/TOKEN_FILE|AWS_ROLE|iam-token|envFrom/);
    expect(text).toMatch(/skip-containers: agent/);
  });

  it("keeps the agent without the master's credentials beside containers that the user skips", async () => {
    const annotation = "podAnnotations.eks\\.amazonaws\\.com/skip-containers=istio-proxy";
    const { stdout } = await template([...USUAL, ...values(annotation)]);
    expect(stdout.match(/skip-containers: .*/g)).toEqual(["skip-containers: agent,istio-proxy"]);
  });

  it("names its token as the webhook of EKS does, which then adds no second mount of the same path", async () => {
    const { stdout } = await template(USUAL);
    expect(stdout.match(/ - name: aws-iam-token$/gm)).toHaveLength(2);
  });

  it.each([
    ["no image", ["sidecar.image="], "sidecar.image is missing"],
    ["no roles", ["roles=null"], "no roles"],
    ["an unknown mode", ["mode=files"], "'/mode'"],
    ["the endpoint without a profile", ["mode=endpoint", "profile="], "set profile"],
    ["IRSA without a role", ["master.roleArn="], "set master.roleArn"],
    ["one user for both", ["agent.runAsUser=65532"], "are the same"],
    ["one port for both servers", ["sidecar.port=9912"], "are the same"],
    ["a deleted object", ["sidecar=null"], "missing property 'sidecar'"],
    ["a deleted value", ["group=null"], "missing property 'group'"],
    ["an unknown variable", ["roles.AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"], "'/roles': additional"],
    ["a number for a text", ["roles.AWS_ROLE_1_EXTERNAL_ID=123456789012"], "got number, want string"],
    ["a boolean for a text", ["nodeSelector.gpu=true"], "got boolean, want string"],
    ["an annotation that is no text", ["serviceAccount.annotations.a=1"], "got number, want string"],
    ["a variable that is no text", ["agent.env[0].name=A", "agent.env[0].value=1"], "got number, want string"],
    ["root", ["sidecar.runAsUser=0"], "runAsUser"],
    ["a value that is misspelled", ["sidecar.imag=x"], "imag"],
    ["a variable that is not for roles", ["roles.PATH=/tmp"], "PATH"],
  ])("refuses %s", async (_, options, message) => {
    const { exitCode, stderr } = await template([...USUAL, ...options.flatMap((each) => ["--set", each])]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(message) });
  });
});

const hasSystemd = (await execa("systemd-analyze", ["--version"], { reject: false })).exitCode === 0;

it.skipIf(!hasSystemd)("has a systemd unit that systemd accepts (needs systemd-analyze)", async () => {
  const text = await readFile(join(REPOSITORY, "packaging/agent-roles.service"), "utf8");
  const unit = join(directory, "agent-roles.service");
  // The command is installed elsewhere here.
  await writeFile(unit, text.replace("/usr/local/bin/agent-roles", process.execPath));
  const { exitCode, stderr } = await execa("systemd-analyze", ["verify", unit], { reject: false });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

it("builds the image from what pnpm pack:all writes, for a user other than root", async () => {
  const dockerfile = await readFile(join(REPOSITORY, "Dockerfile"), "utf8");
  expect(dockerfile).toMatch(/^COPY dist\/agent-roles-\[0-9\]\*\.tgz /m);
  expect(dockerfile).toMatch(/^USER 65532:65532$/m);
  // Docker gives a new volume the owner of the directory in the image.
  expect(dockerfile).toMatch(/^RUN install -d -o 65532 -g 65532 -m 0700 (\S+)\nVOLUME \1$/m);
  const [, entry = ""] = /node_modules\/agent-roles\/([\w/.-]+)"\]$/m.exec(dockerfile) ?? [];
  await access(join(REPOSITORY, "packages/cli", entry));
  expect(await readFile(join(CHART, "values.yaml"), "utf8")).toMatch(/sidecar:[^]*runAsUser: 65532/);
});
