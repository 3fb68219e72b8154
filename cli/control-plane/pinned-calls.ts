/**
 * Calls of HTTPS, made for the control plane: workerd checks certificates against one set of authorities, fixed when it
 * starts, and does not say why a call failed. It listens on a socket in the data directory.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { request } from "node:https";
import * as v from "valibot";
import { dialProblem } from "../../api/machinery/network/dial-problem.ts";
import { forbiddenAddress, isReachable, lookupWithin } from "./reachable-addresses.ts";

const pinnedCall = v.object({
  method: v.picklist(["POST", "GET"]),
  url: v.string(),
  /** PEM; absent: those that everybody trusts. */
  authorities: v.optional(v.string()),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.optional(v.string()),
  /** Where it may lead, if whoever names the address is a guest here; absent: anywhere. */
  reach: v.optional(v.picklist(["networks", "internet"])),
});

/** What whoever calls wants to know of an answer's headers. */
const TOLD = ["content-type", "location", "retry-after"] as const;
/** Marks why a call failed, apart from what a server answered. */
const FAILURE = "X-Sailplane-Failure";

/** Is given its connections by what listens. */
export const pinnedCalls: Server = createServer((incoming, answer) => {
  serve(incoming, answer).catch((error: Error) => {
    answer.setHeader(FAILURE, "yes").writeHead(502).end(dialProblem(error));
  });
});

async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
  const { method, url, authorities, headers, body, reach } = v.parse(pinnedCall, JSON.parse(text));
  const { hostname } = new URL(url);
  if (reach && !isReachable(hostname.replace(/^\[|\]$/g, ""), reach)) throw forbiddenAddress(hostname);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request(
      url,
      {
        method,
        ...(authorities !== undefined && { ca: authorities }),
        ...(reach && { lookup: lookupWithin(reach) }),
        headers: Object.fromEntries(headers),
      },
      resolve,
    );
    call.once("error", reject);
    // Whoever waited has given up.
    answer.once("close", () => call.destroy());
    call.end(body);
  });
  for (const name of TOLD) {
    const value = response.headers[name];
    if (value !== undefined) answer.setHeader(name, value);
  }
  answer.writeHead(response.statusCode ?? 502);
  response.pipe(answer);
}
