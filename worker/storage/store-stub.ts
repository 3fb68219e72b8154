import type { Store } from "../../api/store/store.ts";

/** The store over RPC; streamed lists and watches go through `fetch`. */
export type StoreStub = Store & {
  fetch(request: Request): Promise<Response>;
  /** Commits what waits in the store's lane. */
  carry(): Promise<void>;
};
