/** The control plane's access to its own API, which the Worker's entry point OwnApi answers. */
import type { Answered, Asked } from "../api/asked.ts";

export interface Together {
  readonly cluster: string;
  readonly asked: readonly Asked[];
}

export type OwnApiBinding = Fetcher & {
  /** The control plane's own requests. */
  all(together: Together): Promise<readonly Answered[]>;
  /** Requests that it forwards for others, who are identified by their credentials. */
  passed(together: Together): Promise<readonly Answered[]>;
};
