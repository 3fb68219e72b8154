/**
 * A request's body, up to so many bytes and for so long: who sends one has not said yet who he is. A body that declares its
 * length is held to it by the platform; one in chunks is read no further than the bound.
 */
export type BoundedBody = Uint8Array<ArrayBuffer> | "too large" | "too slow";

export interface Bounds {
  readonly bytes: number;
  readonly ms: number;
}

export async function boundedBody(request: Request, { bytes, ms }: Bounds): Promise<BoundedBody> {
  if (request.body === null) return new Uint8Array();
  const declared = request.headers.get("Content-Length");
  if (Number(declared ?? 0) > bytes) return "too large";
  const late = Promise.withResolvers<"too slow">();
  const timer = setTimeout(late.resolve, ms, "too slow");
  try {
    return await Promise.race([declared === null ? inChunks(request.body, bytes) : whole(request), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const whole = async (request: Request): Promise<BoundedBody> => new Uint8Array(await request.arrayBuffer());

async function inChunks(body: ReadableStream<Uint8Array>, most: number): Promise<BoundedBody> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
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
