/** Notices that a pod's containers changed: by containerd's events, and by looking now and then for what has none. */
import { setTimeout as sleep } from "node:timers/promises";
import { POD_UID } from "../../pod/labels.ts";
import { followExits } from "./containerd-events.ts";
import type { CriClient } from "./cri-client.ts";
import { AGENT_LABEL } from "./cri-config.ts";

const POLL_MS = 10_000;
/** Without containerd's events the state is looked at this often. */
const BLIND_POLL_MS = 1000;
const EXIT_LOOK_MS = 20;
const EXIT_LOOKS = 25;

export interface CriChangesOptions {
  readonly agentId: string;
  /** Whether the runtime is containerd. */
  readonly hasEvents: boolean;
  /** What is there at a look, by id. */
  readonly onLook: (ids: ReadonlySet<string>) => void;
}

export class CriChanges {
  readonly #cri: CriClient;
  readonly #options: CriChangesOptions;
  readonly #listeners = new Set<(uid: string) => void>();
  /** State by id, as of the last look, and whose it is. */
  #seen: ReadonlyMap<string, { readonly uid: string; readonly state: string }> = new Map();
  #stopEvents: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(client: CriClient, options: CriChangesOptions) {
    this.#cri = client;
    this.#options = options;
    this.#followEvents();
    this.#pollLater();
  }

  /** Calls with the pod's uid. Answers how to stop. */
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
      this.#cri.address,
      (id) => void this.#exited(id),
      () => {
        this.#stopEvents = undefined;
        if (!this.#closed) setTimeout(() => !this.#closed && this.#followEvents(), BLIND_POLL_MS).unref();
      },
    );
  }

  /** The event comes a moment before CRI knows. */
  async #exited(id: string): Promise<void> {
    for (let look = 0; look < EXIT_LOOKS; look++) {
      const answer = await this.#cri.call("ContainerStatus", { container_id: id }).catch(() => undefined);
      if (answer === undefined) break;
      if (answer.status.state === "CONTAINER_EXITED") {
        this.#tell(answer.status.labels[POD_UID] ?? "");
        return;
      }
      await sleep(EXIT_LOOK_MS);
    }
    await this.#look().catch(() => {});
  }

  #tell(uid: string): void {
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
    const now = new Map(
      [...containers, ...items].map(({ id, labels, state }) => [id, { uid: labels[POD_UID] ?? "", state }]),
    );
    const changed = new Set<string>();
    for (const [id, { uid, state }] of now) if (this.#seen.get(id)?.state !== state) changed.add(uid);
    for (const [id, { uid }] of this.#seen) if (!now.has(id)) changed.add(uid);
    this.#seen = now;
    this.#options.onLook(new Set(now.keys()));
    for (const uid of changed) this.#tell(uid);
  }
}
