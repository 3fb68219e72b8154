/**
 * Services of type LoadBalancer at addresses of the cluster's own nodes: of those that somebody has labelled for it. The
 * rules' names are in docs/spec/proxy.md. What leads there is each node's service proxy, as it does for any load balancer.
 */
import type { Node, Service } from "../../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { Condition } from "../../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { internalAddresses } from "../../../api/node/internal-addresses.ts";
import { type Controller, type EventRecord, type Plan, type Snapshot, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isNodeReady } from "../node/readiness.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { holdersOfPorts, isPortConflict, type Port, portConflict } from "./load-balancer-ports.ts";

const SLICES = "endpointslices.discovery.k8s.io";
const SERVICE_NAME = "kubernetes.io/service-name";
/** A node with it gives its addresses. */
const LABEL = "sailplane.dev/load-balancer";
/** As cloud providers leave a node out. */
const EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";
/** `spec.loadBalancerClass` of who insists on it; a Service without a class is served as well. */
const CLASS = "sailplane.dev/nodes";
/** In `status.conditions`: the addresses are this controller's to write, and why there are none. */
const CONDITION = "sailplane.dev/NodeAddresses";

export const nodeLoadBalancer: Controller = {
  name: "node-load-balancer-controller",
  reads: ["services", "nodes", SLICES],
  writes: ["services"],
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (resource === SLICES) return localServiceOf(object, snapshot);
    if (resource === "nodes") return same(given(object as Node), given(previous as Node)) ? [] : balanced(snapshot);
    const [now, before] = [object as Stored<Service>, previous as Stored<Service> | undefined];
    if (!isBalanced(now) && !(before && isBalanced(before))) return [];
    const isGoing = deleted || now.metadata.deletionTimestamp !== before?.metadata.deletionTimestamp;
    // Its ports may be free now, or taken.
    return isGoing || !same(now.spec, before?.spec) ? [itemKey(now), ...balanced(snapshot)] : [itemKey(now)];
  },
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const service = snapshot.get<Service>("services", namespace, name);
    if (!service || service.metadata.deletionTimestamp) return settled;
    const before = conditionOf(service);
    const nodes = snapshot.list<Node>("nodes").filter(isLabelled);
    if (!isBalanced(service) || (nodes.length === 0 && service.spec.loadBalancerClass !== CLASS))
      return before ? write(service, { ingress: undefined, conditions: othersOf(service) }) : settled;
    const outcome = outcomeOf(service, nodes, snapshot);
    const condition = conditionNow(outcome, { before, generation: service.metadata.generation, now });
    const status = {
      ingress: outcome.addresses.length > 0 ? outcome.addresses.map((ip) => ({ ip, ipMode: "VIP" })) : undefined,
      conditions: [...othersOf(service), condition],
    };
    return write(service, status, condition.status === before?.status ? [] : [eventOf(service, condition)]);
  },
};

/** Whether its addresses are this controller's affair, where there are any. */
const isBalanced = ({ spec: { type, loadBalancerClass } }: Service): boolean =>
  type === "LoadBalancer" && (loadBalancerClass === undefined || loadBalancerClass === CLASS);

/** Of a slice, the Service that is at the nodes of its endpoints only. */
function localServiceOf({ metadata: { namespace = "", labels } }: KubeObject, snapshot: Snapshot): readonly string[] {
  const service = snapshot.get<Service>("services", namespace, labels?.[SERVICE_NAME] ?? "");
  return service && isBalanced(service) && isLocal(service) ? [itemKey(service)] : [];
}

const isLocal = ({ spec }: Service): boolean => spec.externalTrafficPolicy === "Local";

const balanced = (snapshot: Snapshot): readonly string[] =>
  snapshot.derived<Service, readonly string[]>("services", (all) => all.filter(isBalanced).map(itemKey));

const isLabelled = ({ metadata: { labels = {}, deletionTimestamp } }: Node): boolean =>
  LABEL in labels && labels[LABEL] !== "false" && !(EXCLUDED in labels) && deletionTimestamp === undefined;

/** What a node gives at this moment. */
const given = (node: Node | undefined): readonly string[] =>
  node && isLabelled(node) ? ["labelled", ...(isNodeReady(node) ? internalAddresses(node) : [])] : [];

interface Outcome {
  readonly addresses: readonly string[];
  readonly reason: string;
  readonly message: string;
}

function outcomeOf(service: Stored<Service>, labelled: readonly Stored<Node>[], snapshot: Snapshot): Outcome {
  const conflict = portConflict(service, portHolders(snapshot));
  if (conflict) return none(conflict.reason, conflict.message);
  const ready = labelled.filter(isNodeReady);
  if (ready.length === 0) return none("NoReadyNode", `no Ready node has the label ${LABEL}`);
  const local = isLocal(service) ? nodesWithEndpoints(service, snapshot) : undefined;
  const nodes = local?.size ? ready.filter(({ metadata: { name } }) => local.has(name)) : ready;
  if (nodes.length === 0)
    return none(
      "NoLocalEndpoint",
      `no Ready node with the label ${LABEL} has one of its ready endpoints, and the traffic policy is Local`,
    );
  const { ipFamilies = [], loadBalancerIP } = service.spec;
  const addresses = [...new Set(nodes.flatMap(internalAddresses))]
    .filter((address) => ipFamilies.length === 0 || ipFamilies.includes(familyOf(address)))
    .filter((address) => !loadBalancerIP || address === loadBalancerIP)
    .sort();
  if (addresses.length === 0)
    return none(
      "NoAddress",
      `no Ready node with the label ${LABEL} has ${loadBalancerIP || `an address of ${ipFamilies.join(" or ")}`}`,
    );
  return { addresses, reason: "NodesServe", message: `the service proxy of ${nodes.length} nodes leads to it` };
}

const none = (reason: string, message: string): Outcome => ({ addresses: [], reason, message });

const familyOf = (address: string): string => (address.includes(":") ? "IPv6" : "IPv4");

/** By port, of the Services at the nodes' addresses. */
const portHolders = (snapshot: Snapshot) =>
  snapshot.derived<Service, ReadonlyMap<Port, string>>("services", (all) =>
    holdersOfPorts(
      all.filter((each) => isBalanced(each) && !each.metadata.deletionTimestamp),
      hasPorts,
    ),
  );

function hasPorts(service: Service): boolean {
  const condition = conditionOf(service);
  return condition !== undefined && !isPortConflict(condition.reason);
}

function nodesWithEndpoints({ metadata }: Stored<Service>, snapshot: Snapshot): ReadonlySet<string> {
  const slices = snapshot.labelled<EndpointSlice>(SLICES, metadata.namespace ?? "", { [SERVICE_NAME]: metadata.name });
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  return new Set(
    endpoints.flatMap(({ nodeName, conditions }) => (conditions?.ready !== false && nodeName ? [nodeName] : [])),
  );
}

const conditionOf = ({ status }: Service): Condition | undefined =>
  status.conditions?.find(({ type }) => type === CONDITION);

const othersOf = ({ status }: Service): readonly Condition[] =>
  (status.conditions ?? []).filter(({ type }) => type !== CONDITION);

function conditionNow(
  { addresses, reason, message }: Outcome,
  { before, generation, now }: { before: Condition | undefined; generation: number | undefined; now: number },
): Condition {
  const status = addresses.length > 0 ? "True" : "False";
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timestamp(now);
  return { type: CONDITION, status, observedGeneration: generation, lastTransitionTime, reason, message } as Condition;
}

/** As Kubernetes' controller for load balancers of clouds has them. */
const eventOf = (about: Stored<Service>, { status, message }: Condition): EventRecord =>
  status === "True"
    ? { about, type: "Normal", reason: "EnsuredLoadBalancer", message: "Ensured load balancer" }
    : { about, type: "Warning", reason: "SyncLoadBalancerFailed", message: `Error syncing load balancer: ${message}` };

function write(
  service: Stored<Service>,
  { ingress, conditions }: { readonly ingress: object[] | undefined; readonly conditions: readonly Condition[] },
  events: readonly EventRecord[] = [],
): Plan {
  const { loadBalancer: _, conditions: __, ...rest } = service.status;
  const status = {
    ...rest,
    ...(conditions.length > 0 && { conditions: [...conditions] }),
    loadBalancer: ingress ? { ingress } : {},
  } as Service["status"];
  return { effects: statusUpdate("services", service, status), events };
}
