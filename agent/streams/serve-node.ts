/** Requests to the node's own API. */
import type { NodeRequest } from "../../api/node/node-sync.ts";
import { findContainer } from "../pod-spec/containers.ts";
import type { Answer } from "./answer.ts";
import { readLogOptions } from "./log-options.ts";
import { logTarget } from "./log-status.ts";
import type { NodeApiResponse } from "./response.ts";
import type { ServeContext } from "./serve-context.ts";
import { sendLog } from "./serve-logs.ts";
import { CHANNEL } from "./tunnel.ts";

const PLAIN = "text/plain; charset=utf-8";
const LOGS_PATH = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)\/?$/;

export async function serveNode(answer: Answer, { path, method }: NodeRequest, context: ServeContext): Promise<void> {
  const { pathname, searchParams } = new URL(path, "http://node");
  const [, namespace, name, container] = LOGS_PATH.exec(pathname) ?? [];
  if (namespace === undefined || name === undefined || container === undefined || method !== undefined)
    return sendNodeApi(answer, await context.nodeApi(path, method));
  const refuse = (status: number, why: string) => sendNodeApi(answer, { status, type: PLAIN, body: `${why}\n` });
  const pod = context.findPod(namespace, name, "");
  if (pod === undefined) return refuse(404, `pod ${JSON.stringify(name)} does not exist`);
  if (findContainer(pod, container) === undefined)
    return refuse(404, `container ${JSON.stringify(container)} not found in pod ${JSON.stringify(name)}`);
  const options = readLogOptions(searchParams);
  const target = logTarget(pod, container, options.previous);
  if (!target.ok) return refuse(400, target.message);
  answer.respond({ code: 200, http: { status: 200, headers: [["Content-Type", PLAIN]] } });
  await sendLog(answer, { pod, id: target.containerId, options }, context);
}

async function sendNodeApi(answer: Answer, { status, type, body }: NodeApiResponse): Promise<void> {
  answer.respond({ code: 200, http: { status, headers: [["Content-Type", type]] } });
  if (typeof body === "string") await answer.send(CHANNEL.stdout, Buffer.from(body));
  else
    for await (const chunk of body) {
      // Nobody reads any more: some logs have holes of hundreds of gigabytes.
      if (answer.signal.aborted) break;
      await answer.send(CHANNEL.stdout, Buffer.from(chunk));
    }
  answer.close();
}
