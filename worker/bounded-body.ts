import type { Deadline } from "./deadline.ts";

/**
 * A request's body, limited in size and time, because the sender is not authenticated yet. The platform enforces a
 * declared Content-Length; a chunked body is read no further than the limit. Broken: it ended early.
 */
export type BoundedBody = Uint8Array<ArrayBuffer> | "too large" | "too slow" | "broken";

export interface Bounds {
  readonly bytes: number;
  readonly deadline: Deadline;
  /** Of a chunked body, whether so much more may come; if not, the rest is not read. */
  readonly mayGrow?: (bytes: number) => boolean | Promise<boolean>;
}

/**
 * Whether there may be a body. Checks the length first, because the platform would have to create an object for the
 * stream.
 */
export const hasBody = (request: Request): boolean =>
  request.headers.get("Content-Length") !== null || request.body !== null;

export async function boundedBody(request: Request, { bytes, deadline, mayGrow }: Bounds): Promise<BoundedBody> {
  const late = deadline.passed.then(() => "too slow" as const);
  const declared = request.headers.get("Content-Length");
  if (declared !== null) return Number(declared) > bytes ? "too large" : Promise.race([readWhole(request), late]);
  return request.body === null ? new Uint8Array() : Promise.race([readUpTo(request.body, bytes, mayGrow), late]);
}

async function readWhole(request: Request): Promise<BoundedBody> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    return "broken";
  }
}

/** The whole of a stream that has at most so many bytes. */
export async function readUpTo(
  body: ReadableStream<Uint8Array>,
  most: number,
  mayGrow: NonNullable<Bounds["mayGrow"]> = () => true,
): Promise<Exclude<BoundedBody, "too slow">> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const read = await reader.read().catch(() => undefined);
    if (!read) return "broken";
    const { done, value } = read;
    if (done) break;
    length += value.length;
    if (length > most || !(await mayGrow(value.length))) {
      void reader.cancel().catch(() => {});
      return "too large";
    }
    chunks.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
