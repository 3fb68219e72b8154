/** The claimed volumes of one pod: looked up in the API, set up, and remembered. */
import { existsSync } from "node:fs";
import type { PersistentVolume, Pod, Volume } from "../../../api/generated/core.v1.ts";
import { InTurnByKey } from "../../../api/in-turn.ts";
import type { PodCsi } from "../../csi/csi-volumes.ts";
import { isListedMount } from "../../mounts/mounts.ts";
import { PersistentVolumeError, VolumeError, VolumePending } from "../../mounts/volume-error.ts";
import { steadyNow } from "../../steady-now.ts";
import type { VolumeEvent } from "../volume-events.ts";
import { type ClaimSources, type claimOf, volumeOfClaim } from "./claim.ts";
import { KnownPaths } from "./known-paths.ts";
import { mountPersistent } from "./persistent-volume.ts";

export type NamedClaim = NonNullable<ReturnType<typeof claimOf>>;

export interface ClaimUse {
  readonly claim: NamedClaim;
  /** Where it was before. */
  readonly before: string | undefined;
  readonly recordEvent: (event: VolumeEvent) => void;
  /** What the claim is bound to, unless it is only known where it was. */
  readonly onFound: (volume: PersistentVolume) => void;
}

interface Found extends Pick<ClaimUse, "recordEvent"> {
  readonly volume: Volume;
  readonly found: PersistentVolume;
  readonly readOnly: boolean;
}

/** By PersistentVolume: if several pods start at once, it is the first one's, and the others find it in use. */
const turns = new InTurnByKey<string>();

export class ClaimedVolumes {
  readonly #directory: string;
  readonly #sources: ClaimSources;
  readonly #csi: PodCsi;
  readonly #known: KnownPaths;

  /** `directory` is the pod's own. */
  constructor(directory: string, { sources, csi }: { readonly sources: ClaimSources; readonly csi: PodCsi }) {
    this.#directory = directory;
    this.#sources = sources;
    this.#csi = csi;
    this.#known = new KnownPaths(directory);
  }

  /**
   * Returns its path. Asks the API once in the pod's lifetime: a pod keeps its volumes, whatever happens to the claim.
   */
  async setUp(pod: Pod, volume: Volume, { claim, before, recordEvent, onFound }: ClaimUse) {
    const isDue = (this.#csi.republishAt(pod.metadata.uid ?? "") ?? Number.POSITIVE_INFINITY) <= steadyNow();
    if (before !== undefined && !isDue && (isListedMount(before) || existsSync(before))) return before;
    let found: PersistentVolume;
    try {
      found = await volumeOfClaim(pod, volume, claim, this.#sources);
    } catch (error) {
      const known = error instanceof VolumeError ? undefined : this.#known.find(volume.name);
      if (known === undefined) throw error;
      return known;
    }
    onFound(found);
    const { name = "" } = found.metadata;
    return turns
      .run(name, () => this.#mount(pod, { volume, found, readOnly: claim.readOnly === true, recordEvent }))
      .catch((error: Error) => {
        throw error instanceof VolumePending ? error : new PersistentVolumeError(name, error);
      });
  }

  async #mount(pod: Pod, { volume, found, readOnly, recordEvent }: Found): Promise<string> {
    const path = await mountPersistent(pod, found, {
      directory: this.#directory,
      readOnly,
      csi: this.#csi,
      recordEvent,
    });
    const { hostPath, local, volumeMode } = found.spec;
    const isMounted = volumeMode !== "Block" && path !== hostPath?.path && path !== local?.path;
    const { name } = found.metadata;
    this.#known.remember(volume.name, { path, isMounted, ...(name === undefined ? {} : { of: name }) });
    return path;
  }
}
