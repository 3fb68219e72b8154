/**
 * Sets whether each APIService can be reached: its Service exists, listens on the port, and has a ready endpoint
 * (kube-aggregator's available controller). Discovery is not probed.
 */
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { API_SERVICES } from "../api-services.ts";
import { defineController, type Snapshot, settled } from "../controller.ts";
import { itemKey } from "../item-key.ts";
import { statusUpdate } from "../status-update.ts";

const SLICES = "endpointslices.discovery.k8s.io";

export const apiServiceAvailability = defineController({
  name: "apiservice-status-controller",
  reads: [API_SERVICES, "services", SLICES],
  writes: [API_SERVICES],
  /** As in Kubernetes. */
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
  reconcile(name, { snapshot, now }) {
    const apiService = snapshot.get(API_SERVICES, "", name);
    if (!apiService || apiService.metadata.deletionTimestamp) return settled;
    const found = availability(apiService, snapshot);
    const conditions = apiService.status.conditions ?? [];
    const current = conditions.find(({ type }) => type === "Available");
    if (current?.status === found.status && current.reason === found.reason && current.message === found.message)
      return settled;
    const lastTransitionTime = current?.status === found.status ? current.lastTransitionTime : timestamp(now);
    const condition = { type: "Available", lastTransitionTime: lastTransitionTime ?? timestamp(now), ...found };
    const others = conditions.filter(({ type }) => type !== "Available");
    return {
      effects: statusUpdate(API_SERVICES, apiService, { ...apiService.status, conditions: [...others, condition] }),
    };
  },
});

const serviceOf = ({ metadata }: Stored<KubeObject>, resource: string): string =>
  resource === SLICES ? (metadata.labels?.["kubernetes.io/service-name"] ?? "") : metadata.name;

interface Availability {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

const no = (reason: string, message: string): Availability => ({ status: "False", reason, message });

function availability({ spec }: Stored<APIService>, snapshot: Snapshot): Availability {
  if (!spec.service) return { status: "True", reason: "Local", message: "Local APIServices are always available" };
  const { name = "", namespace = "", port: number = 443 } = spec.service;
  const where = `service/${name} in "${namespace}"`;
  const service = snapshot.get("services", namespace, name);
  if (!service) return no("ServiceNotFound", `${where} is not present`);
  const port = (service.spec.ports ?? []).find((each) => each.port === number);
  if (!port) return no("ServicePortError", `${where} is not listening on port ${number}`);
  const slices = snapshot.labelled(SLICES, namespace, { "kubernetes.io/service-name": name });
  if (slices.length === 0) return no("EndpointsNotFound", `cannot find endpointslices for ${where}`);
  const portName = port.name ?? "";
  const ready = slices.some(
    ({ endpoints, ports }) =>
      ports?.some((each) => (each.name ?? "") === portName) &&
      endpoints?.some(({ conditions }) => conditions?.ready !== false),
  );
  if (!ready)
    return no("MissingEndpoints", `endpointslices for ${where} have no addresses with port name "${portName}"`);
  return { status: "True", reason: "Passed", message: "all checks passed" };
}
