import type { IncomingMessage } from "node:http";
import type { ServiceError } from "./error-document.ts";

/** Larger than every request of the services that AWS limits to some MiB, and enough for the objects of a test. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Reads a request's body, at most 64 MiB; a larger one gives S3's `EntityTooLarge`. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number = MAX_BODY_BYTES,
): Promise<Buffer | ServiceError> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBytes) {
      const message = `Your proposed upload exceeds the maximum allowed size of the sandbox, ${maxBytes} bytes`;
      return { status: 400, code: "EntityTooLarge", message };
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
