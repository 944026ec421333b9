import type { Document, Pair, Scalar } from "yaml";
import { yaml } from "./libraries.ts";
import { DEEPEST } from "./source-text.ts";
import { aliasTargets } from "./yaml-places.ts";

/** Reports what another reader reads differently. */
export type Warn = (node: unknown, message: string, fix: string) => void;

/** Aliases that refer to aliases multiply: beyond this many nodes the file is a trap. */
const MOST_NODES = 1_000_000;

/**
 * The JSON value of YAML as CloudFormation writes it: `!Sub x` becomes `{"Fn::Sub": "x"}`, and a number keeps its digits
 * unless YAML 1.1 reads another number from them: `012345670123` is octal.
 *
 * @throws {RangeError} when it is nested too deeply or multiplies through aliases.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export function yamlValue(document: Document.Parsed, warn: Warn): unknown {
  const { isAlias, isMap, isNode, isScalar, isSeq } = yaml();
  let nodes = 0;
  const targets = aliasTargets(document);
  const valueOf = (node: unknown, depth: number): unknown => {
    nodes += 1;
    if (depth > DEEPEST) throw new RangeError(`it is nested more than ${DEEPEST} levels deep`);
    if (nodes > MOST_NODES) throw new RangeError(`its aliases multiply to more than ${MOST_NODES} values`);
    if (isAlias(node)) return valueOf(targets.get(node), depth + 1);
    const value = untagged(node, depth);
    const name = isNode(node) ? longName(node.tag) : undefined;
    return name === undefined ? value : { [name]: value };
  };
  const untagged = (node: unknown, depth: number): unknown => {
    if (isSeq(node)) return node.items.map((item) => valueOf(item, depth + 1));
    if (!isMap(node)) return isScalar(node) ? scalarValue(node, warn) : null;
    const merged = node.items.filter(isMerge).flatMap(({ key, value }) => {
      warn(key, "CloudFormation takes no merge key (<<)", "write out what it merges");
      const objects = valueOf(value, depth + 1);
      return (Array.isArray(objects) ? objects.toReversed() : [objects]).flatMap((each) =>
        Object.entries(Object(each)),
      );
    });
    const own = new Map<string, unknown>();
    for (const pair of node.items) {
      if (isMerge(pair)) continue;
      const key = keyText(pair.key);
      if (own.has(key)) warn(pair.key, `Duplicate key "${key}": only the last value would be used`, "keep one of them");
      own.set(key, valueOf(pair.value, depth + 1));
    }
    return Object.fromEntries([...merged, ...own]);
  };
  return valueOf(document.contents, 0);
}

function isMerge({ key }: Pair): boolean {
  return yaml().isScalar(key) && typeof key.value === "symbol";
}

function scalarValue(scalar: Scalar, warn: Warn): unknown {
  const { value, source = "" } = scalar;
  if (typeof value === "number") return numberValue(scalar, value, source, warn);
  // PyYAML takes no single letter for a boolean; dates are text.
  return typeof value === "object" && value !== null ? source : /^[yn]$/iu.test(source) ? source : value;
}

function numberValue(scalar: Scalar, value: number, source: string, warn: Warn): number | string {
  if (!/^0[0-7_]+$/u.test(source)) return String(value) === source ? value : source;
  if (/^\d{12}$/u.test(source)) {
    warn(scalar, `${source} is an octal number: CloudFormation reads ${value}`, `quote it: "${source}"`);
  }
  return value;
}

function keyText(key: unknown): string {
  const { isNode, isScalar } = yaml();
  if (!isScalar(key)) return isNode(key) ? key.toString() : String(key);
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}

/** `!Ref` is `Ref`, `!Sub` is `Fn::Sub`; YAML's own tags (`tag:yaml.org,2002:str`) are none of these. */
function longName(tag: string | undefined): string | undefined {
  const name = tag !== undefined && /^!(\w+)$/u.exec(tag)?.[1];
  if (!name) return undefined;
  return name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
}
