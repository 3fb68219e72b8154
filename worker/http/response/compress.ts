/** gzip for large answers, as in kube-apiserver (apiserver/pkg/endpoints/handlers/responsewriters). */

/** Below this, compressing costs more than it saves. */
const THRESHOLD_BYTES = 128 * 1024;

export function acceptsGzip(request: Request): boolean {
  const header = request.headers.get("Accept-Encoding") ?? "";
  if (!names("gzip", header)) return false;
  // Cloudflare replaces the header with its own codings, and keeps the client's in `request.cf`, which is expensive to
  // read.
  const ofClient = names("br", header) ? request.cf?.clientAcceptEncoding : undefined;
  return typeof ofClient !== "string" || names("gzip", ofClient);
}

const names = (coding: string, header: string): boolean =>
  header.split(",").some((accepted) => {
    const [name = "", weight = ""] = accepted.split(";");
    return name.trim() === coding && !/^\s*q=0(\.0*)?\s*$/.test(weight);
  });

/** The runtime encodes the body according to this header. */
export const GZIP = { "Content-Encoding": "gzip", Vary: "Accept-Encoding" };

export const isLarge = (bytes: number): boolean => bytes > THRESHOLD_BYTES;

/** Reads ahead until it is known whether the stream is large; the returned stream is complete. */
export async function peek(stream: ReadableStream<Uint8Array>): Promise<{
  readonly large: boolean;
  readonly stream: ReadableStream<Uint8Array>;
}> {
  const reader = stream.getReader();
  const ahead: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  while (!ended && !isLarge(bytes)) {
    const { done, value } = await reader.read();
    ended = done;
    if (!value) continue;
    ahead.push(value);
    bytes += value.length;
  }
  const whole = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = ahead.shift();
      if (next) return controller.enqueue(next);
      if (ended) return controller.close();
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { large: isLarge(bytes), stream: whole };
}
