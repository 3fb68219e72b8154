/** The container runtime's state of the agent's sandboxes and containers, queried no more often than it can change. */
import { POD_UID } from "../labels.ts";
import { type ContainerObservation, newestFirst, type Observation, type SandboxObservation } from "../observation.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { CriClient } from "./cri-client.ts";
import { AGENT_LABEL } from "./cri-config.ts";
import type * as cri from "./cri-messages.ts";
import type { SeenStates } from "./seen-states.ts";

const STATES = {
  CONTAINER_CREATED: "created",
  CONTAINER_RUNNING: "running",
  CONTAINER_EXITED: "exited",
  CONTAINER_UNKNOWN: "unknown",
} as const;

/** What was removed since it was listed is left out; of what a runtime that fails does not show, nothing is known. */
function unlessRemoved(error: unknown): undefined {
  if (!(error instanceof RuntimeError) || !error.notFound) throw error;
}

const ms = (nanoseconds: number): number => Math.floor(nanoseconds / 1_000_000);

export class CriObserver {
  readonly #cri: CriClient;
  readonly #scheme: string;
  readonly #agentId: string;
  readonly #seen: SeenStates;
  /** Ended containers no longer change. */
  readonly #ended = new Map<string, cri.ContainerStatus>();
  readonly #addresses = new Map<string, readonly string[]>();

  constructor(
    client: CriClient,
    { scheme, agentId, seen }: { readonly scheme: string; readonly agentId: string; readonly seen: SeenStates },
  ) {
    this.#cri = client;
    this.#scheme = scheme;
    this.#agentId = agentId;
    this.#seen = seen;
  }

  async observe(uid?: string): Promise<Observation> {
    const label_selector = { [AGENT_LABEL]: this.#agentId, ...(uid === undefined ? {} : { [POD_UID]: uid }) };
    const [{ items }, { containers }] = await Promise.all([
      this.#cri.call("ListPodSandbox", { filter: { label_selector } }),
      this.#cri.call("ListContainers", { filter: { label_selector } }),
    ]);
    if (uid !== undefined) this.#seen.replaceOf(uid, { containers, sandboxes: items });
    const [sandboxes, observed] = await Promise.all([
      Promise.all(items.map((sandbox) => this.#sandbox(sandbox))),
      Promise.all(containers.map((container) => this.#container(container))),
    ]);
    return {
      sandboxes: sandboxes.sort(newestFirst),
      containers: observed.filter((container) => container !== undefined).sort(newestFirst),
    };
  }

  /** A sandbox that is being stopped loses its addresses. */
  deleteAddresses(sandboxId: string): void {
    this.#addresses.delete(sandboxId);
  }

  /** Drops what no longer exists. */
  retainOnly(ids: ReadonlySet<string>): void {
    for (const cache of [this.#ended, this.#addresses])
      for (const id of cache.keys()) if (!ids.has(id)) cache.delete(id);
  }

  async #sandbox({
    id,
    metadata,
    state,
    created_at,
    labels,
    annotations,
    runtime_handler: handler,
  }: cri.PodSandbox): Promise<SandboxObservation> {
    const ready = state === "SANDBOX_READY";
    let ips = ready ? this.#addresses.get(id) : [];
    if (ips === undefined) {
      const response = await this.#cri.call("PodSandboxStatus", { pod_sandbox_id: id }).catch(unlessRemoved);
      const network = response?.status.network;
      ips = [network?.ip ?? "", ...(network?.additional_ips ?? []).map(({ ip }) => ip)].filter((ip) => ip !== "");
      this.#addresses.set(id, ips);
    }
    const { namespace, name, uid, attempt } = metadata;
    const pod = { namespace, name, uid };
    return { id, pod, attempt, ready, createdAt: ms(created_at), ips, handler, labels, annotations };
  }

  async #container({ id, pod_sandbox_id }: cri.Container): Promise<ContainerObservation | undefined> {
    let status = this.#ended.get(id);
    if (status === undefined) {
      const response = await this.#cri.call("ContainerStatus", { container_id: id }).catch(unlessRemoved);
      if (response === undefined) return undefined;
      status = response.status;
      if (status.state === "CONTAINER_EXITED") this.#ended.set(id, status);
    }
    return containerOf(status, { id: `${this.#scheme}://${id}`, sandboxId: pod_sandbox_id });
  }
}

const containerOf = (
  status: cri.ContainerStatus,
  { id, sandboxId }: Pick<ContainerObservation, "id" | "sandboxId">,
): ContainerObservation => ({
  id,
  sandboxId,
  name: status.metadata.name,
  attempt: status.metadata.attempt,
  state: STATES[status.state],
  image: status.image?.image ?? "",
  imageRef: status.image_ref,
  // Finer than milliseconds, for the order of creation.
  createdAt: status.created_at / 1_000_000,
  startedAt: ms(status.started_at),
  finishedAt: ms(status.finished_at),
  exitCode: status.exit_code,
  reason: status.reason,
  message: status.message,
  logPath: status.log_path,
  ...userOf(status),
  labels: status.labels,
  annotations: status.annotations,
});

const userOf = ({ user }: cri.ContainerStatus): Pick<ContainerObservation, "user"> =>
  user?.linux ? { user: { uid: user.linux.uid, gid: user.linux.gid, groups: user.linux.supplemental_groups } } : {};
