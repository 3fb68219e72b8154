/** What a store sends to listeners for changes of some resources. */
import type { GroupResource, Revision } from "./store.ts";

export interface ChangeNotice {
  /** The named resources have changed up to here. */
  readonly revision: Revision;
  /** Empty in the answer to a new listener. */
  readonly resources: readonly GroupResource[];
}
