import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Env } from "../../env.ts";

const { API } = env as Env;
const ask = (path: string, init: RequestInit = {}) => API.fetch(new Request(`https://sailplane${path}`, init));

test("WIRE-METRICS: scrapes contain metrics of requests, objects, watches and API servers under Kubernetes' names", async () => {
  const maps = "/api/v1/namespaces/default/configmaps";
  const body = JSON.stringify({ metadata: { name: "measured" } });
  await (await ask(maps, { method: "POST", body, headers: { "Content-Type": "application/json" } })).text();
  await (await ask(`${maps}/measured/nothing`)).text();
  const watch = await ask(`${maps}?watch=1`);
  const metrics = (await (await ask("/metrics")).text()).split("\n");
  const value = (sample: string) => Number(metrics.find((line) => line.startsWith(`${sample} `))?.split(" ")[1]);
  const kind = 'group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"';
  expect(value(`apiserver_request_total{code="201",component="apiserver",dry_run="",${kind}}`)).toBeGreaterThan(0);
  expect(value('apiserver_resource_objects{group="",resource="configmaps"}')).toBeGreaterThan(0);
  expect(value('apiserver_resource_objects{group="apps",resource="deployments"}')).toBeGreaterThanOrEqual(0);
  expect(value('apiserver_storage_objects{resource="deployments.apps"}')).toBeGreaterThanOrEqual(0);
  const scope = 'scope="",subresource="",verb="WATCH",version="v1"';
  const watches = `apiserver_longrunning_requests{component="apiserver",group="",resource="configmaps",${scope}}`;
  expect(value(watches)).toBeGreaterThan(0);
  expect(value('aggregator_unavailable_apiservice{name="v1.apps"}')).toBe(0);
  expect(metrics.some((line) => line.startsWith("kubernetes_build_info{") && line.endsWith("} 1"))).toBe(true);
  expect(metrics.some((line) => line.includes("nothing"))).toBe(false);
  await watch.body?.cancel();
});

test("WIRE-METRICS: scrapes contain metrics of the controllers' queues of the scheduler, and of the database", async () => {
  const deployed = "/apis/apps/v1/namespaces/default/deployments";
  const containers = [{ name: "c", image: "i" }];
  const labels = { app: "measured" };
  const body = JSON.stringify({
    metadata: { name: "measured" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  await (await ask(deployed, { method: "POST", body, headers: { "Content-Type": "application/json" } })).text();
  const value = async (sample: string) => {
    const metrics = (await (await ask("/metrics")).text()).split("\n");
    return Number(metrics.find((line) => line.startsWith(`${sample} `))?.split(" ")[1] ?? 0);
  };
  expect(await value('apiserver_storage_size_bytes{storage_cluster_id=""}')).toBeGreaterThan(10_000);
  await expect.poll(() => value('workqueue_adds_total{name="deployment-controller"}')).toBeGreaterThan(0);
  await expect.poll(() => value('scheduler_pending_pods{queue="unschedulable"}')).toBeGreaterThan(0);
});
