import { AgentRolesError } from "@agent-roles/runtime/role-env";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { connectedServer, ENV, type TestServer, type TestServerOptions } from "./connected-server.test-helper.ts";

async function server(options?: TestServerOptions): Promise<TestServer> {
  const started = await connectedServer(options);
  onTestFinished(started.close);
  return started;
}

it("describes every tool with schemas of input and output and all four annotations", async () => {
  const { client } = await server();
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual([
    "check_trust",
    "end_task",
    "explain_access",
    "list_profiles",
    "open_task",
    "whoami",
  ]);
  for (const { name, inputSchema, outputSchema, annotations, description } of tools) {
    expect(inputSchema, name).toMatchObject({ type: "object", additionalProperties: false });
    expect(outputSchema, name).toMatchObject({ type: "object" });
    expect(Object.keys(annotations ?? {}).toSorted(), name).toEqual([
      "destructiveHint",
      "idempotentHint",
      "openWorldHint",
      "readOnlyHint",
    ]);
    expect(description).toBeTruthy();
  }
});

it.each([["2025-11-25"], ["2025-06-18"], ["2024-11-05"]])("serves clients of version %s", async (version) => {
  const { client, call } = await server({ client: { supportedProtocolVersions: [version] } });
  expect(client.getNegotiatedProtocolVersion()).toBe(version);
  expect((await call("list_profiles")).result).toMatchObject({ total: 2 });
});

it("serves clients of version 2026-07-28", async () => {
  const { client, call } = await server({ client: { versionNegotiation: { mode: { pin: "2026-07-28" } } } });
  expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
  expect((await call("list_profiles")).result).toMatchObject({ total: 2 });
});

it("lists what is declared of each profile, and calls nobody", async () => {
  const { call, requests } = await server();
  expect((await call("list_profiles")).result).toEqual({
    total: 2,
    profiles: [
      {
        profile: "MyFirstAccount",
        accountId: "123456789012",
        roleArn: "arn:aws:iam::123456789012:role/agent-roles/MyFirstRole",
        environment: "prod",
        description: "Billing",
        access: "full",
        status: "none",
      },
      {
        profile: "MySecondAccount",
        accountId: "123456789013",
        roleArn: "arn:aws:iam::123456789013:role/MySecondRole",
        region: "eu-central-1",
        access: "view",
        status: "none",
      },
    ],
  });
  expect((await call("list_profiles", { search: "PROD" })).result).toMatchObject({ total: 1 });
  expect((await call("list_profiles", { offset: 1, limit: 1 })).result.profiles).toHaveLength(1);
  expect(requests).toEqual([]);
});

it("opens a task with profiles of its own, narrowed and attributed, and removes them at its end", async () => {
  const { call, config, requests } = await server();
  const { result } = await call("open_task", {
    id: "INC-42",
    profiles: ["MyFirstAccount", "MySecondAccount"],
    onBehalfOf: "alice@example.com",
  });
  expect(result).toMatchObject({
    task: "INC-42",
    profiles: [
      {
        profile: "INC-42.MyFirstAccount",
        of: "MyFirstAccount",
        accountId: "123456789012",
        arn: "arn:aws:sts::123456789012:assumed-role/MyFirstRole/INC-42",
        access: "read",
        task: "INC-42",
        sourceIdentity: "alice@example.com",
        expiration: result.endsAt,
      },
      { profile: "INC-42.MySecondAccount", access: "view", region: "eu-central-1" },
    ],
  });
  expect(requests.map(({ access, attributes }) => [access, attributes?.sourceIdentity])).toEqual([
    ["read", "alice@example.com"],
    ["view", "alice@example.com"],
  ]);
  expect(await config()).toContain("[profile INC-42.MyFirstAccount]");
  expect((await call("whoami", { profile: "INC-42.MySecondAccount" })).result).toMatchObject({
    arn: "arn:aws:sts::123456789013:assumed-role/MySecondRole/INC-42",
    task: "INC-42",
  });
  expect((await call("end_task", { id: "INC-42" })).result).toEqual({
    task: "INC-42",
    removed: ["INC-42.MyFirstAccount", "INC-42.MySecondAccount"],
  });
  expect(await config()).not.toContain("INC-42");
  expect(requests).toHaveLength(2);
});

it("leaves no credentials in any answer, and no file of a task after the server has stopped", async () => {
  const { call, config, stop, home } = await server();
  const answers = [
    await call("open_task", { id: "one", profiles: ["MyFirstAccount"] }),
    await call("open_task", { id: "two", profiles: ["MySecondAccount"] }),
    await call("whoami", { profile: "one.MyFirstAccount" }),
    await call("whoami", { profile: "MyFirstAccount" }),
    await call("list_profiles"),
  ];
  expect(answers.map(({ error }) => error)).toEqual(answers.map(() => undefined));
  expect(JSON.stringify(answers)).not.toMatch(/hush|EXAMPLE/i);
  await stop();
  expect(await config()).not.toContain("credential_process");
  expect(await readdir(join(home, ".aws", "agent-roles", "profiles"))).toEqual([]);
});

it("opens all profiles of a task or none", async () => {
  const denied = new AgentRolesError("MySecondAccount: denied", {
    code: "TrustDenied",
    fix: "Repair the trust policy.",
  });
  const { call, config } = await server({
    sts: ({ subject }) => {
      if (subject === "MySecondAccount") throw denied;
    },
  });
  expect(await call("open_task", { id: "INC-1", profiles: ["MyFirstAccount", "MySecondAccount"] })).toEqual({
    error: { code: "TrustDenied", message: "MySecondAccount: denied", fix: "Repair the trust policy." },
  });
  expect(await config()).not.toContain("INC-1");
  expect(await call("open_task", { id: "INC-1", profiles: ["MyFirstAccount"] })).toHaveProperty("result");
});

const NAMES = /MyFirstAccount, MySecondAccount/;

it.each([
  ["a misspelt profile", "open_task", { id: "T-1", profiles: ["MyFirstAcount"] }, "UnknownProfile", NAMES],
  ["the default profile", "open_task", { id: "T-1", profiles: ["default"] }, "UnknownProfile", NAMES],
  ["no profile", "open_task", { id: "T-1", profiles: [] }, "InvalidArguments", /no default profile/],
  ["missing profiles", "open_task", { id: "T-1" }, "InvalidArguments", /profiles/],
  [
    "a profile twice",
    "open_task",
    { id: "T-1", profiles: ["MyFirstAccount", "MyFirstAccount"] },
    "InvalidArguments",
    /twice/,
  ],
  [
    "an argument of another tool",
    "open_task",
    { id: "T-1", profiles: ["MyFirstAccount"], profile: "x" },
    "InvalidArguments",
    /profile/,
  ],
  [
    "an ID that no session can have",
    "open_task",
    { id: "a b", profiles: ["MyFirstAccount"] },
    "InvalidArguments",
    /id: /,
  ],
  [
    "an ID that no profile can have",
    "open_task",
    { id: "a=b", profiles: ["MyFirstAccount"] },
    "InvalidArguments",
    /a=b\.MyFirst/,
  ],
  [
    "an ID that SDKs reserve",
    "open_task",
    { id: "services", profiles: ["MyFirstAccount"] },
    "InvalidArguments",
    /services/,
  ],
  [
    "another access level",
    "open_task",
    { id: "T-1", profiles: ["MyFirstAccount"], access: "admin" },
    "InvalidArguments",
    /access/,
  ],
  [
    "a task without end",
    "open_task",
    { id: "T-1", profiles: ["MyFirstAccount"], ttlSeconds: 99_999 },
    "InvalidArguments",
    /ttlSeconds/,
  ],
  ["an unknown task", "end_task", { id: "T-1" }, "UnknownTask", /No task is open/],
  ["an unknown profile", "whoami", { profile: "../../etc/passwd" }, "UnknownProfile", NAMES],
  ["no profile", "whoami", {}, "InvalidArguments", /profile/],
  ["no path", "check_trust", {}, "InvalidArguments", /path: cdk\.out, a template/],
  ["a path above the working directory", "check_trust", { path: "../.." }, "PathRefused", /below/],
  ["an absolute path", "check_trust", { path: "/etc" }, "PathRefused", /below/],
  ["a path that is not there", "check_trust", { path: "cdk.out" }, "InputNotFound", /cdk\.out/],
  [
    "no templates",
    "explain_access",
    { from: "ec2.amazonaws.com", to: "arn:aws:iam::1:role/x" },
    "InputNotFound",
    /cdk\.out/,
  ],
])("refuses %s for %s, with what to do next", async (_, tool, args, code, text) => {
  const { call, requests, config } = await server();
  const { error } = await call(tool, args);
  expect(error).toMatchObject({ code, message: expect.any(String), fix: expect.any(String) });
  expect(`${error?.message} ${error?.fix}`).toMatch(text);
  expect(requests).toEqual([]);
  expect(await config()).toBe("");
});

it("refuses to follow a link out of the working directory", async () => {
  const { call, home } = await server();
  await symlink(dirname(home), join(home, "templates"), "junction");
  expect((await call("check_trust", { path: "templates" })).error).toMatchObject({ code: "PathRefused" });
});

it("refuses a second task with the same ID, whose profiles stay", async () => {
  const { call, config } = await server();
  await call("open_task", { id: "INC-42", profiles: ["MyFirstAccount"] });
  expect((await call("open_task", { id: "INC-42", profiles: ["MySecondAccount"] })).error).toMatchObject({
    code: "TaskOpen",
  });
  const both = await Promise.all([1, 2].map(() => call("open_task", { id: "B-1", profiles: ["MyFirstAccount"] })));
  expect(both.flatMap(({ error }) => error?.code ?? [])).toEqual(["TaskOpen"]);
  expect(await config()).toContain("INC-42.MyFirstAccount");
});

it("refuses the profile of another server's task, and says where the task can be ended", async () => {
  const first = await server();
  const second = await server({ home: first.home });
  await first.call("open_task", { id: "INC-42", profiles: ["MyFirstAccount"] });
  // Both are in this process: the marker has to name another keeper.
  const marked = (await first.config()).replaceAll(/ keeper=\S+/g, "$&%20other");
  await writeFile(join(first.home, ".aws", "config"), marked);
  expect((await second.call("open_task", { id: "INC-42", profiles: ["MyFirstAccount"] })).error).toMatchObject({
    code: "TaskOpen",
    fix: "Open a task with another ID, or end it in the server that opened it.",
  });
  expect(await second.call("open_task", { id: "INC-42", profiles: ["MySecondAccount"] })).toHaveProperty("result");
});

it("names open_task when a role that can require a task refuses whoami", async () => {
  const { call } = await server({
    sts: () => {
      throw new AgentRolesError("not authorized", { code: "AccessDenied", fix: "Check the trust policy." });
    },
  });
  expect((await call("whoami", { profile: "MyFirstAccount" })).error).toMatchObject({
    code: "AccessDenied",
    fix: expect.stringMatching(/call open_task with this profile.*Check the trust policy\./),
  });
});

it("refuses names that are taken: a declared profile, another task's", async () => {
  const env = {
    ...ENV,
    AWS_ROLE_3: "arn:aws:iam::123456789014:role/Third:aa1.MyFirstAccount",
    AWS_ROLE_4: "arn:aws:iam::123456789014:role/Fourth:b.c",
  };
  const { call } = await server({ env: { ...env, AWS_ROLE_5: "arn:aws:iam::123456789014:role/Fifth:c" } });
  expect((await call("open_task", { id: "aa1", profiles: ["MyFirstAccount"] })).error).toMatchObject({
    code: "TaskOpen",
  });
  const both = [
    { id: "xx", profiles: ["b.c"] },
    { id: "xx.b", profiles: ["c"] },
  ];
  const answers = await Promise.all(both.map((args) => call("open_task", args)));
  expect(answers.flatMap(({ error }) => error?.code ?? [])).toEqual(["TaskOpen"]);
  await call("open_task", { id: "aa", profiles: ["b.c"] });
  expect((await call("open_task", { id: "aa.b", profiles: ["c"] })).error).toMatchObject({ code: "TaskOpen" });
});

it("opens no task whose profiles cannot be written", async () => {
  const { call, home } = await server();
  await mkdir(join(home, ".aws", "config"), { recursive: true });
  expect((await call("open_task", { id: "INC-42", profiles: ["MyFirstAccount"] })).error).toMatchObject({
    code: "StoreFailed",
  });
  await rm(join(home, ".aws", "config"), { recursive: true });
  await writeFile(join(home, ".aws", "config"), "[profile INC-42.MyFirstAccount]\nregion = eu-west-1\n");
  expect((await call("open_task", { id: "INC-42", profiles: ["MyFirstAccount"] })).error).toMatchObject({
    code: "TaskOpen",
    fix: "Use another task ID.",
  });
  expect(await call("open_task", { id: "INC-43", profiles: ["MyFirstAccount"] })).toHaveProperty("result");
});

it("runs every task on behalf of the person of the server", async () => {
  const { call, requests } = await server({ onBehalfOf: "alice@example.com" });
  const args = { id: "INC-42", profiles: ["MyFirstAccount"] };
  expect((await call("open_task", { ...args, onBehalfOf: "ceo@example.com" })).error).toMatchObject({
    code: "OnBehalfOfRefused",
    fix: expect.stringContaining("alice@example.com"),
  });
  expect(requests).toEqual([]);
  expect((await call("open_task", args)).result.profiles[0]).toMatchObject({ sourceIdentity: "alice@example.com" });
});

it("hands out no profile whose credentials belong to another role", async () => {
  const { call, config } = await server({
    sts: (request) => Object.assign(request, { role: { ...request.role, accountId: "999999999999" } }),
  });
  expect((await call("open_task", { id: "INC-42", profiles: ["MyFirstAccount"] })).error).toMatchObject({
    code: "WrongRole",
  });
  expect(await config()).not.toContain("INC-42");
});

it("escapes control characters in text from outside, and cuts it", async () => {
  const env = { ...ENV, AWS_ROLE_1_DESCRIPTION: `\u001b[2J\u202e\u{E0041}${"x".repeat(5_000)}` };
  const { call } = await server({ env });
  const { description } = (await call("list_profiles", { limit: 1 })).result.profiles[0];
  expect(description).toMatch(/^\\u001b\[2J\\u202e\\udb40\\udc41x+… \(\d+ more characters\)$/);
  expect(description.length).toBeLessThan(2_100);
});

it("ends the tasks when the client closes the connection", async () => {
  const { call, client, config, stop } = await server();
  await call("open_task", { id: "INC-42", profiles: ["MyFirstAccount"] });
  await client.close();
  await stop();
  expect(await config()).not.toContain("INC-42");
});

it("checks trust policies below the working directory, with the manifest's suppressions", async () => {
  const { call, home } = await server();
  const trustPolicy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }],
  };
  const template = {
    Resources: {
      Role: { Type: "AWS::IAM::Role", Properties: { RoleName: "Open", AssumeRolePolicyDocument: trustPolicy } },
    },
  };
  await writeFile(join(home, "template.json"), JSON.stringify(template));
  const { result } = await call("check_trust", { path: "template.json" });
  expect(result).toMatchObject({ roles: 1, unread: [] });
  expect(result.findings[0]).toMatchObject({ severity: "critical", location: { file: "template.json" } });
  expect(result.total).toBe(result.findings.length);
  const to = result.findings[0].role;
  const from = "arn:aws:iam::123456789012:role/agent";
  expect((await call("explain_access", { from, to, path: "template.json" })).result).toMatchObject({ from, to });
  expect((await call("explain_access", { from, to: "arn:x", path: "template.json" })).error).toMatchObject({
    code: "UnknownRole",
    fix: expect.stringContaining(to),
  });
  expect((await call("explain_access", { from: "me", to, path: "template.json" })).error).toMatchObject({
    code: "UnknownCaller",
  });
});
