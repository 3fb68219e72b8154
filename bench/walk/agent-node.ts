/** A node with the real agent, in a process of its own, which runs nothing. */
import { mkdtempSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../../cli/kubeconfig.ts";
import { forkNodes } from "../rig/simulated-nodes.ts";
import { insist } from "./insist.ts";
import type { WalkClient } from "./walk-client.ts";
import type { WalkNode } from "./walk-node.ts";

export interface AgentNodeOptions {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly client: WalkClient;
  readonly connection: Connection;
  /** Where it keeps its files. */
  readonly directory: string;
}

export class AgentNode implements WalkNode {
  calm = false;
  readonly #options: AgentNodeOptions;
  #kill: (() => Promise<void>) | undefined;

  constructor(options: AgentNodeOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get isUp(): boolean {
    return this.#kill !== undefined;
  }

  /** Resolves when it has registered itself. */
  async start(): Promise<void> {
    this.crash();
    const { name, labels, client, connection, directory } = this.#options;
    this.#kill = forkNodes(connection, [name], mkdtempSync(`${directory}/${name}-`));
    while (this.isUp) {
      const { status } = await insist(() => client.patch({ resource: "nodes", name }, { metadata: { labels } }));
      if (status === 200) return;
      await sleep(200);
    }
  }

  crash(): void {
    void this.#kill?.();
    this.#kill = undefined;
  }
}
