/** Rules for unit tests: no result depends on the speed of the machine or on the time of day. */

const CLOCK = "A unit test takes its time from a constant or from fakeClock(), and waits for an event.";
const SHORT = "A time limit only ends what hangs: make it minutes (vi.waitFor waits one second by default).";

/** A limit below this can end on a slow machine. */
const LEAST_LIMIT_MS = 60_000;

/** Waits until a condition holds, by real time. */
const POLLS = /^(waitFor|waitUntil|poll)$/;

const isNamed = (node, name) => node?.type === "Identifier" && node.name === name;
const isMember = (node, object, property) =>
  node.type === "MemberExpression" && isNamed(node.object, object) && isNamed(node.property, property);
const setting = (node, name) =>
  node?.type === "ObjectExpression" ? node.properties.find(({ key }) => isNamed(key, name))?.value : undefined;

/** The name at the start of `it.each([])("…")`. */
const root = (node) => {
  while (node.callee ?? node.object) node = node.callee ?? node.object;
  return node.name ?? "";
};

const noGuessing = {
  create: (context) => {
    const report = (node, message) => context.report({ node, message });
    const limit = (node) => {
      if (typeof node?.value === "number" && node.value < LEAST_LIMIT_MS) report(node, SHORT);
    };
    return {
      ImportDeclaration: ({ source, specifiers }) => {
        if (!/^(node:)?timers(\/promises)?$/.test(source.value)) return;
        for (const each of specifiers) if (!isNamed(each.imported, "setImmediate")) report(each, CLOCK);
      },
      NewExpression: (node) => {
        if (isNamed(node.callee, "Date") && node.arguments.length === 0) report(node, CLOCK);
      },
      MemberExpression: (node) => {
        if (
          isMember(node, "Date", "now") ||
          isMember(node, "AbortSignal", "timeout") ||
          isMember(node, "process", "hrtime") ||
          isMember(node, "vi", "useFakeTimers")
        )
          report(node, CLOCK);
      },
      Identifier: (node) => {
        if (/^(setTimeout|setInterval|performance)$/.test(node.name)) report(node, CLOCK);
      },
      CallExpression: ({ callee, arguments: args }) => {
        if (isNamed(callee, "Date")) report(callee, CLOCK);
        if (/^(it|describe)$/.test(root(callee))) {
          limit(args[2]);
          limit(setting(args[1], "timeout"));
        }
        if (callee.type !== "MemberExpression" || !POLLS.test(callee.property.name)) return;
        const options = args[1];
        if (options === undefined) report(callee, SHORT);
        limit(options);
        limit(setting(options, "timeout"));
      },
      "Literal, TemplateElement": (node) => {
        const text = typeof node.value === "string" ? node.value : (node.value?.raw ?? "");
        // A shell may poll, or stay until it is ended; after a pause of its own nothing is certain.
        const [, seconds] = /\bsleep (\d[\d.]*)/.exec(text) ?? [];
        if (seconds && Number(seconds) * 1_000 < LEAST_LIMIT_MS * 10 && !/\b(while|until)\b/.test(text))
          report(node, CLOCK);
      },
    };
  },
};

export default { meta: { name: "tests" }, rules: { "no-guessing": noGuessing } };
