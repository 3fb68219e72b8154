/** A process of each sandbox that has a network of its own: by it the kernel tells what went over that. */
import { POD_UID } from "../../pod/labels.ts";
import type { SandboxProcess } from "../sandbox.ts";
import type { CriClient } from "./cri-client.ts";

export class SandboxProcesses {
  readonly #cri: Pick<CriClient, "call">;
  readonly #labels: Readonly<Record<string, string>>;
  /** By the sandbox's id: it has the same for its life. Undefined: its network is the machine's, or nothing is told. */
  #pids: ReadonlyMap<string, number | undefined> = new Map();

  /** Of sandboxes with these labels. */
  constructor(cri: Pick<CriClient, "call">, labels: Readonly<Record<string, string>>) {
    this.#cri = cri;
    this.#labels = labels;
  }

  async list(): Promise<readonly SandboxProcess[]> {
    const { items } = await this.#cri.call("ListPodSandbox", { filter: { label_selector: this.#labels } });
    const ready = items.filter(({ state }) => state === "SANDBOX_READY");
    const found = await Promise.all(
      ready.map(async ({ id, metadata: { namespace, name }, labels }) => {
        const pid = this.#pids.has(id) ? this.#pids.get(id) : await this.#find(id);
        return { sandboxId: id, pod: { namespace, name, uid: labels[POD_UID] ?? "" }, pid };
      }),
    );
    this.#pids = new Map(found.map(({ sandboxId, pid }) => [sandboxId, pid]));
    return found.flatMap(({ pid, ...sandbox }) => (pid === undefined ? [] : [{ ...sandbox, pid }]));
  }

  async #find(id: string): Promise<number | undefined> {
    // One that has gone meanwhile has no network either.
    const answer = await this.#cri
      .call("PodSandboxStatus", { pod_sandbox_id: id, verbose: true })
      .catch(() => undefined);
    if (!answer?.status.network?.ip) return undefined;
    const { pid } = JSON.parse(answer.info.info ?? "{}") as { readonly pid?: number };
    return pid;
  }
}
