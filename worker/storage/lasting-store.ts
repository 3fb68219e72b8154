/**
 * A cluster's store as a loop holds it that outlives it: once an object has broken (a full disk, a cluster that is erased or goes
 * back in time), so have all stubs of it that there are, for good. Each call takes a new one.
 */
import type { Store } from "../../api/store.ts";
import type { Env } from "../env.ts";

export function lastingStore(
  { CLUSTER_STORE }: Env,
  cluster: string,
): Pick<Store, "list" | "texts" | "status" | "commit"> {
  const stub = () => CLUSTER_STORE.getByName(cluster) as unknown as Store;
  return {
    list: (request) => stub().list(request),
    texts: (request) => stub().texts(request),
    status: () => stub().status(),
    commit: (request) => stub().commit(request),
  };
}
