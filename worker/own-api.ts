/** How the control plane asks its own API, which the Worker's entry point OwnApi answers. */
import type { Answered, Asked } from "../api/asked.ts";

export interface Together {
  readonly cluster: string;
  readonly asked: readonly Asked[];
}

export type OwnApiBinding = Fetcher & {
  /** Requests of its own. */
  all(together: Together): Promise<readonly Answered[]>;
  /** Others' requests that it passes on: whose they are, their credentials say. */
  passed(together: Together): Promise<readonly Answered[]>;
};
