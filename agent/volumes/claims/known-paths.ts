/**
 * The paths of a pod's claimed volumes on the machine, kept in the pod's directory: an agent that starts while its
 * control plane is away cannot look up claims.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { namesIn } from "../../files/names-in.ts";
import { readJson } from "../../files/read-json.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { isListedMount, isMountPoint } from "../../mounts/mounts.ts";

export interface KnownPath {
  readonly path: string;
  /** Whether a reboot unmounts it. */
  readonly isMounted: boolean;
  /** The PersistentVolume's name. */
  readonly of?: string;
}

const FILE = "claimed-volumes.json";

const readKnown = (file: string): Readonly<Record<string, KnownPath>> => readJson(file) ?? {};

/** The uids of pods that use that PersistentVolume; `pods` is the directory of all pods' directories. */
export const usersOf = (pods: string, persistentVolume: string): readonly string[] =>
  namesIn(pods).filter((uid) =>
    Object.values(readKnown(join(pods, uid, FILE))).some(({ of }) => of === persistentVolume),
  );

/** Whether another pod on the node uses that PersistentVolume; `directory` is the pod's own. */
export const isUsedByOthers = (directory: string, persistentVolume: string): boolean =>
  usersOf(dirname(directory), persistentVolume).some((uid) => uid !== basename(directory));

export class KnownPaths {
  readonly #file: string;

  /** `directory` is the pod's own. */
  constructor(directory: string) {
    this.#file = join(directory, FILE);
  }

  readonly #read = () => readKnown(this.#file);

  remember(volume: string, known: KnownPath): void {
    writeWhole(this.#file, JSON.stringify({ ...this.#read(), [volume]: known }));
  }

  /** Undefined: not known, or no longer there. */
  find(volume: string): string | undefined {
    const known = this.#read()[volume];
    if (known === undefined) return undefined;
    if (isListedMount(known.path)) return known.path;
    if (!existsSync(known.path)) return undefined;
    return known.isMounted && !isMountPoint(known.path) ? undefined : known.path;
  }
}
