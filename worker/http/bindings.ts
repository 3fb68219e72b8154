/** What each route finds in Hono's context. */
import type { Env } from "../env.ts";
import type { Flow } from "../fairness/classify.ts";
import type { Counted } from "./health/request-metrics.ts";

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
