/** A process of each sandbox: it leads to the kernel's counters for the sandbox's network and cgroups. */
import { POD_UID } from "../labels.ts";
import type { SandboxProcess } from "../sandbox.ts";
import type { CriClient } from "./cri-client.ts";

type Found = Pick<SandboxProcess, "pid" | "ownsNetwork">;

export class SandboxProcesses {
  readonly #cri: Pick<CriClient, "call">;
  readonly #labels: Readonly<Record<string, string>>;
  /** By sandbox id; it does not change. Undefined: not reported. */
  #known: ReadonlyMap<string, Found | undefined> = new Map();

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
        const process = this.#known.has(id) ? this.#known.get(id) : await this.#find(id);
        return { sandboxId: id, pod: { namespace, name, uid: labels[POD_UID] ?? "" }, process };
      }),
    );
    this.#known = new Map(found.map(({ sandboxId, process }) => [sandboxId, process]));
    return found.flatMap(({ process, ...sandbox }) => (process === undefined ? [] : [{ ...sandbox, ...process }]));
  }

  async #find(id: string): Promise<Found | undefined> {
    // It may be gone by now.
    const response = await this.#cri
      .call("PodSandboxStatus", { pod_sandbox_id: id, verbose: true })
      .catch(() => undefined);
    const { pid } = JSON.parse(response?.info.info ?? "{}") as { readonly pid?: number };
    return pid === undefined ? undefined : { pid, ownsNetwork: Boolean(response?.status.network?.ip) };
  }
}
