/**
 * Where claimed volumes of a pod are on the machine, kept in the pod's directory: an agent that starts while its control plane is
 * away cannot ask what is behind a claim.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../write-whole.ts";
import { isListedMount, isMountPoint } from "./mounts.ts";

export interface KnownPath {
  readonly path: string;
  /** A reboot takes it away. */
  readonly isMounted: boolean;
}

const FILE = "claimed-volumes.json";

export class KnownPaths {
  readonly #file: string;

  /** `directory` is the pod's own. */
  constructor(directory: string) {
    this.#file = join(directory, FILE);
  }

  #read(): Readonly<Record<string, KnownPath>> {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8"));
    } catch {
      return {};
    }
  }

  remember(volume: string, known: KnownPath): void {
    writeWhole(this.#file, JSON.stringify({ ...this.#read(), [volume]: known }));
  }

  /** Undefined: not known, or not there any more. */
  find(volume: string): string | undefined {
    const known = this.#read()[volume];
    if (known === undefined) return undefined;
    if (isListedMount(known.path)) return known.path;
    if (!existsSync(known.path)) return undefined;
    return known.isMounted && !isMountPoint(known.path) ? undefined : known.path;
  }
}
