import { asList, isRecord } from "@agent-roles/iam";
import { splitUrl } from "../gateway/signed-request.ts";
import { parseJson } from "../json.ts";
import {
  isArn,
  type Named,
  type NamedAction,
  type ResourceLookup,
  type ServiceRequest,
  unknownResource,
} from "./named-request.ts";

type Json = Readonly<Record<string, unknown>>;

const SERVICES: ReadonlySet<string> = new Set(["secretsmanager", "ssm", "dynamodb", "organizations"]);

/**
 * Names a call in the JSON protocol: Secrets Manager, SSM Parameter Store, DynamoDB, Organizations.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export async function nameJson(asked: ServiceRequest, lookup: Pick<ResourceLookup, "secretArn">): Promise<Named> {
  const { request, signed, body } = asked;
  if (!SERVICES.has(signed.service)) return `the sandbox does not have the service ${signed.service}`;
  const { headers, url } = request;
  const { path, query } = splitUrl(url);
  if (path !== "/" || query.size > 0) return "a call in the JSON protocol has neither a path nor a query string";
  if (headers["content-encoding"] !== undefined) return "the body is encoded";
  if (!headers["content-type"]?.startsWith("application/x-amz-json-1.")) return "it is not in the JSON protocol";
  const target = headers["x-amz-target"];
  const [, action = "", ...more] = typeof target === "string" ? target.split(".") : [];
  const input = parseJson(body.toString("utf8") || "{}");
  if (action === "" || more.length > 0 || !isRecord(input))
    return "it has no X-Amz-Target of two parts, or a body that is not a JSON object";
  switch (signed.service) {
    case "secretsmanager":
      return nameSecrets(action, input, asked, lookup);
    case "ssm":
      return nameParameters(action, input, asked);
    case "dynamodb":
      return nameTables(action, input, asked);
    default:
      return /^(?:List|Describe)/.test(action)
        ? [{ action: `organizations:${action}`, resource: "*" }]
        : unknownResource(`organizations:${action}`);
  }
}

async function nameSecrets(
  action: string,
  input: Json,
  { accountId, signed: { region } }: ServiceRequest,
  lookup: Pick<ResourceLookup, "secretArn">,
): Promise<Named> {
  const arnOf = async (id: string): Promise<string> => {
    const found = await lookup.secretArn(accountId, region, id);
    if (found !== undefined || isArn(id)) return found ?? id;
    return `arn:aws:secretsmanager:${region}:${accountId}:secret:${id}`;
  };
  const named = (resource: string): NamedAction => ({ action: `secretsmanager:${action}`, resource });
  if (action === "ListSecrets" || action === "GetRandomPassword") return [named("*")];
  const id = input[action === "CreateSecret" ? "Name" : "SecretId"];
  return typeof id === "string" ? [named(await arnOf(id))] : unknownResource(`secretsmanager:${action}`);
}

/** Parameter Store only: other parts of Systems Manager act on instances and documents. */
function nameParameters(action: string, input: Json, { accountId, signed: { region } }: ServiceRequest): Named {
  if (action === "DescribeParameters") return [{ action: "ssm:DescribeParameters", resource: "*" }];
  const names =
    action === "GetParametersByPath"
      ? [input["Path"]]
      : input["ResourceType"] === "Parameter"
        ? [input["ResourceId"]]
        : asList(input["Names"] ?? input["Name"]);
  const isKnown = /Parameters?(?:ByPath|History|Version)?$|^(?:AddTagsTo|RemoveTagsFrom|ListTagsFor)Resource$/.test(
    action,
  );
  if (!isKnown || names.length === 0 || !names.every((name) => typeof name === "string")) {
    return unknownResource(`ssm:${action}`);
  }
  return names.map((name) => {
    const label = `arn:aws:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, "").replace(/:[^:/]+$/, "")}`;
    return { action: `ssm:${action}`, resource: isArn(name) ? name : label };
  });
}

const TABLE_LISTS = /^(?:ListTables|DescribeLimits|DescribeEndpoints|ListBackups|ListGlobalTables)$/;
/** Operations of TransactWriteItems and TransactGetItems, and the action that each needs. */
const TRANSACTED: Readonly<Record<string, string>> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

function nameTables(action: string, input: Json, { accountId, signed: { region } }: ServiceRequest): Named {
  const unknown = unknownResource(`dynamodb:${action}`);
  const on = (operation: string, table: unknown, index?: unknown): NamedAction | undefined => {
    if (typeof table !== "string") return undefined;
    const arn = isArn(table) ? table : `arn:aws:dynamodb:${region}:${accountId}:table/${table}`;
    return { action: `dynamodb:${operation}`, resource: typeof index === "string" ? `${arn}/index/${index}` : arn };
  };
  if (TABLE_LISTS.test(action)) return [{ action: `dynamodb:${action}`, resource: "*" }];
  const { TableName, IndexName, ResourceArn, RequestItems, TransactItems } = input;
  const named = isRecord(RequestItems)
    ? Object.keys(RequestItems).map((table) => on(action, table))
    : Array.isArray(TransactItems)
      ? TransactItems.flatMap((item: unknown) =>
          Object.entries(isRecord(item) ? item : { "": undefined }).map(([operation, value]) =>
            TRANSACTED[operation] === undefined
              ? undefined
              : on(TRANSACTED[operation], isRecord(value) ? value["TableName"] : undefined),
          ),
        )
      : [on(action, TableName ?? ResourceArn, IndexName)];
  const known = named.filter((each) => each !== undefined);
  return known.length > 0 && known.length === named.length ? known : unknown;
}
