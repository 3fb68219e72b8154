/** What each route finds in its context. */
import type { Env } from "../env.ts";
import type { Flow } from "../fairness/classify.ts";

export interface Bindings {
  readonly Bindings: Env;
  readonly Variables: {
    cluster: string;
    flow?: Flow;
    /** Of a request that is refused; others have them in their answers. */
    warnings?: readonly string[];
  };
}
