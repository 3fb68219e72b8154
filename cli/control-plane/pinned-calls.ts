/**
 * Makes HTTPS calls for the control plane: workerd verifies certificates by one set of CAs, fixed when it starts, and
 * does not report why a call failed. Listens on a socket in the data directory.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type RequestOptions, request } from "node:https";
import { isIP } from "node:net";
import { pipeline } from "node:stream";
import * as v from "valibot";
import { connectVerified, LIKE_GO, SELF_SIGNED } from "../../agent/streams/verified-tls.ts";
import { dialProblem } from "../../api/machinery/network/dial-problem.ts";
import { forbiddenAddress, isReachable, lookupWithin } from "./reachable-addresses.ts";

const pinnedCall = v.object({
  method: v.picklist(["POST", "GET"]),
  url: v.string(),
  /** What the server's certificate must be for; absent: the URL's host. */
  serverName: v.optional(v.string()),
  /** PEM; absent: the public CAs. */
  authorities: v.optional(v.string()),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.optional(v.string()),
  /** Where the call may lead, if a guest chose the address; absent: anywhere. */
  reach: v.optional(v.picklist(["networks", "internet"])),
});

/** The response headers that callers need. */
const PASSED_HEADERS = ["content-type", "location", "retry-after"] as const;
/** Marks the reason for a failed call, in contrast to a server's response. */
const FAILURE = "X-Sailplane-Failure";

/** Gets its connections from the listener. */
export const pinnedCalls: Server = createServer((incoming, response) => {
  serve(incoming, response).catch((error: Error) => {
    response.setHeader(FAILURE, "yes").writeHead(502).end(dialProblem(error));
  });
});

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
  const { method, url, serverName, authorities, headers, body, reach } = v.parse(pinnedCall, JSON.parse(text));
  const { hostname } = new URL(url);
  if (reach && !isReachable(hostname.replace(/^\[|\]$/g, ""), reach)) throw forbiddenAddress(hostname);
  const connecting = {
    ...(reach && { lookup: lookupWithin(reach) }),
    ...(serverName !== undefined && { servername: serverName }),
  };
  const call = (more: RequestOptions): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const own = { method, headers: Object.fromEntries(headers), ...LIKE_GO };
      const calling = request(url, { ...own, ...more }, resolve);
      calling.once("error", reject);
      // The caller has given up.
      outgoing.once("close", () => calling.destroy());
      calling.end(body);
    });
  const response = await call({ ...connecting, ...(authorities !== undefined && { ca: authorities }) }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== SELF_SIGNED || authorities === undefined) throw error;
      const to = { ...target(new URL(url)), ...connecting, ca: authorities };
      return call({
        createConnection: (_, done) => {
          connectVerified(to).then(
            (socket) => done(null, socket),
            (problem: Error) => done(problem, undefined as never),
          );
          return undefined;
        },
      });
    },
  );
  for (const name of PASSED_HEADERS) {
    const value = response.headers[name];
    if (value !== undefined) outgoing.setHeader(name, value);
  }
  outgoing.writeHead(response.statusCode ?? 502);
  // A body that breaks off must not look complete, nor keep its reader waiting.
  pipeline(response, outgoing, () => {});
}

function target({ hostname, port }: URL) {
  const host = hostname.replace(/^\[|\]$/g, "");
  return { host, port: Number(port || 443), ...(isIP(host) === 0 && { servername: host }) };
}
