/** Documents that clients cache and revalidate. */
import { acceptsGzip, isLarge } from "./compress.ts";

export interface TaggedDocument {
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Quoted, as in the ETag header. */
  readonly etag: string;
}

export async function taggedDocument(
  contentType: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<TaggedDocument> {
  return { contentType, body, etag: `"${await contentHash(body)}"` };
}

/** The first half of the SHA-256, in upper-case hexadecimal. */
export async function contentHash(body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");
}

/** The document, or 304 if the client has it already. */
export function respondWithEtag(
  request: Request,
  { contentType, body, etag }: TaggedDocument,
  cacheControl: "public" | "no-cache, private",
): Response {
  const headers = { ETag: etag, Vary: "Accept, Accept-Encoding", "Cache-Control": cacheControl };
  const known = (request.headers.get("If-None-Match") ?? "").split(",").map((tag) => tag.trim());
  if (known.includes(etag) || known.includes(`W/${etag}`)) return new Response(null, { status: 304, headers });
  const zipped = acceptsGzip(request) && isLarge(body.length) ? { "Content-Encoding": "gzip" } : {};
  return new Response(body, { headers: { ...headers, "Content-Type": contentType, ...zipped } });
}
