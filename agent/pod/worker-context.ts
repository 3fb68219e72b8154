/** What the workers of all pods share. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { Refusal } from "../admission/predicates.ts";
import type { CsiVolumes } from "../csi/csi-volumes.ts";
import type { DeviceManager } from "../devices/device-manager.ts";
import type { PodClaims } from "../dra/pod-claims.ts";
import type { EventRecorder } from "../event-recorder.ts";
import type { ImagePuller } from "../images/image-puller.ts";
import type { Logger } from "../logger.ts";
import type { PodLogs } from "../logs/pod-logs.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";
import type { ProbeCounts } from "../probes/probe-counts.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ImageMounts } from "../volumes/image-mounts.ts";
import type { VolumeSources } from "../volumes/pod-volumes.ts";
import type { VolumeMemory } from "../volumes/volume-memory.ts";
import type { WaitingForRoom } from "./allocation.ts";
import type { NodeDns } from "./config/dns.ts";
import type { SeccompSettings } from "./config/security.ts";
import type { LifeCounts } from "./status/life-counts.ts";

export interface WorkerContext {
  readonly runtime: Runtime;
  readonly client: ApiClient;
  /** For requests that every pod causes: many of them are sent together. */
  readonly reports: ApiClient;
  readonly events: EventRecorder;
  readonly puller: ImagePuller;
  readonly probeCounts: ProbeCounts;
  readonly lifeCounts: LifeCounts;
  readonly sources: VolumeSources;
  readonly images: ImageMounts;
  readonly csi: CsiVolumes;
  readonly memory: VolumeMemory;
  readonly objects: (namespace: string) => PodObjects;
  readonly dns: () => NodeDns;
  readonly hostIPs: () => readonly string[];
  readonly allocatable: () => Readonly<Record<string, string | number>>;
  readonly devices: DeviceManager;
  readonly claims: PodClaims;
  readonly memoryCapacity: number;
  /** Sets the limits of the pod's cgroup. */
  readonly limitPod: (pod: Pod) => Promise<void>;
  /** DIR/pods/UID is a pod's own directory. */
  readonly podsDirectory: string;
  readonly logs: PodLogs;
  readonly seccomp: SeccompSettings;
  /** All other pods that use the node, each with its allocated resources. */
  readonly otherPods: (uid: string) => readonly Pod[];
  /** Pods that are waiting for a resize. */
  readonly waitingForRoom: () => readonly WaitingForRoom[];
  /** Why the node will not run the pod; undefined: it will, and `onAdmitted` has been called. */
  readonly admit: (pod: Pod, onAdmitted: () => void) => Promise<Refusal | undefined>;
  /** The handler of a RuntimeClass; fails if there is no such class. */
  readonly handlerOf: (runtimeClass: string) => Promise<string>;
  readonly log: Logger;
}
