/** Private keys in an object's storage, encrypted if the deployment has encryption keys. */
import { keyOf, type Sealer } from "./sealer.ts";

export type StoredKey = JsonWebKey | Uint8Array;

export const sealKey = (sealer: Sealer | undefined, key: JsonWebKey, name: string): StoredKey =>
  sealer ? sealer.seal(JSON.stringify(key), name) : key;

export function openKey(sealer: Sealer | undefined, stored: StoredKey, name: string): JsonWebKey {
  if (!(stored instanceof Uint8Array)) return stored;
  if (!sealer) throw new Error(`sealed with encryption key ${keyOf(stored)}, and this deployment has none`);
  return JSON.parse(sealer.open(stored, name)) as JsonWebKey;
}

/** The id of the key that it is sealed with, if the deployment lacks that key. */
export function lostKeyOf(sealer: Sealer | undefined, stored: StoredKey | undefined): number | undefined {
  if (!(stored instanceof Uint8Array)) return undefined;
  const id = keyOf(stored);
  return sealer?.ids.includes(id) ? undefined : id;
}

/** Whether it must be written again: it is unencrypted, or sealed with a key that is being retired. */
export const isOutdated = (sealer: Sealer | undefined, stored: StoredKey): boolean =>
  sealer !== undefined && !(stored instanceof Uint8Array && keyOf(stored) === sealer.current);
