import { expect, test } from "vitest";
import { renderFamilies } from "../../../api/metrics/exposition.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { parseResourcePath } from "../../resource-path.ts";
import type { Counted } from "../bindings.ts";
import { RequestMetrics } from "./request-metrics.ts";

const served = { group: "apps", version: "v1", resource: { plural: "deployments" } } as Served;

function about(verb: string, pathname: string, { query = "", type = "application/json" } = {}): Counted {
  const path = parseResourcePath(pathname);
  if (!path) throw new Error(pathname);
  const request = new Request(`https://sailplane${pathname}`, { headers: { "Content-Type": type } });
  return { verb, path, served, request, query: new URLSearchParams(query) };
}

const linesOf = (metrics: RequestMetrics) => renderFamilies(metrics.families()).split("\n");

const ALL = "/apis/apps/v1/deployments";
const SOME = "/apis/apps/v1/namespaces/n/deployments";
const ONE = `${SOME}/d`;
const APPLY = { type: "application/apply-patch+yaml" };

test.each([
  ["get", ONE, {}, 'scope="resource",subresource="",verb="GET"'],
  ["list", SOME, {}, 'scope="namespace",subresource="",verb="LIST"'],
  ["list", ALL, {}, 'scope="cluster",subresource="",verb="LIST"'],
  ["watch", ALL, {}, 'scope="cluster",subresource="",verb="WATCH"'],
  ["create", SOME, {}, 'scope="resource",subresource="",verb="POST"'],
  ["update", `${ONE}/status`, {}, 'scope="resource",subresource="status",verb="PUT"'],
  ["patch", ONE, {}, 'scope="resource",subresource="",verb="PATCH"'],
  ["patch", ONE, APPLY, 'scope="resource",subresource="",verb="APPLY"'],
  ["deletecollection", SOME, {}, 'scope="namespace",subresource="",verb="DELETECOLLECTION"'],
  ["get", `${ONE}/exec`, {}, 'scope="resource",subresource="exec",verb="CONNECT"'],
])("WIRE-METRICS: %s of %s has Kubernetes' labels", (verb, path, options, labels) => {
  const metrics = new RequestMetrics();
  metrics.ended({ method: "GET", about: about(verb, path, options), code: 200, milliseconds: 1, flow: undefined });
  const kind = `group="apps",resource="deployments",${labels},version="v1"`;
  expect(linesOf(metrics)).toContain(`apiserver_request_total{code="200",component="apiserver",dry_run="",${kind}} 1`);
});

test("WIRE-METRICS: request durations are in cumulative buckets, without watches", () => {
  const metrics = new RequestMetrics();
  const answer = (milliseconds: number, of: Counted | undefined) => {
    metrics.began("GET");
    metrics.ended({ method: "GET", about: of, code: 200, milliseconds, flow: undefined });
  };
  for (const milliseconds of [5, 30, 61_000]) answer(milliseconds, about("get", ONE, { query: "dryRun=All" }));
  answer(1, about("watch", ALL));
  const lines = linesOf(metrics);
  const kind = 'group="apps",resource="deployments",scope="resource",subresource="",verb="GET",version="v1"';
  const took = (name: string, labels: string) =>
    lines.filter((line) => line.startsWith(`apiserver_request_${name}{${labels}`)).map((line) => line.split(" ")[1]);
  const all = `component="apiserver",dry_run="All",${kind}`;
  expect(took("duration_seconds_bucket", all).slice(0, 3)).toEqual(["1", "1", "2"]);
  expect(took("duration_seconds_bucket", all)).toHaveLength(24);
  expect(took("duration_seconds_bucket", `${all},le="+Inf"`)).toEqual(["3"]);
  expect(took("duration_seconds_sum", all)).toEqual(["61.035"]);
  expect(took("sli_duration_seconds_bucket", `component="apiserver",${kind},le="0.05"`)).toEqual(["2"]);
  expect(lines.some((line) => line.includes('verb="WATCH"') && line.includes("duration"))).toBe(false);
  expect(lines).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 0');
});
