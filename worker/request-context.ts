import type { User } from "./auth/user.ts";
import type { Env } from "./env.ts";
import type { Turn } from "./fairness/turn.ts";
import type { Registry, Served } from "./kinds/kind-registry.ts";
import type { PolicySnapshot } from "./policy/snapshot.ts";
import type { ResourcePath } from "./resource-path.ts";
import type { ObjectStore } from "./storage/object-store.ts";

/** An authenticated and authorized request on its way to a verb. */
export interface RequestContext {
  readonly env: Env;
  readonly cluster: string;
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly path: ResourcePath;
  readonly served: Served;
  readonly user: User;
  readonly policy: PolicySnapshot;
  readonly registry: Registry;
  readonly store: ObjectStore;
  /** The request's body, read once, however often the request is decided again. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly turn: Turn;
  /** ms since the epoch; the same for the whole request. */
  readonly now: number;
  /** Texts for Warning headers, in order; duplicates are sent once. */
  readonly warnings: string[];
}
