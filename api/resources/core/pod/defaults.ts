/** Kubernetes' versioned defaults of pods and pod templates (pkg/apis/core/v1/defaults.go). */

import type {
  Container,
  EphemeralContainer,
  HTTPGetAction,
  LifecycleHandler,
  Pod,
  PodSpec,
  Probe,
  Volume,
} from "../../../generated/core.v1.ts";
import { formatQuantity } from "../../../machinery/quantity.ts";
import { emptyMap } from "../../../schema/empty-map.ts";
import { defaultClaimSpec } from "../persistent-volume/persistent-volume-claim-spec.ts";
import { defaultVolumeSource } from "../persistent-volume/volume-source-defaults.ts";
import { allowsOvercommit, isHugePages, type ResourceList, roundResources } from "../resource-list.ts";
import { defaultPullPolicy } from "./containers/image.ts";
import { type Amounts, aggregateLimits, aggregateRequests } from "./resources/pod-requests.ts";
import { isPodLevelResource } from "./resources/resources.ts";

/** For every kind with a pod spec. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= "ClusterFirst";
  spec.restartPolicy ||= "Always";
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= "default-scheduler";
  // The deprecated name of the field is set beside the new one, on pods and templates alike.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  roundResources(spec.overhead);
  roundRequirements(spec);
}

/** Only for pods, after defaultPodSpec: requests from limits, host ports, service links. */
export function defaultPod({ spec }: Pod): void {
  for (const container of spec.containers ?? []) requestsFromLimits(container);
  for (const container of spec.initContainers ?? []) requestsFromLimits(container);
  defaultPodResources({ spec });
  spec.enableServiceLinks ??= true;
  if (!spec.hostNetwork) return;
  for (const { ports } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])])
    for (const port of ports ?? []) port.hostPort ||= port.containerPort;
}

function defaultContainer(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image ?? "");
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
  container.resources ??= {};
  roundRequirements(container);
  for (const port of container.ports ?? []) port.protocol ||= "TCP";
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= "v1";
    if (valueFrom?.resourceFieldRef) valueFrom.resourceFieldRef.divisor ??= "0";
    if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false;
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe])
    if (probe) defaultProbe(probe);
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop])
    if (handler) defaultHandler(handler);
}

function roundRequirements({ resources }: { resources?: { limits?: ResourceList; requests?: ResourceList } }): void {
  roundResources(resources?.limits);
  roundResources(resources?.requests);
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.grpc) probe.grpc.service ??= "";
  defaultHandler(probe);
}

function defaultHandler({ httpGet }: LifecycleHandler | { httpGet?: HTTPGetAction }): void {
  if (!httpGet) return;
  httpGet.path ||= "/";
  httpGet.scheme ||= "HTTP";
}

function requestsFromLimits({ resources }: Container): void {
  if (!resources?.limits) return;
  resources.requests ??= emptyMap();
  Object.assign(resources.requests, missing(resources.limits, resources.requests));
}

const missing = (from: ResourceList, present: ResourceList = {}): ResourceList =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !(name in present)));

/**
 * Pod-level amounts: limits of huge pages come from the containers; requests, if there is a limit, from the containers
 * and then from the limit.
 */
export function defaultPodResources({ spec }: Pick<Pod, "spec">): void {
  const { resources } = spec;
  if (!resources) return;
  const isSet = (list: ResourceList | undefined) => Object.keys(list ?? {}).length > 0;
  if (!isSet(resources.limits) && !isSet(resources.requests)) return;
  const hugePages = (name: string) => isHugePages(name) && !(name in (resources.requests ?? {}));
  fill(resources, "limits", select(aggregateLimits(spec), hugePages));
  if (!isSet(resources.limits)) return;
  const ofContainers = (name: string) => isPodLevelResource(name) && allowsOvercommit(name);
  fill(resources, "requests", select(aggregateRequests(spec), ofContainers));
  const limits = Object.entries(resources.limits ?? {}).filter(([name]) => isPodLevelResource(name));
  fill(resources, "requests", Object.fromEntries(limits));
}

function select(amounts: Amounts, takes: (name: string) => boolean): ResourceList {
  const list: ResourceList = {};
  for (const [name, amount] of Object.entries(amounts)) if (takes(name)) list[name] = formatQuantity(amount);
  return list;
}

function fill(
  resources: { limits?: ResourceList; requests?: ResourceList },
  kind: "limits" | "requests",
  from: ResourceList,
): void {
  const added = missing(from, resources[kind]);
  if (Object.keys(added).length > 0) resources[kind] = { ...resources[kind], ...added };
}

const FILE_MODE = 0o644;

function defaultVolume(volume: Volume): void {
  const { secret, configMap, downwardAPI, projected, hostPath, ephemeral, image } = volume;
  if (Object.keys(volume).every((key) => key === "name")) volume.emptyDir = {};
  if (hostPath) hostPath.type ??= "";
  if (image) image.pullPolicy ||= defaultPullPolicy(image.reference ?? "");
  for (const source of [secret, configMap, downwardAPI, projected]) if (source) source.defaultMode ??= FILE_MODE;
  for (const { fieldRef, resourceFieldRef } of downwardAPI?.items ?? []) {
    if (fieldRef) fieldRef.apiVersion ||= "v1";
    if (resourceFieldRef) resourceFieldRef.divisor ??= "0";
  }
  for (const source of projected?.sources ?? []) {
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
    for (const { fieldRef, resourceFieldRef } of source.downwardAPI?.items ?? []) {
      if (fieldRef) fieldRef.apiVersion ||= "v1";
      if (resourceFieldRef) resourceFieldRef.divisor ??= "0";
    }
  }
  if (ephemeral?.volumeClaimTemplate) defaultClaimSpec(ephemeral.volumeClaimTemplate.spec);
  defaultVolumeSource(volume);
}
