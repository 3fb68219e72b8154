import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import type { LeaseSpec } from "../../../api/generated/coordination.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { CLUSTER_STORE, call, newCluster } from "../../../test/workers/api-under-test.ts";
import type { Env } from "../../env.ts";

const { NODE_HUB } = env as Env;
const COMING = "2026-01-01T00:00:00.000000Z";
const LATER = "2999-01-01T00:00:00.000000Z";

async function dial(cluster: string, node: string): Promise<WebSocket> {
  const url = `https://hub/?node=${node}&cluster=${cluster}`;
  const { webSocket } = await NODE_HUB.getByName(cluster).fetch(url, { headers: { Upgrade: "websocket" } });
  if (!webSocket) throw new Error("no socket");
  webSocket.accept();
  return webSocket as WebSocket;
}

const specOf = (lease: KubeObject | undefined) => (lease as { readonly spec?: LeaseSpec } | undefined)?.spec;
const timeOf = (lease: KubeObject | undefined) => specOf(lease)?.renewTime;

test("LINK-LEASE: a Lease shows the time when its node was last heard of, without a write", async () => {
  const base = await newCluster("renewed");
  const cluster = base.split("/").at(-1) ?? "";
  const leases = `${base}/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases`;
  const make = (name: string, renewTime: string) =>
    call(leases, { body: { metadata: { name }, spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime } } });
  const made = await make("linked", COMING);
  await make("stranger", COMING);
  await make("writer", LATER);
  const sockets = await Promise.all([dial(cluster, "linked"), dial(cluster, "writer")]);
  const { revision } = await CLUSTER_STORE.getByName(cluster).status();

  const began = Date.now();
  const { object: one } = await call(`${leases}/linked`);
  expect(timeOf(one)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/);
  expect(Date.parse(timeOf(one) ?? "")).toBeGreaterThanOrEqual(began - 1000);
  expect(one).toEqual({ ...made.object, spec: { ...specOf(made.object), renewTime: timeOf(one) } });
  const shown = async (url: string) => {
    const { items } = (await call(url)).object as unknown as { items: KubeObject[] };
    return Object.fromEntries(items.map((lease) => [lease.metadata.name, timeOf(lease)]));
  };
  const { linked, ...others } = await shown(leases);
  expect(others).toEqual({ stranger: COMING, writer: LATER });
  expect(Date.parse(linked ?? "")).toBeGreaterThanOrEqual(began - 1000);
  const everywhere = await shown(`${base}/apis/coordination.k8s.io/v1/leases?limit=500`);
  expect(Date.parse(everywhere.linked ?? "")).toBeGreaterThanOrEqual(began - 1000);
  // The past is shown as it was.
  const then = await shown(`${leases}?resourceVersion=${revision}&resourceVersionMatch=Exact`);
  expect(then.linked).toBe(COMING);

  for (const socket of sockets) socket.close();
  const left = async () => (await NODE_HUB.getByName(cluster).lastSeen()).linked ?? Number.POSITIVE_INFINITY;
  await vi.waitFor(async () => expect(await left()).toBeLessThan(Number.POSITIVE_INFINITY), 10_000);
  const gone = timeOf((await call(`${leases}/linked`)).object) ?? "";
  expect(Date.parse(gone)).toBe(await left());
});
