import { type Document, isAlias, isMap, isNode, isScalar, isSeq } from "yaml";

/** Aliases that refer to aliases multiply: beyond this many nodes the file is a trap. */
const MOST_NODES = 5_000_000;

/** Deeper than any template or policy; recursion over it stays far from the stack's end. */
export const DEEPEST = 200;

/**
 * The JSON value of YAML as CloudFormation writes it: `!Sub x` becomes `{"Fn::Sub": "x"}`, and a number keeps its digits,
 * because an account id without quotes would lose its leading zeros.
 *
 * @throws {RangeError} when it is nested too deeply or multiplies through aliases.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export function yamlValue(document: Document.Parsed): unknown {
  let nodes = 0;
  const targets = new Map<unknown, unknown>();
  const valueOf = (node: unknown, depth: number): unknown => {
    nodes += 1;
    if (depth > DEEPEST) throw new RangeError(`it is nested more than ${DEEPEST} levels deep`);
    if (nodes > MOST_NODES) throw new RangeError(`its aliases multiply to more than ${MOST_NODES} values`);
    if (isAlias(node)) {
      // Kept, because the reader walks the whole document for it, and an alias of aliases comes by again and again.
      if (!targets.has(node)) targets.set(node, node.resolve(document));
      return valueOf(targets.get(node), depth + 1);
    }
    const value = untagged(node, depth);
    const name = isNode(node) ? longName(node.tag) : undefined;
    return name === undefined ? value : { [name]: value };
  };
  const untagged = (node: unknown, depth: number): unknown => {
    if (isSeq(node)) return node.items.map((item) => valueOf(item, depth + 1));
    if (!isMap(node)) return isScalar(node) ? scalarValue(node) : null;
    const entries = node.items.map((pair) => [keyText(pair.key), valueOf(pair.value, depth + 1)] as const);
    return Object.fromEntries(entries);
  };
  return valueOf(document.contents, 0);
}

function scalarValue({ value, source }: { readonly value: unknown; readonly source?: string }): unknown {
  return typeof value === "number" && source !== undefined && String(value) !== source ? source : value;
}

function keyText(key: unknown): string {
  const value = isScalar(key) ? scalarValue(key) : key;
  return isNode(value) ? value.toString() : String(value);
}

/** `!Ref` is `Ref`, `!Sub` is `Fn::Sub`; YAML's own tags (`tag:yaml.org,2002:str`) are none of these. */
function longName(tag: string | undefined): string | undefined {
  const name = tag !== undefined && /^!(\w+)$/u.exec(tag)?.[1];
  if (!name) return undefined;
  return name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
}
