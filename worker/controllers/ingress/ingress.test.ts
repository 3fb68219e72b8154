import { expect, it } from "vitest";
import type { Service } from "../../../api/generated/core.v1.ts";
import type { Ingress } from "../../../api/generated/networking.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { INGRESS_CONTROLLER, LOAD_BALANCER_CLASS } from "../../../api/public-host.ts";
import type { ClusterFacts } from "../cluster-facts.ts";
import type { ReconcileContext, Snapshot } from "../controller.ts";
import { ingressStatusController } from "./ingress-status.ts";
import { serviceAddressController } from "./service-address.ts";

const local: ClusterFacts = {
  ...{ caBundle: "", podCidrs: ["10.244.0.0/16"], standing: [], hasLocalClass: true },
  ingress: { domain: "localhost", cluster: "default", port: 8080 },
};
const address = { hostname: "web.shop.default.localhost", ports: [{ port: 8080, protocol: "TCP" }] };
const metadata = { name: "web", namespace: "shop" };

/** The status that a plan writes, if it writes one. */
function written(
  controller: typeof ingressStatusController,
  objects: Readonly<Record<string, object>>,
  cluster = local,
): unknown {
  const get = ((resource: string, _: string, name: string) => objects[`${resource}/${name}`]) as Snapshot["get"];
  const context = { snapshot: { get } as Snapshot, cluster, now: 0, lastSeen: () => undefined } as ReconcileContext;
  const [effect] = controller.reconcile("shop/web", context).effects;
  if (!effect) return undefined;
  if (effect.op !== "update" || effect.subresource !== "status")
    throw new Error(`a status was to be written: ${effect.op}`);
  return (effect.object as Stored<KubeObject> & { status: { loadBalancer: { ingress: unknown } } }).status.loadBalancer
    .ingress;
}

const ofClass = (controller: string) => ({ metadata: { name: "c" }, spec: { controller } });
const ingress = (status: Ingress["status"] = {}): Ingress => ({ metadata, spec: { ingressClassName: "c" }, status });

it.each<[string, object, object, unknown]>([
  ["of its class gets its address in its status", ingress(), ofClass(INGRESS_CONTROLLER), [address]],
  [
    "with the right status is left alone",
    ingress({ loadBalancer: { ingress: [address] } }),
    ofClass(INGRESS_CONTROLLER),
    undefined,
  ],
  ["of others is left alone", ingress(), ofClass("k8s.io/ingress-nginx"), undefined],
])("an Ingress %s (INGRESS-STATUS)", (_, object, ingressClass, expected) =>
  expect(
    written(ingressStatusController, {
      "ingresses.networking.k8s.io/web": object,
      "ingressclasses.networking.k8s.io/c": ingressClass,
    }),
  ).toEqual(expected),
);

const service = (spec: Partial<Service["spec"]>): object => ({ metadata, spec, status: {} });

it.each<[string, object, ClusterFacts, unknown]>([
  [
    "of its class gets its address in its status",
    service({ type: "LoadBalancer", loadBalancerClass: LOAD_BALANCER_CLASS }),
    local,
    [address],
  ],
  ["without a class is left alone", service({ type: "LoadBalancer" }), local, undefined],
  [
    "is left alone if there is no domain",
    service({ type: "LoadBalancer", loadBalancerClass: LOAD_BALANCER_CLASS }),
    { caBundle: "", podCidrs: [], standing: [], hasLocalClass: true },
    undefined,
  ],
])("a Service %s (INGRESS-STATUS)", (_, object, cluster, expected) =>
  expect(written(serviceAddressController, { "services/web": object }, cluster)).toEqual(expected),
);
