/** Requests that are answered in one direction, as over HTTP: of pods' ports, logs, and the node's own API. */
import type { IncomingMessage } from "node:http";
import type { OneWayRequest } from "../../api/node/link-request.ts";
import { type Answer, fail } from "./answer.ts";
import { headOf, type SendHttp } from "./http.ts";
import { podOf } from "./requested-pod.ts";
import type { ServeContext } from "./serve-context.ts";
import { serveLogs } from "./serve-logs.ts";
import { serveNode } from "./serve-node.ts";
import { addressPort, podPort } from "./serve-ports.ts";
import { CHANNEL } from "./tunnel.ts";

interface OneWayContext extends ServeContext {
  readonly sendHttp: SendHttp;
}

/** Never rejects. */
export async function serveOneWay(stream: OneWayRequest, answer: Answer, context: OneWayContext): Promise<void> {
  try {
    await serve(stream, answer, context);
  } catch (error) {
    fail(answer, error);
  }
}

async function serve(stream: OneWayRequest, answer: Answer, context: OneWayContext): Promise<void> {
  const { sendHttp } = context;
  if (stream.kind === "node") return serveNode(answer, stream, context);
  if (stream.kind === "http" && stream.pod === "")
    return sendResponse(answer, await sendHttp(stream, () => addressPort(stream)));
  const { pod, request } = podOf(stream, context);
  if (request.kind === "logs") return serveLogs(answer, pod, request, context);
  await sendResponse(answer, await sendHttp(request, () => podPort(pod, request, context)));
}

async function sendResponse(answer: Answer, response: IncomingMessage): Promise<void> {
  answer.respond({ code: 200, http: headOf(response) });
  for await (const chunk of response) await answer.send(CHANNEL.stdout, chunk as Buffer);
  answer.close();
}
