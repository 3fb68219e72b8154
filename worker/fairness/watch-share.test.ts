import { expect, test } from "vitest";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import { listShareOf, socketShareOf, watchShareOf } from "./watch-share.ts";

const policy = (limits?: object) => ({ get: () => limits && { limits } }) as unknown as PolicySnapshot;
const ann = { name: "ann", groups: ["system:authenticated"] };
const admin = { name: "admin", groups: ["system:masters"] };
const proxy = (pod: string) => ({
  name: "system:serviceaccount:kube-system:kube-proxy",
  groups: [],
  extra: { "authentication.kubernetes.io/pod-uid": [pod], "authentication.kubernetes.io/node-uid": ["n"] },
});

test.each([
  ["default", ann, undefined, { holder: { name: "ann", most: 2000 } }],
  ["default", admin, undefined, {}],
  ["acme", ann, undefined, { holder: { name: "ann", most: 2000 }, most: 10_000 }],
  ["acme", admin, undefined, { most: 10_000 }],
  ["acme", admin, { objects: 5 }, { most: 10_000 }],
  ["acme", admin, { watches: 50_000 }, { most: 50_000 }],
])("FAIR-WATCH: in cluster %s the user %o with limits %o has the share %j", (cluster, user, limits, share) => {
  expect(watchShareOf({ cluster, user, policy: policy(limits) }, [])).toEqual(share);
});

test("FAIR-WATCH-HOLDER: pods of one service account have a share each", () => {
  const of = (pod: string) => watchShareOf({ cluster: "default", user: proxy(pod), policy: policy() }, []).holder?.name;
  expect(of("a")).not.toBe(of("b"));
  expect(of("a")).toBe(of("a"));
});

test("FAIR-WATCH-COST: a watch counts once more for each 100 values in its selector", () => {
  const of = (values: number) => {
    const some = { of: "label", key: "app", operator: "in", values: Array.from({ length: values }, String) } as const;
    const exists = { of: "label", key: "tier", operator: "exists", values: [] } as const;
    return watchShareOf({ cluster: "default", user: ann, policy: policy() }, [some, exists]).holder?.takes;
  };
  expect([1, 98, 99, 999].map(of)).toEqual([undefined, undefined, 2, 11]);
});

test("FAIR-LIST: unread lists are limited to thirty", () => {
  expect(listShareOf({ cluster: "default", user: ann, policy: policy() })).toEqual({
    holder: { name: "ann", most: 30 },
  });
  expect(listShareOf({ cluster: "acme", user: admin, policy: policy() })).toEqual({ most: 150 });
});

test("FAIR-SOCKET: sockets for many watches have a lower limit", () => {
  expect(socketShareOf({ cluster: "acme", user: ann, policy: policy({ watches: 5 }) })).toEqual({
    holder: { name: "ann", most: 100 },
    most: 1000,
  });
});
