import { splitUrl } from "../gateway/signed-request.ts";
import type { Named, NamedAction, ServiceRequest } from "./named-request.ts";

/** The bucket and the key of a request; no bucket lists them all. */
interface S3Target {
  readonly bucket: string;
  readonly key: string;
}

/** Parameters that do not change the action. */
const NEUTRAL =
  /^(?:X-Amz-\w+(?:-\w+)*|x-id|list-type|prefix|delimiter|max-keys|continuation-token|start-after|fetch-owner|encoding-type|marker|key-marker|version-id-marker|max-uploads|upload-id-marker|max-parts|part-number-marker|max-buckets|bucket-region|response-[\w-]+|versionId|partNumber|uploadId)$/;

/** Actions by method and subresource; `""` is no subresource. */
const BUCKET_ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GET: {
    "": "ListBucket",
    accelerate: "GetAccelerateConfiguration",
    acl: "GetBucketAcl",
    cors: "GetBucketCORS",
    encryption: "GetEncryptionConfiguration",
    lifecycle: "GetLifecycleConfiguration",
    location: "GetBucketLocation",
    logging: "GetBucketLogging",
    notification: "GetBucketNotification",
    "object-lock": "GetBucketObjectLockConfiguration",
    ownershipControls: "GetBucketOwnershipControls",
    policy: "GetBucketPolicy",
    policyStatus: "GetBucketPolicyStatus",
    publicAccessBlock: "GetBucketPublicAccessBlock",
    replication: "GetReplicationConfiguration",
    requestPayment: "GetBucketRequestPayment",
    tagging: "GetBucketTagging",
    uploads: "ListBucketMultipartUploads",
    versioning: "GetBucketVersioning",
    versions: "ListBucketVersions",
    website: "GetBucketWebsite",
  },
  HEAD: { "": "ListBucket" },
  PUT: {
    "": "CreateBucket",
    acl: "PutBucketAcl",
    cors: "PutBucketCORS",
    encryption: "PutEncryptionConfiguration",
    lifecycle: "PutLifecycleConfiguration",
    logging: "PutBucketLogging",
    notification: "PutBucketNotification",
    ownershipControls: "PutBucketOwnershipControls",
    policy: "PutBucketPolicy",
    publicAccessBlock: "PutBucketPublicAccessBlock",
    tagging: "PutBucketTagging",
    versioning: "PutBucketVersioning",
    website: "PutBucketWebsite",
  },
  DELETE: {
    "": "DeleteBucket",
    cors: "PutBucketCORS",
    encryption: "PutEncryptionConfiguration",
    lifecycle: "PutLifecycleConfiguration",
    ownershipControls: "PutBucketOwnershipControls",
    policy: "DeleteBucketPolicy",
    publicAccessBlock: "PutBucketPublicAccessBlock",
    tagging: "PutBucketTagging",
    website: "DeleteBucketWebsite",
  },
};

const OBJECT_ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GET: { "": "GetObject", acl: "GetObjectAcl", attributes: "GetObjectAttributes", tagging: "GetObjectTagging" },
  HEAD: { "": "GetObject" },
  PUT: { "": "PutObject", acl: "PutObjectAcl", tagging: "PutObjectTagging" },
  POST: { "": "PutObject", uploads: "PutObject" },
  DELETE: { "": "DeleteObject", tagging: "DeleteObjectTagging" },
};

/** Actions on one version of an object have names of their own. */
const OF_VERSION: Readonly<Record<string, string>> = {
  GetObject: "GetObjectVersion",
  GetObjectAcl: "GetObjectVersionAcl",
  GetObjectTagging: "GetObjectVersionTagging",
  DeleteObject: "DeleteObjectVersion",
  DeleteObjectTagging: "DeleteObjectVersionTagging",
  PutObjectTagging: "PutObjectVersionTagging",
};

/**
 * Names a call of S3.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function nameS3({ request, body }: Pick<ServiceRequest, "request" | "body">): Named {
  const { method = "GET", headers, url } = request;
  const { path, query } = splitUrl(url);
  const target = targetOf(path);
  if (!target) return "the path names no bucket";
  const { bucket, key } = target;
  const names = [...query.keys()];
  const [subresource = "", ...more] = names.filter((name) => !NEUTRAL.test(name));
  if (more.length > 0 || new Set(names).size < names.length) return "the query string has more than one subresource";
  const resource = key === "" ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
  if (bucket === "") {
    return method === "GET" && subresource === ""
      ? [{ action: "s3:ListAllMyBuckets", resource: "*" }]
      : "it names no bucket";
  }
  if (key === "" && method === "POST" && subresource === "delete") return nameDeleteObjects(bucket, body);
  const action = (key === "" ? BUCKET_ACTIONS : OBJECT_ACTIONS)[method]?.[subresource];
  if (action === undefined)
    return `the sandbox does not know ${method} ${subresource === "" ? "" : `?${subresource} `}of S3`;
  if (key === "") return [{ action: `s3:${action}`, resource, context: listKeys(query) }];
  if (query.has("uploadId") && method === "GET") return [{ action: "s3:ListMultipartUploadParts", resource }];
  if (query.has("uploadId") && method === "DELETE") return [{ action: "s3:AbortMultipartUpload", resource }];
  const versioned = query.has("versionId") ? (OF_VERSION[action] ?? action) : action;
  const tags = action === "PutObject" && headers["x-amz-tagging"] !== undefined;
  const source = action === "PutObject" ? copySource(headers["x-amz-copy-source"]) : [];
  if (typeof source === "string") return source;
  return [
    { action: `s3:${versioned}`, resource },
    ...(tags ? [{ action: "s3:PutObjectTagging", resource }] : []),
    ...source,
  ];
}

/** Reads `/bucket/key`; the gateway has turned virtual hosts into paths. */
function targetOf(path: string): S3Target | undefined {
  const match = /^\/(?<bucket>[^/]*)(?:\/(?<key>.*))?$/s.exec(path);
  const bucket = decode(match?.groups?.["bucket"] ?? "");
  const key = decode(match?.groups?.["key"] ?? "");
  if (bucket === undefined || key === undefined || !/^[\w.-]*$/.test(bucket) || (bucket === "" && path !== "/")) {
    return undefined;
  }
  return { bucket, key };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function listKeys(query: URLSearchParams): Record<string, string> {
  const [prefix, delimiter, maxKeys] = ["prefix", "delimiter", "max-keys"].map((name) => query.get(name));
  return {
    ...(prefix != null && { "s3:prefix": prefix }),
    ...(delimiter != null && { "s3:delimiter": delimiter }),
    ...(maxKeys != null && { "s3:max-keys": maxKeys }),
  };
}

function copySource(header: string | string[] | undefined): NamedAction[] | string {
  if (header === undefined) return [];
  const [path = "", version] = String(header).split("?versionId=");
  const source = targetOf(path.startsWith("/") ? path : `/${path}`);
  if (!source || source.bucket === "" || source.key === "") return "x-amz-copy-source names no object";
  const action = version === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
  return [{ action, resource: `arn:aws:s3:::${source.bucket}/${source.key}` }];
}

/** The keys of a DeleteObjects request. */
function nameDeleteObjects(bucket: string, body: Buffer): Named {
  const objects = [...body.toString("utf8").matchAll(/<Object>(?<object>.*?)<\/Object>/gs)];
  const named = objects.map(({ groups }) => {
    const key = /<Key>(?<key>[^<]*)<\/Key>/.exec(groups?.["object"] ?? "")?.groups?.["key"] ?? "";
    const action = groups?.["object"]?.includes("<VersionId>") ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
    return { action, resource: `arn:aws:s3:::${bucket}/${unescapeXml(key)}` };
  });
  const isPlain = !/<!|<\?(?!xml )/.test(body.toString("utf8"));
  return named.length > 0 && isPlain ? named : "the body lists no keys";
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#x(?<hex>[\da-f]+)|#(?<decimal>\d+)|(?<name>\w+));/gi, (all, ...groups: unknown[]) => {
    const [hex, decimal, name] = groups;
    if (typeof hex === "string") return String.fromCodePoint(Number.parseInt(hex, 16));
    if (typeof decimal === "string") return String.fromCodePoint(Number(decimal));
    return ENTITIES[String(name)] ?? all;
  });
}
