/** What each route finds in Hono's context. */
import type { Env } from "../env.ts";
import type { Flow } from "../fairness/classify.ts";
import type { Served } from "../kinds/kind-registry.ts";
import type { ResourcePath } from "../resource-path.ts";

/** The resource of a request. */
export interface Counted {
  readonly verb: string;
  readonly path: ResourcePath;
  readonly served: Served;
  readonly request: Request;
  readonly query: URLSearchParams;
}

export interface Bindings {
  readonly Bindings: Env;
  readonly Variables: {
    cluster: string;
    flow?: Flow;
    /** What the request is counted as, if it is for a resource. */
    about?: Counted;
    /** Warnings of a failed request; other answers contain theirs. */
    warnings?: readonly string[];
  };
}
