/**
 * Sets whether each APIService can be reached: its Service exists, listens on the port and has a ready endpoint, and the
 * server answers for its group version (kube-aggregator's availability controller, rule AGG-AVAILABLE).
 */
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import type { EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { API_SERVICES, type Availability, discoveryCheck, failedCheck, PASSED } from "../api-services.ts";
import { defineController, type Effect, type Query, type Snapshot, settled } from "../controller.ts";
import { itemKey } from "../item-key.ts";
import { statusUpdate } from "../status-update.ts";
import { fnv128a } from "../template-hash/fnv128a.ts";

const SLICES = "endpointslices.discovery.k8s.io";

/**
 * A server that does not answer is asked again after 5 ms, 10 ms, … 10 min. kube-aggregator's longest delay is 30 s,
 * which would keep an idle cluster awake; here, requests to the server have it asked sooner.
 */
const RETRY_MS = { first: 5, longest: 600_000 };

/** The server's last answer. One that answered is not asked again until something changes, or its status is doubted. */
interface Asked {
  readonly query: Query;
  readonly failures: number;
  readonly retryAt?: number;
}

export const apiServiceAvailability = defineController({
  name: "apiservice-status-controller",
  program: "kube-apiserver",
  reads: [API_SERVICES, "services", SLICES],
  writes: [API_SERVICES],
  remembers: true,
  pace: { longest: 30_000 },
  itemsOf({ resource, object, snapshot }) {
    if (resource === API_SERVICES) return [itemKey(object)];
    const { namespace } = object.metadata;
    const service = serviceOf(object, resource);
    return snapshot
      .list(API_SERVICES)
      .filter(({ spec }) => spec.service?.name === service && spec.service?.namespace === namespace)
      .map(itemKey);
  },
  reconcile(name, { snapshot, now, queryResults, remembered }) {
    const apiService = snapshot.get(API_SERVICES, "", name);
    if (!apiService || apiService.metadata.deletionTimestamp) return settled;
    const query = queryOf(apiService, snapshot);
    if (typeof query !== "string") return { effects: effectsOf(apiService, query, now) };
    const last = (remembered as Asked | undefined)?.query === query ? (remembered as Asked) : undefined;
    const answer = queryResults?.get(query);
    if (answer) {
      const asked = answer.ok ? { query, failures: 0 } : failedAgain(query, last, now);
      const found = answer.ok ? PASSED : failedCheck(answer.message);
      return { effects: effectsOf(apiService, found, now), remember: asked, ...wakingAt(asked) };
    }
    const isWaiting = last?.retryAt !== undefined && last.retryAt > now;
    if (isWaiting) return { ...settled, remember: last, ...wakingAt(last) };
    // A status that says otherwise by now doubts it.
    const isKnown = last?.failures === 0 && effectsOf(apiService, PASSED, now).length === 0;
    return { ...settled, remember: last, ...(!isKnown && { queries: [query] }) };
  },
});

const serviceOf = ({ metadata }: Stored<KubeObject>, resource: string): string =>
  resource === SLICES ? (metadata.labels?.["kubernetes.io/service-name"] ?? "") : metadata.name;

function failedAgain(query: Query, last: Asked | undefined, now: number): Asked {
  const failures = last?.failures ?? 0;
  return { query, failures: failures + 1, retryAt: now + Math.min(RETRY_MS.first * 2 ** failures, RETRY_MS.longest) };
}

const wakingAt = ({ retryAt }: Asked) => (retryAt === undefined ? {} : { wakeAt: retryAt });

const no = (reason: string, message: string): Availability => ({ status: "False", reason, message });
const LOCAL: Availability = { status: "True", reason: "Local", message: "Local APIServices are always available" };

function effectsOf(apiService: Stored<APIService>, found: Availability, now: number): Effect[] {
  const conditions = apiService.status.conditions ?? [];
  const current = conditions.find(({ type }) => type === "Available");
  if (current?.status === found.status && current.reason === found.reason && current.message === found.message)
    return [];
  const lastTransitionTime = current?.status === found.status ? current.lastTransitionTime : timestamp(now);
  const condition = { type: "Available", lastTransitionTime: lastTransitionTime ?? timestamp(now), ...found };
  const others = conditions.filter(({ type }) => type !== "Available");
  return [...statusUpdate(API_SERVICES, apiService, { ...apiService.status, conditions: [...others, condition] })];
}

/**
 * What decides, unless it is known without asking the server: a question that is another one as soon as anything has
 * changed on which the answer may depend.
 */
function queryOf({ metadata, spec }: Stored<APIService>, snapshot: Snapshot): Query | Availability {
  if (!spec.service) return LOCAL;
  const { name = "", namespace = "", port: number = 443 } = spec.service;
  const where = `service/${name} in "${namespace}"`;
  const service = snapshot.get("services", namespace, name);
  if (!service) return no("ServiceNotFound", `${where} is not present`);
  const slices = snapshot.labelled(SLICES, namespace, { "kubernetes.io/service-name": name });
  if ((service.spec.type ?? "ClusterIP") === "ClusterIP") {
    const port = (service.spec.ports ?? []).find((each) => each.port === number);
    if (!port) return no("ServicePortError", `${where} is not listening on port ${number}`);
    if (slices.length === 0) return no("EndpointsNotFound", `cannot find endpointslices for ${where}`);
    const portName = port.name ?? "";
    if (!slices.some((slice) => isReady(slice, portName)))
      return no("MissingEndpoints", `endpointslices for ${where} have no addresses with port name "${portName}"`);
  }
  const revisions = slices.map((slice) => slice.metadata.resourceVersion).toSorted();
  const state = fnv128a(JSON.stringify([metadata.uid, spec, service.metadata.resourceVersion, revisions]));
  const { group = "", version = "" } = spec;
  return `${discoveryCheck({ group, version })}?state=${state}`;
}

const isReady = ({ endpoints, ports }: EndpointSlice, portName: string): boolean =>
  (ports?.some(({ name = "" }) => name === portName) ?? false) &&
  (endpoints?.some(({ conditions }) => conditions?.ready !== false) ?? false);
