/** Node ports: a number belongs to one Service, which may use it for several protocols. */
import type { Service } from "../../../../api/generated/core.v1.ts";
import { invalid as invalidField } from "../../../../api/machinery/field-error.ts";
import { internalError, invalid } from "../../../../api/machinery/status.ts";
import { needsHealthCheckPort, needsNodePorts } from "../../../../api/resources/core/service/service-defaults.ts";
import {
  healthCheckPortProblem,
  PORT_TAKEN,
  sharedNodePorts,
} from "../../../../api/resources/core/service/service-node-ports.ts";
import type { Key, Write } from "../../../../api/store/store.ts";
import { ApiError } from "../../../api-error.ts";
import type { AdmissionRequest } from "../../plugin.ts";
import { drawNodePorts } from "./port-lots.ts";

/** An internal resource, which no URL reaches. */
const RESOURCE = "nodeports.sailplane.dev";

/** How many more ports are looked up than are needed. */
const SPARE = 8;

type AllocationStore = Pick<AdmissionRequest["context"]["store"], "readMany" | "list">;

export const nodePortKey = (port: number): Key => ({ resource: RESOURCE, namespace: "", name: String(port) });

export function usedNodePorts({ spec }: Service): number[] {
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  return [...new Set([...ports, ...(spec.healthCheckNodePort ? [spec.healthCheckNodePort] : [])])];
}

/** Fills in the ports that the Service needs and did not choose; returns those that are new to it. */
export async function pickNodePorts(
  service: Service,
  old: Service | undefined,
  request: AdmissionRequest,
): Promise<number[]> {
  const { spec } = service;
  const lacking = needsNodePorts(spec) ? (spec.ports ?? []).filter(({ nodePort }) => !nodePort) : [];
  const lacksHealthCheckPort = needsHealthCheckPort(spec) && !spec.healthCheckNodePort;
  if (lacking.length > 0 || lacksHealthCheckPort) {
    const draw = await drawing(service, request, lacking.length + Number(lacksHealthCheckPort));
    // In a new Service, the same number serves all protocols of a port.
    const shared = old ? new Map<number, number>() : sharedNodePorts(spec.ports ?? []);
    for (const port of lacking) {
      port.nodePort = shared.get(port.port) ?? draw("nodePort");
      if (!old) shared.set(port.port, port.nodePort);
    }
    if (lacksHealthCheckPort) spec.healthCheckNodePort = draw("HealthCheck NodePort 0");
  }
  const held = new Set(old ? usedNodePorts(old) : []);
  return usedNodePorts(service).filter((port) => !held.has(port));
}

/**
 * Draws up to `count` ports that no Service has; a commit that loses one to another is decided again. Throws if none is
 * left.
 */
async function drawing(
  service: Service,
  { context: { store }, drawn }: AdmissionRequest,
  count: number,
): Promise<(what: string) => number> {
  const free = await freePorts(usedNodePorts(service), store, count);
  return (what) => {
    const port = free.shift();
    if (port === undefined) throw new ApiError(internalError(`failed to allocate a ${what}: range is full`));
    drawn.add(String(port));
    return port;
  };
}

/** Looks some ports up, of which enough are free while not most are taken; only then all taken ones are read. */
async function freePorts(own: readonly number[], store: AllocationStore, count: number): Promise<number[]> {
  const some = drawNodePorts(count + SPARE, own, randomBelow);
  const entries = await store.readMany(some.map(nodePortKey));
  const free = some.filter((_, i) => entries[i] === undefined);
  if (free.length >= count) return free;
  const { items } = await store.list({ resource: RESOURCE });
  return drawNodePorts(count, [...own, ...items.map(({ key }) => Number(key.name))], randomBelow);
}

function randomBelow(count: number): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return random % count;
}

export function nodePortWrite({ namespace, object }: AdmissionRequest, port: number): Write {
  const metadata = { name: String(port), resourceVersion: "" };
  const service = { namespace, name: object?.metadata.name ?? "" };
  return {
    op: "create",
    key: nodePortKey(port),
    text: JSON.stringify({ kind: "NodePort", apiVersion: "sailplane.dev/v1", metadata, service }),
    attributes: { labels: {}, fields: {} },
  };
}

/** Throws for a user-chosen port that is taken; a random one is drawn again. */
export function refuseNodePort({ drawn }: AdmissionRequest, { spec, metadata }: Service, key: Key): void {
  if (key.resource !== RESOURCE || drawn.has(key.name)) return;
  const port = Number(key.name);
  const at = (spec.ports ?? []).findIndex(({ nodePort }) => nodePort === port);
  if (at < 0) throw healthCheckPortRefused(port, PORT_TAKEN);
  const error = invalidField(`spec.ports[${at}].nodePort`, port, PORT_TAKEN);
  throw new ApiError(invalid("", "Service", metadata.name ?? "", [error]));
}

/** Throws for a user-chosen health check port that no allocator could give. */
export function requireHealthCheckPort({ spec }: Service, old: Service | undefined, dryRun: boolean): void {
  if (!needsHealthCheckPort(spec) || (old && needsHealthCheckPort(old.spec))) return;
  const problem = healthCheckPortProblem(spec, dryRun);
  if (problem) throw healthCheckPortRefused(spec.healthCheckNodePort ?? 0, problem);
}

/** Kubernetes reports this as an internal error. */
const healthCheckPortRefused = (port: number, problem: string) =>
  new ApiError(internalError(`failed to allocate requested HealthCheck NodePort ${port}: ${problem}`));
