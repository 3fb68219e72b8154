import { expect, it } from "vitest";
import type { MetricSpec } from "../../../api/generated/autoscaling.v2.ts";
import type { Snapshot } from "../controller.ts";
import { queryOf, resultOf } from "./metric-query.ts";

const KINDS: Readonly<Record<string, string>> = {
  "v1 Service": "services",
  "v1 Namespace": "namespaces",
  "networking.k8s.io/v1 Ingress": "ingresses.networking.k8s.io",
};

/** `offered`: GROUP/VERSION of each APIService. */
const askingOf = (...offered: readonly string[]) => ({
  namespace: "ns",
  selector: "app=web",
  snapshot: {
    list: () => offered.map((each) => ({ spec: { group: each.split("/")[0], version: each.split("/")[1] } })),
    resourceOf: (apiVersion: string, kind: string) => KINDS[`${apiVersion} ${kind}`],
    servedAs: (group: string) => (group === "" ? "v1" : `${group}/v1`),
  } as unknown as Snapshot,
});

const OLD = "custom.metrics.k8s.io/v1beta1";
const NEW = "custom.metrics.k8s.io/v1beta2";
const EXTERNAL = "external.metrics.k8s.io/v1beta1";
const metric = {
  name: "h/s",
  selector: { matchLabels: { verb: "GET" }, matchExpressions: [{ key: "a", operator: "In", values: ["y", "x"] }] },
};
const target = { type: "Value", value: "1" };
const pods: MetricSpec = { type: "Pods", pods: { metric, target } };
const external: MetricSpec = { type: "External", external: { metric, target } };
const object = (kind: string, apiVersion: string): MetricSpec => ({
  type: "Object",
  object: { describedObject: { kind, name: "o", apiVersion }, metric: { name: "hits" }, target },
});
const chosen = "metricLabelSelector=a%20in%20(x%2Cy)%2Cverb%3DGET";

it.each<[string, MetricSpec, readonly string[], string]>([
  ["pods", pods, [OLD], `/apis/${OLD}/namespaces/ns/pods/*/h%2Fs?labelSelector=app%3Dweb&${chosen}`],
  ["the newer of two", pods, [OLD, NEW], `/apis/${NEW}/namespaces/ns/pods/*/h%2Fs?labelSelector=app%3Dweb&${chosen}`],
  ["an object", object("Service", "v1"), [OLD], `/apis/${OLD}/namespaces/ns/services/o/hits`],
  ["one of the core group", object("Service", ""), [NEW], `/apis/${NEW}/namespaces/ns/services/o/hits`],
  [
    "one of a group",
    object("Ingress", "networking.k8s.io/v1"),
    [NEW],
    `/apis/${NEW}/namespaces/ns/ingresses.networking.k8s.io/o/hits`,
  ],
  [
    "one of a version that is not served",
    object("Ingress", "networking.k8s.io/v1beta1"),
    [NEW],
    `/apis/${NEW}/namespaces/ns/ingresses.networking.k8s.io/o/hits`,
  ],
  ["a namespace", object("Namespace", "v1"), [NEW], `/apis/${NEW}/namespaces/ns/metrics/hits`],
  [
    "an external metric",
    external,
    [EXTERNAL],
    `/apis/${EXTERNAL}/namespaces/ns/h%2Fs?labelSelector=${chosen.slice(20)}`,
  ],
])("CTL-HPA-METRICS: %s is requested from the API that serves it", (_, spec, offered, question) => {
  expect(queryOf(spec, askingOf(...offered))).toMatchObject({ query: question });
});

it.each<[string, MetricSpec, readonly string[], string]>([
  ["pods", pods, [EXTERNAL], "no custom metrics API (custom.metrics.k8s.io) registered"],
  ["external", external, [OLD], "the server could not find the requested resource (get h/s.external.metrics.k8s.io)"],
  [
    "an unknown kind",
    object("Gizmo", "x.io/v1"),
    [OLD],
    'unable to map kind Gizmo.x.io to resource: no matches for kind "Gizmo" in group "x.io"',
  ],
])("CTL-HPA-METRICS: %s cannot be requested", (_, spec, offered, message) => {
  expect(resultOf(queryOf(spec, askingOf(...offered)), undefined)).toEqual({ ok: false, code: 404, message });
});

it("CTL-HPA-METRICS: an API server that does not answer is reported in the words of client-go", () => {
  const request = queryOf(object("Service", "v1"), askingOf(OLD));
  const question = "query" in request ? request.query : "";
  const silent = { ok: false, code: 503, message: "service unavailable" } as const;
  expect(resultOf(request, new Map([[question, silent]]))).toMatchObject({
    message: "the server is currently unable to handle the request (get services.custom.metrics.k8s.io o)",
  });
});
