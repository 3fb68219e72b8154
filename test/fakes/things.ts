/** Objects of a kind that has nothing but a name and a length, and a watch of them. */

import type { Revision, Store, WatchRequest } from "../../api/store/store.ts";

export const watchingThings: WatchRequest = {
  resource: "things",
  since: 1 as Revision,
  bookmarks: false,
  bookmarkKind: { kind: "Thing", apiVersion: "v1" },
  timeoutSeconds: 60,
};

export async function writeThing(store: Pick<Store, "commit">, name: string, length = 1): Promise<void> {
  const key = { resource: "things", namespace: "", name };
  const text = JSON.stringify({ metadata: { name, resourceVersion: "" }, body: "x".repeat(length) });
  await store.commit({ writes: [{ op: "create", key, text, attributes: { labels: {}, fields: {} } }] });
}
