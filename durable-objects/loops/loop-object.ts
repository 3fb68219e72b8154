/** What the platform's objects of the cluster's loops have in common; one object per cluster and loop. */
import { DurableObject } from "cloudflare:workers";
import { eraseObject } from "../erase-object.ts";
import type { SleepingLoop } from "./sleeping-loop.ts";

export abstract class LoopObject<Env> extends DurableObject<Env> {
  protected abstract readonly loop: SleepingLoop;

  /** Called once a minute. */
  async tick({ cluster }: { readonly cluster: string }): Promise<void> {
    await this.loop.tick(cluster);
  }

  async metrics(): Promise<string> {
    return this.loop.metrics();
  }

  /** Called when the cluster is deleted. */
  async erase(): Promise<void> {
    await eraseObject(this.ctx);
  }

  override async alarm(): Promise<void> {
    await this.loop.ring();
  }
}
