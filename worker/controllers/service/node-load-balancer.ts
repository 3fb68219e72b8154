/**
 * Services of type LoadBalancer at the addresses of nodes that are labelled for it. docs/spec/proxy.md has the rules.
 * Each node's service proxy forwards the traffic, as for any load balancer.
 */
import type { Node, Service } from "../../../api/generated/core.v1.ts";
import type { Endpoint } from "../../../api/generated/discovery.v1.ts";
import type { Condition } from "../../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { internalAddresses } from "../../../api/node/internal-addresses.ts";
import { defineController, type Effect, type EventRecord, type Snapshot, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { isNodeReady } from "../node/readiness.ts";
import { same } from "../same.ts";
import { statusUpdate } from "../status-update.ts";
import { withEvent } from "../with-event.ts";
import { holdersOfPorts, isPortConflict, type Port, portConflict } from "./load-balancer-ports.ts";

const SLICES = "endpointslices.discovery.k8s.io";
const SERVICE_NAME = "kubernetes.io/service-name";
/** A node with this label offers its addresses. */
const LABEL = "sailplane.dev/load-balancer";
/** The label by which cloud providers exclude a node. */
const EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";
/** The `spec.loadBalancerClass` of this implementation. Services without a class are served as well. */
const CLASS = "sailplane.dev/nodes";
/** In `status.conditions`: this controller writes the addresses, and here the reason if there are none. */
const CONDITION = "sailplane.dev/NodeAddresses";

export const nodeLoadBalancer = defineController({
  name: "node-load-balancer-controller",
  reads: ["services", "nodes", SLICES],
  writes: ["services"],
  itemsOf({ resource, object, previous, deleted, snapshot }) {
    if (resource === SLICES) return localServiceOf(object, snapshot);
    if (resource === "nodes")
      return same(offeredAddresses(object), offeredAddresses(previous)) ? [] : loadBalancers(snapshot);
    const [now, before] = [object, previous];
    if (!isBalanced(now) && !(before && isBalanced(before))) return [];
    const isGoing = deleted || now.metadata.deletionTimestamp !== before?.metadata.deletionTimestamp;
    // Its ports may have become free, or taken.
    return isGoing || !same(now.spec, before?.spec) ? [itemKey(now), ...loadBalancers(snapshot)] : [itemKey(now)];
  },
  reconcile(item, { snapshot, now }) {
    const { namespace, name } = splitItem(item);
    const service = snapshot.get("services", namespace, name);
    if (!service || service.metadata.deletionTimestamp) return settled;
    const before = conditionOf(service);
    const nodes = snapshot.list("nodes").filter(isLabelled);
    if (!isBalanced(service) || (nodes.length === 0 && service.spec.loadBalancerClass !== CLASS))
      return before ? { effects: write(service, { ingress: undefined, conditions: othersOf(service) }) } : settled;
    const outcome = outcomeOf(service, nodes, snapshot);
    const condition = conditionNow(outcome, { before, generation: service.metadata.generation, now });
    const status = {
      ingress: outcome.addresses.length > 0 ? outcome.addresses.map((ip) => ({ ip, ipMode: "VIP" })) : undefined,
      conditions: [...othersOf(service), condition],
    };
    const effects = write(service, status);
    return { effects: condition.status === before?.status ? effects : withEvent(effects, eventOf(service, condition)) };
  },
});

/** Whether this controller is responsible for the Service's addresses. */
const isBalanced = ({ spec: { type, loadBalancerClass } }: Service): boolean =>
  type === "LoadBalancer" && (loadBalancerClass === undefined || loadBalancerClass === CLASS);

/** For a slice: its Service, if that is only reachable on the nodes of its endpoints. */
function localServiceOf({ metadata: { namespace = "", labels } }: KubeObject, snapshot: Snapshot): readonly string[] {
  const service = snapshot.get("services", namespace, labels?.[SERVICE_NAME] ?? "");
  return service && isBalanced(service) && isLocal(service) ? [itemKey(service)] : [];
}

const isLocal = ({ spec }: Service): boolean => spec.externalTrafficPolicy === "Local";

const loadBalancers = (snapshot: Snapshot): readonly string[] =>
  snapshot.derived<Service, readonly string[]>("services", (all) => all.filter(isBalanced).map(itemKey));

const isLabelled = ({ metadata: { labels = {}, deletionTimestamp } }: Node): boolean =>
  LABEL in labels && labels[LABEL] !== "false" && !(EXCLUDED in labels) && deletionTimestamp === undefined;

/** The addresses that a node currently offers. */
const offeredAddresses = (node: Node | undefined): readonly string[] =>
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
      `no Ready node with the label ${LABEL} has one of its serving endpoints, and the traffic policy is Local`,
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

/** By port, over all Services at the nodes' addresses. */
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

/** Endpoints that are ending count while they serve: clients that know the address still come to it. */
function nodesWithEndpoints({ metadata }: Stored<Service>, snapshot: Snapshot): ReadonlySet<string> {
  const slices = snapshot.labelled(SLICES, metadata.namespace ?? "", { [SERVICE_NAME]: metadata.name });
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  const serves = ({ ready, serving }: NonNullable<Endpoint["conditions"]>) => ready !== false || serving === true;
  return new Set(
    endpoints.flatMap(({ nodeName, conditions = {} }) => (nodeName && serves(conditions) ? [nodeName] : [])),
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

/** Worded as by Kubernetes' controller for cloud load balancers. */
const eventOf = (about: Stored<Service>, { status, message }: Condition): EventRecord =>
  status === "True"
    ? { about, type: "Normal", reason: "EnsuredLoadBalancer", message: "Ensured load balancer" }
    : { about, type: "Warning", reason: "SyncLoadBalancerFailed", message: `Error syncing load balancer: ${message}` };

function write(
  service: Stored<Service>,
  { ingress, conditions }: { readonly ingress: object[] | undefined; readonly conditions: readonly Condition[] },
): readonly Effect[] {
  const { loadBalancer: _, conditions: __, ...rest } = service.status;
  const status = {
    ...rest,
    ...(conditions.length > 0 && { conditions: [...conditions] }),
    loadBalancer: ingress ? { ingress } : {},
  };
  return statusUpdate("services", service, status);
}
