/** What a store tells those who listen for changes of some resources. */
import type { GroupResource, Revision } from "../store.ts";

export interface ChangeNotice {
  /** Those named have changed up to here. */
  readonly revision: Revision;
  /** Empty in the answer to who begins to listen. */
  readonly resources: readonly GroupResource[];
}
