/** Notices changes in a pod's containers: by containerd's events, and by polling for what has no events. */
import { setTimeout as sleep } from "node:timers/promises";
import { followExits } from "./containerd-events.ts";
import type { CriClient } from "./cri-client.ts";
import { AGENT_LABEL } from "./cri-config.ts";
import type { SeenStates } from "./seen-states.ts";

const POLL_MS = 10_000;
/** The polling interval without containerd's events. */
const BLIND_POLL_MS = 1000;
/** How long CRI may take to catch up with an event; polled with growing intervals. */
const FIRST_EXIT_LOOK_MS = 10;
const MAX_EXIT_POLL_MS = 320;

export interface CriChangesOptions {
  readonly agentId: string;
  /** Whether the runtime is containerd. */
  readonly hasEvents: boolean;
  /** States that pods' workers have already seen need not be reported to them. */
  readonly seen: SeenStates;
  /** Called with the ids that exist, at each poll. */
  readonly onLook: (ids: ReadonlySet<string>) => void;
}

export class CriChanges {
  readonly #cri: CriClient;
  readonly #options: CriChangesOptions;
  readonly #listeners = new Set<(uid: string) => void>();
  #stopEvents: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(client: CriClient, options: CriChangesOptions) {
    this.#cri = client;
    this.#options = options;
    this.#followEvents();
    this.#pollLater();
  }

  /** Calls with the pod's uid. Returns how to stop. */
  listen(listener: (uid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopEvents?.();
  }

  #followEvents(): void {
    if (!this.#options.hasEvents) return;
    this.#stopEvents = followExits(
      this.#cri.socket,
      (id) => void this.#exited(id),
      () => {
        this.#stopEvents = undefined;
        if (!this.#closed) setTimeout(() => !this.#closed && this.#followEvents(), BLIND_POLL_MS).unref();
      },
    );
  }

  /** The event arrives a moment before CRI knows. A caller that ends a container itself checks afterwards anyway. */
  async #exited(id: string): Promise<void> {
    const known = this.#options.seen.get(id);
    if (known === undefined || this.#options.seen.isEnding(id)) return;
    for (let wait = FIRST_EXIT_LOOK_MS; wait <= MAX_EXIT_POLL_MS && !this.#closed; wait *= 2) {
      if (await this.#hasEnded(id, known.kind)) break;
      await sleep(wait);
    }
    this.#notify(known.uid);
  }

  async #hasEnded(id: string, kind: "container" | "sandbox"): Promise<boolean> {
    const state =
      kind === "container"
        ? this.#cri.call("ContainerStatus", { container_id: id }).then(({ status }) => status.state)
        : this.#cri.call("PodSandboxStatus", { pod_sandbox_id: id }).then(({ status }) => status.state);
    return ["CONTAINER_EXITED", "SANDBOX_NOTREADY", undefined].includes(await state.catch(() => undefined));
  }

  #notify(uid: string): void {
    for (const listener of this.#listeners) listener(uid);
  }

  #pollLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(
      () =>
        void this.#look()
          .catch(() => {})
          .then(() => this.#pollLater()),
      this.#stopEvents === undefined ? BLIND_POLL_MS : POLL_MS,
    );
  }

  async #look(): Promise<void> {
    const filter = { label_selector: { [AGENT_LABEL]: this.#options.agentId } };
    const [{ containers }, { items }] = await Promise.all([
      this.#cri.call("ListContainers", { filter }),
      this.#cri.call("ListPodSandbox", { filter }),
    ]);
    const changed = this.#options.seen.replace({ containers, sandboxes: items });
    this.#options.onLook(new Set([...containers, ...items].map(({ id }) => id)));
    for (const uid of changed) this.#notify(uid);
  }
}
