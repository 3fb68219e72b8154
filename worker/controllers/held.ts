/**
 * What a snapshot keeps of numerous kinds: fields that no controller reads are dropped, so that a pod takes some
 * hundred bytes. An incomplete object must never be written back whole: controllers patch these kinds.
 */
import type {
  Affinity,
  ConfigMap,
  Container,
  ContainerStatus,
  Node,
  Pod,
  Secret,
} from "../../api/generated/core.v1.ts";
import { deepEqual } from "../../api/machinery/json/deep-equal.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { podSecretNames } from "../../api/resources/core/pod/secret-names.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { isTerminated } from "./pod/pod-state.ts";
import { TRACKING } from "./service-account/legacy-token-cleaner.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The object without the fields that nobody reads. */
export function heldOf(resource: GroupResource, object: Stored<KubeObject>): Stored<KubeObject> {
  switch (resource) {
    case "pods":
      return heldPod(object as Stored<Pod>);
    case "nodes":
      return heldNode(object as Stored<Node>);
    case "secrets":
      return READ_SECRETS.has((object as Stored<Secret>).type ?? "") ? object : withoutContent(object);
    case "configmaps":
      return READ_CONFIG_MAPS.has(object.metadata.name) ? object : withoutContent(object);
    default:
      return object;
  }
}

/** Types of token Secrets; the contents of all others concern only their owners. */
const READ_SECRETS: ReadonlySet<string> = new Set([
  "kubernetes.io/service-account-token",
  "bootstrap.kubernetes.io/token",
]);
/** Config maps that controllers publish, and the one that records since when token use is tracked. */
const READ_CONFIG_MAPS: ReadonlySet<string> = new Set(["kube-root-ca.crt", "cluster-info", TRACKING.name]);

function withoutContent(object: Stored<KubeObject>): Stored<KubeObject> {
  const { data: _, binaryData: __, ...rest } = object as Stored<ConfigMap>;
  return rest as Stored<KubeObject>;
}

/** Those of the named members that are present. */
function pickPresent<T extends object>(value: T, names: readonly (keyof T)[]): T {
  const kept: Partial<T> = {};
  for (const name of names) if (value[name] !== undefined) kept[name] = value[name];
  return kept as T;
}

function heldMetadata(metadata: Stored<KubeObject>["metadata"]): Stored<KubeObject>["metadata"] {
  const { generateName: _, annotations = {}, ...kept } = metadata;
  const { [LAST_APPLIED]: __, ...others } = annotations;
  return Object.keys(others).length > 0 ? { ...kept, annotations: others } : kept;
}

function heldPod(pod: Stored<Pod>): Stored<Pod> {
  const { apiVersion, kind, metadata, spec, status } = pod;
  const { containers, initContainers, affinity, volumes, nodeName } = spec;
  const near = affinity && heldAffinity(affinity, nodeName !== undefined);
  const claims = volumes?.filter((volume) => volume.persistentVolumeClaim ?? volume.ephemeral);
  const secrets = podSecretNames(pod);
  const { conditions, containerStatuses, initContainerStatuses, podIP, podIPs = [] } = status;
  return {
    apiVersion,
    kind,
    metadata: heldMetadata(metadata),
    spec: {
      ...pickPresent(spec, [
        "nodeName",
        "hostname",
        "subdomain",
        "tolerations",
        "priorityClassName",
        "activeDeadlineSeconds",
        "overhead",
        "resources",
        "resourceClaims",
      ]),
      containers: containers.map(heldContainer),
      ...(initContainers && { initContainers: initContainers.map(heldContainer) }),
      ...(near && { affinity: near }),
      ...(claims && claims.length > 0 && { volumes: claims }),
      // All secrets that it names, for whatever purpose: readers want to know whether a secret is used.
      ...(secrets.length > 0 && { imagePullSecrets: secrets.map((name) => ({ name })) }),
    },
    status: {
      ...pickPresent(status, [
        "phase",
        "reason",
        "podIP",
        "startTime",
        "resourceClaimStatuses",
        "extendedResourceClaimStatus",
      ]),
      // Most pods have one address, repeated here.
      ...(podIPs.length > 1 || podIPs.some(({ ip }) => ip !== podIP) ? { podIPs } : {}),
      ...(conditions && { conditions: heldConditions(pod, conditions) }),
      ...(containerStatuses && { containerStatuses: containerStatuses.map(heldStatusOf(containers)) }),
      ...(initContainerStatuses && {
        initContainerStatuses: initContainerStatuses.map(heldStatusOf(initContainers ?? [])),
      }),
    },
  };
}

const heldContainer = (container: Container): Container =>
  pickPresent(container, ["name", "ports", "resources", "restartPolicy"]);

const heldStatusOf =
  (containers: readonly Container[]) =>
  (status: ContainerStatus): ContainerStatus => {
    const { name, restartCount, state } = status;
    const { exitCode, finishedAt } = state?.terminated ?? {};
    const ended = exitCode !== undefined && { state: { terminated: { exitCode, ...(finishedAt && { finishedAt }) } } };
    const resized = hasAsRequested(status, containers) ? {} : pickPresent(status, ["resources", "allocatedResources"]);
    return { name, restartCount, ...ended, ...resized } as ContainerStatus;
  };

/** Most containers' statuses repeat the spec, which is kept already. */
function hasAsRequested(status: ContainerStatus, containers: readonly Container[]): boolean {
  const { requests = {}, limits = {} } = containers.find(({ name }) => name === status.name)?.resources ?? {};
  const { resources = { requests, limits }, allocatedResources = requests } = status;
  return (
    deepEqual(resources.requests ?? {}, requests) &&
    deepEqual(resources.limits ?? {}, limits) &&
    deepEqual(allocatedResources, requests)
  );
}

/** Node affinity only matters until the pod is bound; every pod of a DaemonSet has a different one. */
function heldAffinity(affinity: Affinity, isBound: boolean): Affinity | undefined {
  const { nodeAffinity, ...others } = affinity;
  const kept = isBound ? others : affinity;
  return Object.keys(kept).length > 0 ? kept : undefined;
}

/** Conditions on the way to Ready. Nobody needs them until the pod has ended and a Job evaluates it. */
const STEPS: ReadonlySet<string> = new Set(["Initialized", "ContainersReady", "PodReadyToStartContainers"]);

const heldConditions = (pod: Pod, conditions: NonNullable<Pod["status"]["conditions"]>) => {
  const read = isTerminated(pod) ? conditions : conditions.filter(({ type }) => !STEPS.has(type));
  return read.map((each) => pickPresent(each, ["type", "status", "reason", "lastTransitionTime"]));
};

function heldNode(node: Stored<Node>): Stored<Node> {
  const { apiVersion, kind, metadata, spec, status } = node;
  return {
    apiVersion,
    kind,
    metadata: heldMetadata(metadata),
    spec,
    status: pickPresent(status, ["conditions", "allocatable", "addresses", "volumesAttached", "volumesInUse"]),
  };
}
