/** pods/log, pods/exec and pods/attach: resolved here, served by the pod's node. */

import type { Pod } from "../../../api/generated/core.v1.ts";
import { parseUintProblem } from "../../../api/machinery/encoding/parse-uint.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import { badRequest, methodNotAllowed, notFound, type Status } from "../../../api/machinery/status.ts";
import { LOG_PROTOCOLS, TERMINAL_PROTOCOLS } from "../../../api/terminal-protocol.ts";
import { admitConnect } from "../../admission/admit-connect.ts";
import { ApiError } from "../../api-error.ts";
import { clientOf } from "../../fairness/client.ts";
import { requireRoom } from "../../fairness/open-streams.ts";
import type { RequestContext } from "../../request-context.ts";
import { notConnected } from "../../tunnels/dial-back.ts";
import { joinNode, readLog } from "../../tunnels/node-stream.ts";
import { requestsWebSocket } from "../../tunnels/upgrade.ts";
import { booleanOption } from "../request/write-options.ts";
import { chooseProtocol } from "../response/websocket-response.ts";
import { logOptions } from "./log-options.ts";

async function readPod({ path, store }: RequestContext): Promise<Pod> {
  const { namespace = "", name = "" } = path;
  const { entry } = await store.read({ resource: "pods", namespace, name });
  if (entry === undefined) throw new ApiError(notFound({ group: "", resource: "pods" }, name));
  return JSON.parse(entry.text) as Pod;
}

const namesOf = (list: readonly { readonly name: string }[] | undefined): string[] =>
  (list ?? []).map(({ name }) => name);

/** The requested container: by name, else the one annotated as default, else the only one. */
function containerOf(pod: Pod, requested: string | null): string {
  const { containers, initContainers, ephemeralContainers } = pod.spec;
  const name = pod.metadata.name ?? "";
  const all = [...namesOf(initContainers), ...namesOf(containers), ...namesOf(ephemeralContainers)];
  if (requested !== null && requested !== "") {
    if (all.includes(requested)) return requested;
    throw new ApiError(badRequest(`container ${requested} is not valid for pod ${name}`));
  }
  const annotated = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  if (annotated !== undefined && all.includes(annotated)) return annotated;
  const [only, ...rest] = namesOf(containers);
  if (only !== undefined && rest.length === 0) return only;
  throw new ApiError(
    badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(" ")}]`),
  );
}

const targetOf = (pod: Pod) => ({
  namespace: pod.metadata.namespace ?? "",
  pod: pod.metadata.name ?? "",
  uid: pod.metadata.uid ?? "",
});

export async function podLog(context: RequestContext): Promise<Response> {
  const { request, query, env, cluster } = context;
  if (request.method !== "GET") throw new ApiError(methodNotAllowed());
  const options = logOptions(query, context.path.name);
  const pod = await readPod(context);
  const container = containerOf(pod, query.get("container"));
  const node = pod.spec.nodeName ?? "";
  // No node has the pod yet: there is no log.
  if (node === "") return new Response(null, { status: 204 });
  const client = clientOf(context);
  const stream = { kind: "logs", ...targetOf(pod), container, options } as const;
  if (requestsWebSocket(request)) {
    const protocol = chooseProtocol(request, LOG_PROTOCOLS);
    return joinNode({
      env,
      cluster,
      node,
      stream: { ...stream, protocol },
      client,
      upgrade: { request, protocol },
    });
  }
  if (!options.follow) return readLog({ env, cluster, node, stream });
  requireRoom(client);
  return readLog({ env, cluster, node, stream, client, isEndless: true });
}

function hostOf({ metadata, spec }: Pod): string {
  if (spec.nodeName) return spec.nodeName;
  throw new ApiError(badRequest(`pod ${metadata.name} does not have a host assigned`));
}

const MAX_PORT = 65535;
/** SPDY inside a WebSocket, terminated at the node. */
const SPDY_FORWARD = "SPDY/3.1+portforward.k8s.io";
/** These have two channels for each port in the query. */
const FORWARD_PROTOCOLS = [SPDY_FORWARD, "v4.channel.k8s.io", "v4.base64.channel.k8s.io"];

async function protocolOf(context: RequestContext, node: string, known: readonly string[]): Promise<string> {
  const { request } = context;
  if (requestsWebSocket(request)) return chooseProtocol(request, known);
  throw new ApiError(
    request.headers.has("Upgrade") ? await noSpdy(context, node) : badRequest("Upgrade request required"),
  );
}

/** kubectl retries over SPDY what was refused over a WebSocket, and shows only the second answer. */
async function noSpdy({ env, cluster }: RequestContext, node: string): Promise<Status> {
  if (!(await env.NODE_HUB.getByName(cluster).isLinked(node))) return notConnected(node);
  return badRequest(
    'this control plane streams over WebSockets (kubectl 1.31 and newer), not SPDY; "sailplane proxy" translates that; --v=6 shows what it answered to a WebSocket',
  );
}

/** Browsers open WebSockets by GET. */
function requireConnecting({ request: { method } }: RequestContext): void {
  if (method !== "GET" && method !== "POST") throw new ApiError(methodNotAllowed());
}

async function terminal(context: RequestContext, kind: "exec" | "attach"): Promise<Response> {
  const { request, query, env, cluster } = context;
  requireConnecting(context);
  const command = query.getAll("command");
  const tty = booleanOption(query, "tty");
  const requested = {
    stdin: booleanOption(query, "stdin"),
    stdout: booleanOption(query, "stdout"),
    stderr: booleanOption(query, "stderr") && !tty,
    tty,
    container: query.get("container") ?? "",
  };
  // Whether the pod exists is checked afterwards.
  if (kind === "exec") await admitConnect(context, "PodExecOptions", { ...requested, command });
  else await admitConnect(context, "PodAttachOptions", requested);
  const pod = await readPod(context);
  const container = containerOf(pod, requested.container);
  const node = hostOf(pod);
  if (!requested.stdin && !requested.stdout && !requested.stderr)
    throw new ApiError(badRequest("you must specify at least 1 of stdin, stdout, stderr"));
  const protocol = await protocolOf(context, node, TERMINAL_PROTOCOLS);
  // In Kubernetes, the kubelet checks this.
  if (kind === "exec" && command.length === 0)
    throw new ApiError(badRequest("you must specify at least 1 command for the container"));
  const streams = { ...targetOf(pod), ...requested, container, protocol };
  const stream = kind === "exec" ? { kind, ...streams, command } : { kind, ...streams };
  return joinNode({ env, cluster, node, stream, client: clientOf(context), upgrade: { request, protocol } });
}

export const podExec = (context: RequestContext): Promise<Response> => terminal(context, "exec");
export const podAttach = (context: RequestContext): Promise<Response> => terminal(context, "attach");

export async function podPortForward(context: RequestContext): Promise<Response> {
  const { request, query, env, cluster } = context;
  const ports = portsOf(query);
  requireConnecting(context);
  await admitConnect(context, "PodPortForwardOptions", ports.length > 0 ? { ports } : {});
  const pod = await readPod(context);
  const node = hostOf(pod);
  const protocol = await protocolOf(context, node, FORWARD_PROTOCOLS);
  const isSpdy = protocol === SPDY_FORWARD;
  if (!isSpdy && ports.length === 0) throw new ApiError(badRequest('query parameter "port" is required'));
  if (!isSpdy && ports.includes(0)) throw new ApiError(badRequest('port "0" must be > 0'));
  return joinNode({
    env,
    cluster,
    node,
    stream: { kind: "port-forward", ...targetOf(pod), ...(isSpdy ? {} : { ports, protocol }) },
    client: clientOf(context),
    upgrade: { request, protocol },
  });
}

/** `ports=80,81` and `ports=80&ports=81`. Over SPDY each connection names its port again. */
const portsOf = (query: URLSearchParams): number[] =>
  query
    .getAll("ports")
    .flatMap((list) => list.split(","))
    .map((port) => {
      const tooLarge = `strconv.ParseUint: parsing ${goQuote(port)}: value out of range`;
      const problem = parseUintProblem(port) ?? (Number(port) > MAX_PORT ? tooLarge : undefined);
      if (problem) throw new ApiError(badRequest(`cannot convert to []int32: ${problem}`));
      return Number(port);
    });
