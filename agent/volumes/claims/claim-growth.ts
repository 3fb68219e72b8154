/** Expands the file system of a claim whose volume has been expanded, and reports progress. */
import { errorMessage } from "../../../api/error-message.ts";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { PodCsi } from "../../csi/csi-volumes.ts";
import { persistentVolume } from "../../csi/wanted-volume.ts";
import { GrpcCode, GrpcError } from "../../grpc/grpc-error.ts";
import { nanosOf } from "../../pod-spec/qos.ts";
import type { VolumeEvent } from "../volume-events.ts";
import type { ClaimSources } from "./claim.ts";

const WAITING = new Set(["NodeResizePending", "NodeResizeInProgress"]);
const CONDITIONS = ["FileSystemResizePending", "Resizing", "ControllerResizeError", "NodeResizeError"];

/** If a resizer reports its state in a status, that decides: an infeasible resize is not retried. */
function isToGrow({ status }: PersistentVolumeClaim): boolean {
  const stage = status.allocatedResourceStatuses?.storage;
  if (stage !== undefined) return WAITING.has(stage);
  return (status.conditions ?? []).some(({ type, status: is }) => type === "FileSystemResizePending" && is === "True");
}

/** Strategic merge patches of the claim's status. */
const grownStatus = (storage: string | number) => ({
  capacity: { storage },
  allocatedResourceStatuses: { storage: null },
  conditions: CONDITIONS.map((type) => ({ type, $patch: "delete" })),
});

const begunStatus = { allocatedResourceStatuses: { storage: "NodeResizeInProgress" } };

const failedStatus = (why: string, { infeasible, at }: { readonly infeasible: boolean; readonly at: number }) => ({
  ...(infeasible ? { allocatedResourceStatuses: { storage: "NodeResizeInfeasible" } } : {}),
  conditions: [
    {
      type: "NodeResizeError",
      status: "True",
      lastTransitionTime: timestamp(at),
      message: `failed to expand pvc with ${why}`,
    },
  ],
});

/** Errors of a driver that only another size can resolve. */
const INFEASIBLE: ReadonlySet<number> = new Set([GrpcCode.InvalidArgument, GrpcCode.OutOfRange, GrpcCode.NotFound]);

const codeOf = (error: unknown) => (error instanceof GrpcError ? error.code : undefined);

/** In the kubelet's words. */
function wordsOf(error: Error): string {
  const why = error instanceof GrpcError ? error.words : error.message;
  return `Expander.NodeExpand failed to expand the volume ${INFEASIBLE.has(codeOf(error) ?? 0) ? "" : ": "}${why}`;
}

export class ClaimGrowth {
  readonly #sources: ClaimSources;
  readonly #csi: PodCsi;
  /** By claim name: the revision for which its file system has been expanded. */
  readonly #grown = new Map<string, string>();
  /** Claims whose volume the driver failed to expand, and has not expanded since. */
  readonly #failed = new Set<string>();
  /** Claims whose volume the driver cannot expand while it is in use. */
  readonly #inUse = new Set<string>();

  constructor({ sources, csi }: { readonly sources: ClaimSources; readonly csi: PodCsi }) {
    this.#sources = sources;
    this.#csi = csi;
  }

  async grow(pod: Pod, claim: PersistentVolumeClaim): Promise<VolumeEvent | undefined> {
    const { name: claimName = "", resourceVersion = "" } = claim.metadata;
    if (!isToGrow(claim) || this.#inUse.has(claimName) || this.#grown.get(claimName) === resourceVersion)
      return undefined;
    const name = claim.spec.volumeName ?? "";
    try {
      const found = await this.#sources.persistentVolume(name);
      const storage = found?.spec.capacity?.storage;
      if (found === undefined || storage === undefined) return undefined;
      if (claim.status.allocatedResourceStatuses?.storage === "NodeResizePending")
        await this.#sources.patchStatus(claim, begunStatus);
      const problem = await this.#growFileSystem(pod, found, storage);
      if (problem !== undefined) {
        await this.#reportFailure(claim, storage, problem);
        if (codeOf(problem) !== GrpcCode.FailedPrecondition) throw new Error(wordsOf(problem));
        this.#inUse.add(claimName);
        return undefined;
      }
      await this.#sources.patchStatus(claim, grownStatus(storage));
      this.#grown.set(claimName, resourceVersion);
      this.#failed.delete(claimName);
      const message = `MountVolume.NodeExpandVolume succeeded for volume "${name}" ${pod.spec.nodeName}`;
      return { type: "Normal", reason: "FileSystemResizeSuccessful", message };
    } catch (error) {
      const message = `NodeExpandVolume.NodeExpandVolume failed for volume "${name}" : ${errorMessage(error)}`;
      return { type: "Warning", reason: "VolumeResizeFailed", message };
    }
  }

  /** Returns the driver's error, if any. */
  async #growFileSystem(pod: Pod, volume: PersistentVolume, storage: string | number): Promise<Error | undefined> {
    if (volume.spec.csi === undefined) return undefined;
    try {
      await this.#csi.grow(pod, persistentVolume(volume, false), Number(nanosOf(storage) / 1_000_000_000n));
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  /**
   * If it fails again after the claim has requested another size, this one is given up, so that the resizer turns to
   * the other.
   */
  async #reportFailure(claim: PersistentVolumeClaim, storage: string | number, problem: Error): Promise<void> {
    const { name: claimName = "" } = claim.metadata;
    const wanted = claim.spec.resources?.requests?.storage ?? storage;
    const hasChanged = nanosOf(wanted) !== nanosOf(storage);
    const infeasible = INFEASIBLE.has(codeOf(problem) ?? 0) || (hasChanged && this.#failed.has(claimName));
    this.#failed.add(claimName);
    await this.#sources.patchStatus(claim, failedStatus(wordsOf(problem), { infeasible, at: Date.now() }));
  }
}
