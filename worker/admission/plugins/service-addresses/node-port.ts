/** Node ports: a number belongs to one Service, which may use it for several protocols. */
import type { Service } from "../../../../api/generated/core.v1.ts";
import { invalid as invalidField } from "../../../../api/machinery/field-error.ts";
import { internalError, invalid } from "../../../../api/machinery/status.ts";
import { needsHealthCheckPort, needsNodePorts } from "../../../../api/resources/core/service/service-defaults.ts";
import {
  healthCheckPortProblem,
  NODE_PORTS,
  PORT_TAKEN,
} from "../../../../api/resources/core/service/service-node-ports.ts";
import type { Key, Write } from "../../../../api/store/store.ts";
import { ApiError } from "../../../api-error.ts";
import type { AdmissionRequest } from "../../plugin.ts";

/** An internal resource, which no URL reaches. */
const RESOURCE = "nodeports.sailplane.dev";

export const nodePortKey = (port: number): Key => ({ resource: RESOURCE, namespace: "", name: String(port) });

export function usedNodePorts({ spec }: Service): number[] {
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  return [...new Set([...ports, ...(spec.healthCheckNodePort ? [spec.healthCheckNodePort] : [])])];
}

/** Fills in the ports that the Service needs and did not choose; returns those that are new to it. */
export function pickNodePorts(service: Service, old: Service | undefined, drawn: Set<string>): number[] {
  const { spec } = service;
  const held = new Set(old ? usedNodePorts(old) : []);
  const taken = new Set(usedNodePorts(service));
  const draw = () => {
    const port = randomPort(taken);
    taken.add(port);
    drawn.add(String(port));
    return port;
  };
  if (needsNodePorts(spec)) {
    for (const port of spec.ports ?? []) {
      if (port.nodePort) continue;
      // In a new Service, the same number may serve another protocol of the same port.
      const twin = old ? undefined : spec.ports?.find((other) => other.port === port.port && other.nodePort);
      port.nodePort = twin?.nodePort && twin.protocol !== port.protocol ? twin.nodePort : draw();
    }
  }
  if (needsHealthCheckPort(spec) && !spec.healthCheckNodePort) spec.healthCheckNodePort = draw();
  return usedNodePorts(service).filter((port) => !held.has(port));
}

function randomPort(taken: ReadonlySet<number>): number {
  const count = NODE_PORTS.last - NODE_PORTS.first + 1;
  if (taken.size >= count) return NODE_PORTS.first;
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  for (let i = 0; i < count; i++) {
    const port = NODE_PORTS.first + ((random + i) % count);
    if (!taken.has(port)) return port;
  }
  return NODE_PORTS.first;
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
export function requireHealthCheckPort({ spec }: Service, old: Service | undefined): void {
  if (!needsHealthCheckPort(spec) || (old && needsHealthCheckPort(old.spec))) return;
  const problem = healthCheckPortProblem(spec);
  if (problem) throw healthCheckPortRefused(spec.healthCheckNodePort ?? 0, problem);
}

/** Kubernetes reports this as an internal error. */
const healthCheckPortRefused = (port: number, problem: string) =>
  new ApiError(internalError(`failed to allocate requested HealthCheck NodePort ${port}: ${problem}`));
