/** Starts a sandbox, or one container in it; failures are reported and retried later. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../../../api/error-message.ts";
import type { Container, Pod } from "../../../api/generated/core.v1.ts";
import { nextBackOff } from "../../back-off.ts";
import type { DeviceGrant } from "../../devices/device-source.ts";
import { containerWithoutClaimed } from "../../dra/claimed-resources.ts";
import type { ImageOutcome } from "../../images/image-puller.ts";
import { missingPullSecrets } from "../../images/pull-credentials.ts";
import type { ContainerLog } from "../../logs/pod-logs.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import { allContainersOf, findContainer, type PodContainer } from "../../pod-spec/containers.ts";
import { graceOf } from "../../pod-spec/grace.ts";
import type { ContainerObservation, Observation } from "../../runtime/observation.ts";
import { RuntimeError } from "../../runtime/runtime-error.ts";
import type { SandboxConfig } from "../../runtime/sandbox.ts";
import { markedAsSeen } from "../../static-pods/mirror.ts";
import { steadyNow } from "../../steady-now.ts";
import { unlessAborted } from "../../unless-aborted.ts";
import { withAllocation } from "../allocation.ts";
import { identityOf, sandboxConfig } from "../config/container-config.ts";
import { podDns } from "../config/dns.ts";
import { kernelHostname, podHostname } from "../config/hostname.ts";
import { canMountRecursiveReadOnly } from "../config/recursive-read-only.ts";
import { checkUserNamespaces, userNamespaceOf } from "../config/user-namespaces.ts";
import { cgroupParent } from "../pod-cgroup.ts";
import { type PodRecord, RETRY_MS } from "../pod-record.ts";
import type { Action } from "./action.ts";
import { runHook } from "./hooks.ts";
import { prepareContainer } from "./prepare-container.ts";
import { kill } from "./stop-containers.ts";

export type Outcome = "changed" | "failed" | "nothing";

/** The longest hostname on Linux. */
const MAX_KERNEL_NAME_LENGTH = 64;

/** Fails with the reason if there can be no such sandbox here. */
async function sandboxConfigOf(record: PodRecord, attempt: number): Promise<SandboxConfig> {
  const { pod, context, logDirectory } = record;
  const { runtimeClassName, hostUsers, hostNetwork } = pod.spec;
  const handler = runtimeClassName === undefined ? "" : await context.handlerOf(runtimeClassName);
  if (hostUsers === false) checkUserNamespaces(context.runtime.features, handler);
  const dns = context.dns();
  const name = kernelHostname(pod, podHostname(pod, dns.clusterDomain));
  if (hostNetwork !== true && name.length > MAX_KERNEL_NAME_LENGTH) {
    const limits = `${MAX_KERNEL_NAME_LENGTH} characters is the max, ${name.length} characters requested`;
    throw new Error(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${name} is too long (${limits})`,
    );
  }
  const { config: podsDns, warnings } = podDns(pod, dns);
  for (const { reason, message } of warnings) record.recordEvent(undefined, "Warning", reason, message);
  const config = sandboxConfig({
    pod: markedAsSeen(pod, record.startTime),
    attempt,
    hostname: podHostname(pod, dns.clusterDomain),
    logDirectory,
    dns: podsDns,
    handler,
    userNamespace: userNamespaceOf(pod, context.podsDirectory),
    cgroupParent: cgroupParent(record.uid, context.runtime.cgroupDriver ?? "cgroupfs"),
  });
  record.sandbox = config;
  return config;
}

export async function createSandbox(record: PodRecord, attempt: number): Promise<Outcome> {
  record.context.logs.make(record.pod);
  try {
    const { runtime, limitPod } = record.context;
    const config = await sandboxConfigOf(record, attempt);
    await limitPod(withAllocation(record.pod, record.allocation));
    await runtime.runSandbox(config);
    record.context.lifeCounts.podStarted();
    return "changed";
  } catch (error) {
    record.recordEvent(
      undefined,
      "Warning",
      "FailedCreatePodSandBox",
      `Failed to create pod sandbox: ${errorMessage(error)}`,
    );
    record.wake.within(RETRY_MS);
    return "failed";
  }
}

/** The pod has changed: what could not be started may start now, and another image is a fresh start. */
export function startAfresh(record: PodRecord, before: Pod): void {
  record.retryAt.clear();
  record.retryVolumes();
  for (const { container } of allContainersOf(record.pod)) {
    const { image } = findContainer(before, container.name)?.container ?? {};
    if (image !== container.image) record.backOff.delete(container.name);
  }
}

/** With its allocated resources. */
function containerAsAllocated({ allocation }: PodRecord, container: Container): Container {
  const resources = allocation.containers.get(container.name);
  return resources === undefined ? container : { ...container, resources };
}

interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly retryAt?: number;
}

function fail(record: PodRecord, { container: { name } }: PodContainer, failure: Failure): Outcome {
  const { reason, message, retryAt = steadyNow() + RETRY_MS } = failure;
  record.waiting.set(name, { reason, message });
  record.retryAt.set(name, retryAt);
  record.wake.within(retryAt - steadyNow());
  return "failed";
}

type Start = Extract<Action, { do: "start-container" }>;

export async function startContainer(record: PodRecord, action: Start, observation: Observation): Promise<Outcome> {
  const target = { ...action.target, container: containerAsAllocated(record, action.target.container) };
  const { name } = target.container;
  const retryAt = record.retryAt.get(name);
  if (retryAt !== undefined && retryAt > steadyNow()) {
    record.wake.within(retryAt - steadyNow());
    return "failed";
  }
  const created = await createContainer(record, { ...action, target }, observation);
  if (created === "aborted") return "failed";
  if (!("id" in created)) return fail(record, target, created);
  const { id, logPath } = created;
  record.recordEvent(target, "Normal", "Created", "Container created");
  if (action.endedAt !== undefined)
    record.backOff.set(name, nextBackOff(record.backOff.get(name), action.endedAt, Date.now()));
  try {
    await record.context.runtime.startContainer(id);
  } catch (error) {
    record.waiting.set(name, { reason: "RunContainerError", message: failedStart(record, target, error) });
    return "changed";
  }
  linkLog(record, { name, id }, logPath);
  record.context.lifeCounts.containerStarted(target.role);
  record.recordEvent(target, "Normal", "Started", "Container started");
  record.waiting.delete(name);
  record.retryAt.delete(name);
  await pruneOld(record, { name, id }, observation);
  await runPostStart(record, target, id);
  return "changed";
}

interface Created {
  readonly id: string;
  readonly logPath: string;
}

/** Pulls its image, prepares its files, and has the runtime create it. Events about a failure are recorded. */
async function createContainer(
  record: PodRecord,
  { target, sandboxId, restartCount }: Start,
  observation: Observation,
): Promise<Created | Failure | "aborted"> {
  const { container } = target;
  const { runtime } = record.context;
  try {
    const image = await pullImage(record, target);
    if (image === "aborted" || record.abort.signal.aborted) return "aborted";
    if (!image.ok) {
      record.recordEvent(target, "Warning", "Failed", `Error: ${image.waiting.reason}`);
      return { ...image.waiting, retryAt: image.retryAt };
    }
    const sandbox = record.sandbox ?? (await sandboxConfigOf(record, observation.sandboxes[0]?.attempt ?? 0));
    const config = await prepareContainer(record.context, {
      pod: markedAsSeen(withAllocation(record.pod, record.allocation), record.startTime),
      directory: record.directory,
      volumes: record.volumes,
      addresses: record.addresses(),
      observation,
      target,
      recursiveReadOnly: canMountRecursiveReadOnly(runtime.features, sandbox.handler),
      image: image.image,
      restartCount,
      devices: await devicesFor(record, container),
    });
    mkdirSync(join(record.logDirectory, container.name), { recursive: true, mode: 0o755 });
    const id = await runtime.createContainer(sandboxId, config, sandbox);
    const remark = restartCount === 0 ? runtime.remarkOn?.(config) : undefined;
    if (remark !== undefined) record.recordEvent(target, "Normal", "VolumesNotMounted", remark);
    return { id, logPath: join(record.logDirectory, config.logPath) };
  } catch (error) {
    const reason = error instanceof ConfigError ? "CreateContainerConfigError" : "CreateContainerError";
    return { reason, message: failedStart(record, target, error) };
  }
}

/** The container's image, and those that it mounts as volumes. */
async function pullImage(record: PodRecord, target: PodContainer): Promise<ImageOutcome | "aborted"> {
  const { pod, context } = record;
  const { signal } = record.abort;
  const objects = context.objects(pod.metadata.namespace ?? "");
  const missing = missingPullSecrets(pod, objects).join(", ");
  if (missing !== "") {
    const message = `Unable to retrieve some image pull secrets (${missing}); attempting to pull the image may not succeed.`;
    record.recordEvent(undefined, "Warning", "FailedToRetrieveImagePullSecret", message);
  }
  const unmounted = await record.volumes.mountImages(pod, target.container, signal);
  return (
    unmounted ??
    context.puller.ensure(pod, target.container, {
      objects,
      recordEvent: (type, reason, message) => record.recordEvent(target, type, reason, message),
      signal,
    })
  );
}

/** Records an event about the error; returns its message. */
function failedStart(record: PodRecord, target: PodContainer, error: unknown): string {
  const message = error instanceof RuntimeError ? error.words : errorMessage(error);
  record.recordEvent(target, "Warning", "Failed", `Error: ${message}`);
  return message;
}

/** Fails with {@link ConfigError}. */
async function devicesFor({ context, pod, uid }: PodRecord, container: Container): Promise<DeviceGrant> {
  const grant = await context.devices.give(uid, containerWithoutClaimed(pod, container));
  const cdiDevices = [...grant.cdiDevices, ...context.claims.devicesOf(pod, container)];
  // It would silently start without them.
  if (cdiDevices.length > 0 && context.runtime.takesCdiDevices !== true)
    throw new ConfigError(`the container runtime takes no CDI devices: ${cdiDevices.join(", ")}`);
  return { ...grant, cdiDevices };
}

async function runPostStart(record: PodRecord, target: PodContainer, id: string): Promise<void> {
  const { container } = target;
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return;
  const { pod, context } = record;
  const podIP = record.addresses().podIPs[0] ?? "";
  try {
    const hooked = runHook(hook, { runtime: context.runtime, containerId: id, pod, container, podIP });
    // A pod that is to end does not wait: the hook ends with its container.
    await unlessAborted(record.abort.signal, hooked);
  } catch (error) {
    // The hook's output may be a secret, so the event leaves it out.
    record.recordEvent(target, "Warning", "FailedPostStartHook", "PostStartHook failed");
    const observed = (await record.observe()).containers.find((candidate) => candidate.id === id);
    if (observed !== undefined)
      await kill(record, { target, observed }, { message: "FailedPostStartHook", graceSeconds: graceOf(pod) });
    record.waiting.set(container.name, { reason: "PostStartHookError", message: errorMessage(error) });
  }
}

const logOf = ({ pod }: PodRecord, { name, id }: Pick<ContainerObservation, "name" | "id">): ContainerLog => ({
  pod: identityOf(pod),
  container: name,
  id,
});

function linkLog(record: PodRecord, container: Pick<ContainerObservation, "name" | "id">, path: string): void {
  const { logs, log } = record.context;
  try {
    logs.link(logOf(record, container), path);
  } catch (error) {
    log.warn(`collectors will not find ${path}: ${errorMessage(error)}`);
  }
}

/** One container before the current one is kept, for its log and its last state. */
async function pruneOld(
  record: PodRecord,
  { name, id }: Pick<ContainerObservation, "name" | "id">,
  { containers }: Observation,
): Promise<void> {
  const ended = containers.filter(
    (container) => container.name === name && container.id !== id && container.state !== "running",
  );
  for (const container of ended.slice(1)) {
    await record.context.runtime.removeContainer(container.id);
    record.context.logs.removeOne(logOf(record, container), container.logPath);
    record.messages.delete(container.id);
  }
}
