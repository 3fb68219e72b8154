/** How large one write may be. */
import type { Write } from "../../../api/store/store.ts";

/** etcd's --max-request-bytes, which limits the size of a Kubernetes object. */
const MAX_TEXT_BYTES = 1.5 * 1024 * 1024;
/** The platform's SQLite refuses rows of 2 MB; the rest is for the key and the numbers. */
const MAX_ROW_BYTES = 2_000_000 - 8192;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;

/** The error that a client would get from etcd, or undefined if the write fits. */
export function tooLarge(write: Write): string | undefined {
  if (write.op === "expect" || write.text === undefined) return undefined;
  const attributes = write.op === "delete" ? 0 : JSON.stringify(write.attributes).length * MAX_BYTES_PER_UNIT;
  const atMost = write.text.length * MAX_BYTES_PER_UNIT;
  if (atMost <= MAX_TEXT_BYTES && atMost + attributes <= MAX_ROW_BYTES) return undefined;
  const size = new TextEncoder().encode(write.text).length;
  return size > MAX_TEXT_BYTES || size + attributes > MAX_ROW_BYTES ? "etcdserver: request is too large" : undefined;
}
