/**
 * Objects' texts as they are stored on disk: encrypted for some resources, plain for all others (rule STORE-SEALED).
 */
import type { GroupResource } from "../../api/store/store.ts";
import { keyOf, type Sealer } from "./sealer.ts";

/** Which objects' texts are encrypted on disk, and with what. Keys and attributes are not encrypted. */
export interface Sealing {
  readonly sealer: Sealer;
  readonly resources: ReadonlySet<GroupResource>;
}

/** A text, or the ciphertext of one. */
export type StoredText = string | ArrayBuffer;

export class SealedTexts {
  readonly sealing: Sealing | undefined;

  constructor(sealing: Sealing | undefined) {
    this.sealing = sealing;
  }

  /** `place` says where it will be stored; it cannot be opened anywhere else. */
  seal(resource: GroupResource, text: string, place: string): StoredText {
    if (!this.sealing?.resources.has(resource) || text === "") return text;
    return this.sealing.sealer.seal(text, place).buffer;
  }

  /** Throws if the deployment lacks the key. */
  open(text: StoredText, place: string): string {
    if (typeof text === "string") return text;
    const sealed = new Uint8Array(text);
    if (!this.sealing) throw new Error(`sealed with encryption key ${keyOf(sealed)}, and this deployment has none`);
    return this.sealing.sealer.open(sealed, place);
  }
}
