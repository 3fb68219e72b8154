/** The Worker of bench/store-object.ts: calls one ClusterStore in its own process, so that only the store is measured. */

import type { Store } from "../api/store/store.ts";
import { storeStreamUrls } from "../api/store/store-stream.ts";

export { ClusterStore } from "../durable-objects/cluster-store.ts";

type Stub = Store & { fetch(url: string, init: RequestInit): Promise<Response>; check(): Promise<unknown> };

const filler = "x".repeat(700);
const keyOf = (index: number) => ({
  resource: "things",
  namespace: "default",
  name: `t-${String(index).padStart(7, "0")}`,
});

/** About 0.9 KB; one object in fifty carries `app=rare`. */
function creationOf(index: number) {
  const { name } = keyOf(index);
  const labels = { app: index % 50 === 0 ? "rare" : "web" };
  const metadata = { name, namespace: "default", uid: `uid-of-${name}`, resourceVersion: "", labels };
  const text = JSON.stringify({ kind: "Thing", apiVersion: "v1", metadata, data: { filler } });
  return { op: "create" as const, key: keyOf(index), text, attributes: { labels, fields: {} } };
}

export default {
  /** Serves `/create?count=&clients=&from=`, `/get?…`, `/list?request=`, `/watch?request=` and `/check`. */
  async fetch(request: Request, env: { CLUSTER_STORE: { getByName(name: string): Stub } }): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const store = env.CLUSTER_STORE.getByName("bench");
    const number = (name: string) => Number(searchParams.get(name) ?? 0);
    const stream = (url: string, defaults: object) =>
      store.fetch(url, {
        method: "POST",
        body: JSON.stringify({ resource: "things", ...defaults, ...JSON.parse(searchParams.get("request") ?? "{}") }),
      });
    const each = async (run: (index: number) => Promise<{ ok: boolean }>) => {
      let next = 0;
      const client = async () => {
        while (next < number("count")) if (!(await run(number("from") + next++)).ok) throw new Error("refused");
      };
      await Promise.all(Array.from({ length: number("clients") }, client));
      return new Response("done");
    };
    switch (pathname) {
      case "/create":
        return each((index) => store.commit({ writes: [creationOf(index)] }));
      case "/get":
        return each((index) => store.read({ key: keyOf(index) }));
      case "/list":
        return stream(storeStreamUrls.list, { items: { dropPrefix: '{"kind":"Thing","apiVersion":"v1",' } });
      case "/watch":
        return stream(storeStreamUrls.watch, {
          bookmarks: false,
          bookmarkKind: { kind: "Thing", apiVersion: "v1" },
          timeoutSeconds: 600,
        });
      case "/check":
        return Response.json(await store.check());
      default:
        return Response.json(await store.status());
    }
  },
};
