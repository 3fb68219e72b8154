/**
 * Requests that CSI drivers attach volumes to the nodes whose pods use them, and detach them after the last pod. Items
 * are pairs of a node and a volume.
 */
import { compareTexts } from "../../../api/compare-texts.ts";
import type {
  Node,
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from "../../../api/generated/core.v1.ts";
import type { CSIDriver, VolumeAttachment } from "../../../api/generated/storage.v1.ts";
import { sha256 } from "../../../api/machinery/encoding/hmac-sha256.ts";
import { utf8Bytes } from "../../../api/machinery/encoding/utf8.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import {
  defineController,
  type Effect,
  type EventRecord,
  type Plan,
  type ReconcileContext,
  type Snapshot,
  settled,
} from "../controller.ts";
import { isNodeReady } from "../node/readiness.ts";
import { isOutOfService } from "../node/taints.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { same } from "../same.ts";
import { listed, uniqueName } from "./attached-volumes.ts";
import { claimNames, usesClaim } from "./waiting-claim.ts";

const ATTACHMENTS = "volumeattachments.storage.k8s.io";
const DRIVERS = "csidrivers.storage.k8s.io";
const VOLUMES = "persistentvolumes";
const CLAIMS = "persistentvolumeclaims";
/** Nodes whose kubelet leaves attaching to the control plane. */
const MANAGED = "volumes.kubernetes.io/controller-managed-attach-detach";
const SHARED = new Set(["ReadWriteMany", "ReadOnlyMany"]);

export const attachDetachController = defineController({
  name: "attachdetach-controller",
  reads: [ATTACHMENTS, DRIVERS, VOLUMES, CLAIMS, "pods", "nodes"],
  writes: [ATTACHMENTS, "nodes"],
  /** Kubernetes' longest delay between two attempts. */
  pace: { longest: 122_000 },
  remembers: true,
  /** At the start all pods come by themselves: each other kind's search for them would make that quadratic. */
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    switch (resource) {
      case "pods":
        return pairsOf(object, snapshot);
      case CLAIMS:
        return previous && isBound(object) && !isBound(previous) ? usedOn(object.spec.volumeName ?? "", snapshot) : [];
      case ATTACHMENTS:
        return deleted || (previous && !same(object.status, previous.status))
          ? [pairOf(object), ...waitingFor(object, snapshot)]
          : [pairOf(object)];
      case "nodes":
        return previous && mayDetach(object, previous) ? attachedTo(object.metadata.name, snapshot).map(pairOf) : [];
      case DRIVERS:
        return volumesOf(object.metadata.name, snapshot);
      default:
        return [];
    }
  },
  reconcile(item, context) {
    const { snapshot, now, remembered } = context;
    const [nodeName = "", volumeName = ""] = item.split(" ");
    const volume = snapshot.get(VOLUMES, "", volumeName);
    const node = snapshot.get("nodes", "", nodeName);
    const csi = volume?.spec.csi;
    const name = csi ? attachmentName(csi.volumeHandle, csi.driver, nodeName) : undefined;
    const memory = remembered as Memory | undefined;
    const attachment = name === undefined ? undefined : snapshot.get(ATTACHMENTS, "", name);
    const users = volume && node && needsAttaching(volume, snapshot) ? usersOn(volume, nodeName, snapshot) : [];
    if (volume && node && name !== undefined && users.length > 0)
      return planAttached({ volume, node, name, attachment, users, memory }, context);
    if (!attachment) return settled;
    return planDetached(attachment, { node, volume, now, memory });
  },
});

const isBound = ({ status }: PersistentVolumeClaim) => status.phase === "Bound";

const pairOf = ({ spec }: Stored<VolumeAttachment>) => `${spec.nodeName} ${spec.source.persistentVolumeName ?? ""}`;

/** Once a volume is free, or attaching it has failed, pods on other nodes may have it; once it is attached, they hear. */
const waitingFor = ({ spec }: Stored<VolumeAttachment>, snapshot: Snapshot) =>
  usedOn(spec.source.persistentVolumeName ?? "", snapshot);

/** The items of all nodes on which a pod uses the volume. */
function usedOn(volumeName: string, snapshot: Snapshot): string[] {
  const volume = snapshot.get(VOLUMES, "", volumeName);
  const claim = volume && claimOf(volume, snapshot);
  if (!claim) return [];
  return snapshot
    .list("pods", claim.namespace ?? "")
    .filter((pod) => pod.spec.nodeName && usesClaim(pod, claim.name))
    .map((pod) => `${pod.spec.nodeName} ${volumeName}`);
}

/** Undefined if another claim has the name of the one that the volume is kept for. */
function claimOf({ metadata, spec: { claimRef } }: Stored<PersistentVolume>, snapshot: Snapshot) {
  const claim = snapshot.get(CLAIMS, claimRef?.namespace ?? "", claimRef?.name ?? "");
  return claim === undefined || claim.spec.volumeName === metadata.name ? claimRef : undefined;
}

const attachedTo = (node: string, snapshot: Snapshot) =>
  snapshot.list(ATTACHMENTS).filter(({ spec }) => spec.nodeName === node);

/** Volumes attached by the driver, and volumes that pods use of it: whether they need attaching may have changed. */
function volumesOf(driver: string, snapshot: Snapshot): string[] {
  const attached = snapshot.list(ATTACHMENTS).filter(({ spec }) => spec.attacher === driver);
  const volumes = snapshot.list(VOLUMES).filter(({ spec }) => spec.csi?.driver === driver);
  return [...attached.map(pairOf), ...volumes.flatMap(({ metadata }) => usedOn(metadata.name, snapshot))];
}

/** What the node has mounted may have changed, or whether it is still waited for. */
const mayDetach = (next: Stored<Node>, before: Stored<Node>) =>
  !same(next.status.volumesInUse, before.status.volumesInUse) ||
  isNodeReady(next) !== isNodeReady(before) ||
  isOutOfService(next) !== isOutOfService(before);

/** How long a lost node is given to unmount unused volumes: kube-controller-manager's maximum wait. */
const UNMOUNT_MS = 6 * 60_000;

/** After this, a node looks again whether it is its turn to have a volume. */
const TURN_MS = 30_000;

interface Memory {
  /** Of a volume that a lost node has mounted (ms). */
  readonly unusedSince?: number;
  /** Pods have been told that another node has the volume. */
  readonly told?: boolean;
}

function pairsOf(pod: Stored<Pod>, snapshot: Snapshot): string[] {
  const { nodeName } = pod.spec;
  if (!nodeName) return [];
  return claimNames(pod).flatMap((name) => {
    const claim = snapshot.get(CLAIMS, pod.metadata.namespace ?? "", name);
    return claim?.spec.volumeName ? [`${nodeName} ${claim.spec.volumeName}`] : [];
  });
}

/** The name that Kubernetes' CSI plugin uses, so that drivers and other tools find it. */
function attachmentName(handle: string, driver: string, node: string): string {
  const digest = sha256(utf8Bytes(`${handle}${driver}${node}`));
  return `csi-${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

const isUser = (pod: Stored<Pod>, claim: ObjectReference): boolean =>
  pod.metadata.namespace === claim.namespace && !isTerminated(pod) && usesClaim(pod, claim.name);

function usersOn(volume: Stored<PersistentVolume>, node: string, snapshot: Snapshot): readonly Stored<Pod>[] {
  const claim = claimOf(volume, snapshot);
  return claim ? snapshot.podsOnNode(node).filter((pod) => isUser(pod, claim)) : [];
}

interface Wanted {
  readonly volume: Stored<PersistentVolume>;
  readonly node: Stored<Node>;
  readonly name: string;
  readonly attachment: Stored<VolumeAttachment> | undefined;
  readonly users: readonly Stored<Pod>[];
  readonly memory: Memory | undefined;
}

function planAttached(wanted: Wanted, context: ReconcileContext): Plan {
  const { volume, node, attachment, users } = wanted;
  if (!isManaged(node)) return settled;
  if (!attachment) return planAttachment(wanted, context);
  // It is attached anew once it is detached.
  if (isEnding(attachment)) return settled;
  if (!attachment.status.attached) {
    const { message } = attachment.status.attachError ?? {};
    if (message === undefined) return settled;
    return { effects: [], events: failures(users, `${titled("AttachVolume.Attach failed", volume)}: ${message}`) };
  }
  const effects = listed(node, volume, true);
  const message = titled("AttachVolume.Attach succeeded", volume);
  const succeeded = { type: "Normal", reason: "SuccessfulAttachVolume", message } as const;
  return { effects, events: effects.length > 0 ? users.map((about) => ({ about, ...succeeded })) : [] };
}

/** Requests that the driver attach the volume, unless another node has it, or is to have it first. */
function planAttachment({ volume, node, name, users, memory }: Wanted, { snapshot, now }: ReconcileContext): Plan {
  const held = isShared(volume) ? [] : attachmentsElsewhere(volume, node.metadata.name, snapshot);
  const holder = held.find((each) => each.status.attached && !isEnding(each));
  if (holder) {
    const elsewhere = titled("Multi-Attach error", volume) + useOf(volume, holder, snapshot);
    const events = memory?.told ? [] : failures(users, elsewhere);
    return { effects: [], events, remember: { told: true } satisfies Memory };
  }
  // It is being attached there, or detached.
  if (held.some((each) => isEnding(each) || !each.status.attachError)) return settled;
  // If the first one does not come to have it, nobody tells.
  if (!isShared(volume) && firstWaiting(volume, snapshot) !== node.metadata.name)
    return { effects: [], wakeAt: now + TURN_MS };
  const object: VolumeAttachment = {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name },
    spec: {
      attacher: volume.spec.csi?.driver ?? "",
      nodeName: node.metadata.name,
      source: { persistentVolumeName: volume.metadata.name },
    },
    status: { attached: false },
  };
  return { effects: [{ op: "create", resource: ATTACHMENTS, namespace: "", object }] };
}

const titled = (text: string, { metadata }: Stored<PersistentVolume>) => `${text} for volume "${metadata.name}" `;

const failures = (users: readonly Stored<Pod>[], message: string): EventRecord[] =>
  users.map((about) => ({ about, type: "Warning", reason: "FailedAttachVolume", message }));

const isManaged = ({ metadata }: Stored<Node>) => metadata.annotations?.[MANAGED] === "true";

/** A volume that its driver no longer wants attached counts as unused. */
function needsAttaching({ spec: { csi } }: PersistentVolume, snapshot: Snapshot): boolean {
  const driver = snapshot.get(DRIVERS, "", csi?.driver ?? "");
  return !driver || attachRequired(driver);
}

const attachRequired = ({ spec }: CSIDriver) => spec.attachRequired !== false;

const isShared = ({ spec }: PersistentVolume) => spec.accessModes?.some((mode) => SHARED.has(mode)) ?? false;
const isEnding = ({ metadata }: Stored<VolumeAttachment>) => metadata.deletionTimestamp !== undefined;

const attachmentsElsewhere = ({ metadata: { name } }: Stored<PersistentVolume>, node: string, snapshot: Snapshot) =>
  snapshot.list(ATTACHMENTS).filter(({ spec }) => spec.source.persistentVolumeName === name && spec.nodeName !== node);

/** Of the nodes that wait for the volume, the one of the oldest pod gets it: their plans do not see each other's. */
function firstWaiting(volume: Stored<PersistentVolume>, snapshot: Snapshot): string | undefined {
  const tried = new Set(attachmentsElsewhere(volume, "", snapshot).map(({ spec }) => spec.nodeName));
  const claim = claimOf(volume, snapshot);
  if (!claim) return undefined;
  const waiting = snapshot.list("pods", claim.namespace ?? "").filter((pod) => {
    if (!isUser(pod, claim)) return false;
    const node = snapshot.get("nodes", "", pod.spec.nodeName ?? "");
    return node && isManaged(node) && !tried.has(node.metadata.name);
  });
  const [first] = waiting.toSorted((a, b) => compareTexts(ageKey(a), ageKey(b)));
  return first?.spec.nodeName;
}

const ageKey = ({ metadata }: Stored<Pod>) => `${metadata.creationTimestamp} ${metadata.name}`;

/** Why the volume cannot be attached to another node. */
function useOf(volume: Stored<PersistentVolume>, { spec }: Stored<VolumeAttachment>, snapshot: Snapshot): string {
  const users = usersOn(volume, spec.nodeName, snapshot).map(({ metadata }) => metadata.name);
  return users.length > 0
    ? `Volume is already used by pod(s) ${users.join(", ")}`
    : "Volume is already exclusively attached to one node and can't be attached to another";
}

interface Unused {
  readonly node: Stored<Node> | undefined;
  readonly volume: Stored<PersistentVolume> | undefined;
  readonly now: number;
  readonly memory: Memory | undefined;
}

/**
 * The volume is no longer used there. If the node still has it mounted, detaching waits until the node reports
 * otherwise, until it has been lost for long enough, or until an administrator vouches that it is off, even if it is
 * not lost yet.
 */
function planDetached(attachment: Stored<VolumeAttachment>, { node, volume, now, memory }: Unused): Plan {
  const { name, uid, deletionTimestamp } = attachment.metadata;
  const isMounted = node && volume && node.status.volumesInUse?.includes(uniqueName(volume));
  if (isMounted && !isOutOfService(node)) {
    if (isNodeReady(node)) return settled;
    const unusedSince = memory?.unusedSince ?? now;
    const wakeAt = unusedSince + UNMOUNT_MS;
    if (wakeAt > now) return { effects: [], wakeAt, remember: { unusedSince } satisfies Memory };
  }
  const effects: Effect[] = node && volume ? [...listed(node, volume, false)] : [];
  if (deletionTimestamp === undefined) effects.push({ op: "delete", resource: ATTACHMENTS, namespace: "", name, uid });
  return { effects };
}
