/** metadata.generateName as Kubernetes completes it (apiserver/pkg/storage/names). */

/** No vowels and no digits that look like letters, so that no words arise. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const MAX_LENGTH = 63;
const SUFFIX_LENGTH = 5;

/** `random` holds at least five bytes. */
export function generatedName(base: string, random: Uint8Array): string {
  const prefix = base.slice(0, MAX_LENGTH - SUFFIX_LENGTH);
  let suffix = "";
  for (const byte of random.slice(0, SUFFIX_LENGTH)) suffix += ALPHABET[byte % ALPHABET.length];
  return prefix + suffix;
}
