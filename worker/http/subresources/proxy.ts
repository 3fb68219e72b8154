/**
 * `proxy` of pods, services and nodes: found out here whom the request is for. There is no tunnel for such requests yet,
 * so an existing target answers 503, as a target that cannot be reached does.
 */
import type { Service } from "../../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../../api/generated/discovery.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { badRequest, notFound, serviceUnavailable } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";
import { keyOf } from "../../storage/entry.ts";

const NO_TUNNEL = "error trying to reach service: this control plane has no tunnel for proxied requests";

export async function proxyToTarget(context: RequestContext): Promise<Response> {
  const { served, path, store } = context;
  const singular = served.resource.kind.toLowerCase();
  const target = parseTarget(path.name);
  if (!target) throw new ApiError(badRequest(`invalid ${singular} request ${JSON.stringify(path.name)}`));
  const { entry } = await store.read(keyOf(served.resource, path.namespace, target.name));
  if (!entry) throw new ApiError(notFound({ group: "", resource: served.resource.plural }, target.name));
  if (served.resource.kind === "Service")
    await requireEndpoint(context, JSON.parse(entry.text) as Service, target.port);
  throw new ApiError(serviceUnavailable(NO_TUNNEL));
}

interface Target {
  readonly scheme: string;
  readonly name: string;
  readonly port: string;
}

/** `name`, `name:port` or `scheme:name:port`; undefined where it is none of them. */
function parseTarget(text: string): Target | undefined {
  const parts = text.split(":");
  const [first = "", second = "", third = ""] = parts;
  if (first === "" && parts.length < 3) return undefined;
  switch (parts.length) {
    case 1:
      return { scheme: "", name: first, port: "" };
    case 2:
      return { scheme: "", name: first, port: second };
    case 3:
      return ["", "http", "https"].includes(first) && second !== ""
        ? { scheme: first, name: second, port: third }
        : undefined;
    default:
      return undefined;
  }
}

/** Throws 503 in Kubernetes' words for a port that the service does not have, and for a service without endpoints. */
async function requireEndpoint({ store, path }: RequestContext, service: Service, asked: string): Promise<void> {
  const name = service.metadata.name ?? "";
  const ports = service.spec.ports ?? [];
  const port = ports.find((each) =>
    asked === "" ? ports.length === 1 : each.name === asked || String(each.port) === asked,
  );
  if (!port && asked !== "" && !/^\d+$/.test(asked)) {
    throw new ApiError(
      serviceUnavailable(`no service port ${JSON.stringify(asked)} found for service ${JSON.stringify(name)}`),
    );
  }
  const page = await store.list({
    resource: "endpointslices.discovery.k8s.io",
    namespace: path.namespace,
    requirements: [{ of: "label", key: "kubernetes.io/service-name", operator: "in", values: [name] }],
  });
  const slices = page.items.map(({ text }) => JSON.parse(text) as KubeObject as EndpointSlice);
  const ready = slices.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready !== false));
  if (!ready) throw new ApiError(serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`));
}
