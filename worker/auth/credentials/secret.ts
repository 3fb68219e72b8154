/** Secrets are compared by digest, so that timing reveals neither their length nor their content. */

const sha256 = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

export const sha256Hex = async (text: string): Promise<string> =>
  Array.from(await sha256(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function sameSecret(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([sha256(a), sha256(b)]);
  return crypto.subtle.timingSafeEqual(left, right);
}

/** Whether the secret has this digest (hex). */
export async function hasDigest(secret: string, hex: string): Promise<boolean> {
  if (recognized.get(secret) === hex) return true;
  const expected = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const actual = await sha256(secret);
  const has = expected.length === actual.length && crypto.subtle.timingSafeEqual(actual, expected);
  if (has) remember(secret, hex);
  return has;
}

/**
 * Secrets that matched a digest, so that a client's token is hashed once and not with each request. They are found by
 * V8's seeded hash, so timing does not reveal how much of a guess is right.
 */
const recognized = new Map<string, string>();
const REMEMBERED = 1000;

function remember(secret: string, hex: string): void {
  if (recognized.size >= REMEMBERED) recognized.clear();
  recognized.set(secret, hex);
}
