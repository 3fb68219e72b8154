/** What each route finds in its context. */
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
    /** Of a request that is refused; others have them in their answers. */
    warnings?: readonly string[];
  };
}
