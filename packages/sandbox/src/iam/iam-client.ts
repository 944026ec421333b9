import { IAMClient } from "@aws-sdk/client-iam";

/** IAM clients that speak to moto directly, as any account. */
export interface IamClients {
  /** The client of an account; a partition's IAM is an IAM of its own. */
  of(accountId: string, partition: string): IAMClient;
  close(): void;
}

/** moto derives the partition from the Region. */
const REGIONS: Readonly<Record<string, string>> = {
  aws: "us-east-1",
  "aws-cn": "cn-north-1",
  "aws-us-gov": "us-gov-west-1",
};

/** Gives one IAM client for each account and partition. moto checks no signature and takes the account from a header. */
export function iamClients(motoEndpoint: string): IamClients {
  const clients = new Map<string, IAMClient>();
  return {
    of(accountId, partition) {
      const key = `${partition}:${accountId}`;
      const client = clients.get(key) ?? createClient(motoEndpoint, accountId, REGIONS[partition] ?? "us-east-1");
      clients.set(key, client);
      return client;
    },
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function createClient(endpoint: string, accountId: string, region: string): IAMClient {
  const client = new IAMClient({
    endpoint,
    region,
    // A user's settings for real AWS do not go with an endpoint on loopback.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "unused" },
  });
  client.middlewareStack.add(
    (next) => (args) => {
      if (hasHeaders(args.request)) args.request.headers["x-moto-account-id"] = accountId;
      return next(args);
    },
    { step: "build", name: "motoAccount" },
  );
  return client;
}

function hasHeaders(request: unknown): request is { readonly headers: Record<string, string> } {
  return typeof request === "object" && request !== null && "headers" in request;
}
