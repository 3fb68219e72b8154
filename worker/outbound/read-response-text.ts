/** Reads the answers of webhooks, which are held in memory until they are complete. */

/** An answer is an object, a page of objects, or a few words. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Of a cluster: a webhook may answer many calls at once, slowly. */
const MAX_CLUSTER_BYTES = 64 * 1024 * 1024;

/** Bytes of incomplete answers, by cluster. */
const held = new Map<string, number>();

/** Returns undefined if the answer is too large, or too much is held for the cluster. */
export async function readResponseText(
  body: ReadableStream<Uint8Array> | null,
  cluster: string,
): Promise<string | undefined> {
  if (!body) return "";
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      const ofCluster = (held.get(cluster) ?? 0) + chunk.length;
      held.set(cluster, ofCluster);
      if (bytes > MAX_ANSWER_BYTES || ofCluster > MAX_CLUSTER_BYTES) return undefined;
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } finally {
    const rest = (held.get(cluster) ?? 0) - bytes;
    if (rest > 0) held.set(cluster, rest);
    else held.delete(cluster);
  }
}
