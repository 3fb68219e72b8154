/**
 * Calls of HTTPS, made for the control plane: workerd checks certificates against one set of authorities, fixed when it
 * starts, and does not say why a call failed. It listens on a socket in the data directory.
 */
import { lookup } from "node:dns";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { request } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import * as v from "valibot";
import { dialProblem } from "../../api/machinery/network/dial-problem.ts";

const pinnedCall = v.object({
  method: v.picklist(["POST", "GET"]),
  url: v.string(),
  /** PEM; absent: those that everybody trusts. */
  authorities: v.optional(v.string()),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.optional(v.string()),
  /** Whoever names the address is a guest here, who has no business with what only this machine reaches. */
  forGuest: v.boolean(),
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
  const { method, url, authorities, headers, body, forGuest } = v.parse(pinnedCall, JSON.parse(text));
  const { hostname } = new URL(url);
  if (forGuest && isOwn(hostname.replace(/^\[|\]$/g, ""))) throw forbiddenAddress(hostname);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request(
      url,
      {
        method,
        ...(authorities !== undefined && { ca: authorities }),
        ...(forGuest && { lookup: lookupForGuest }),
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

/** Of a machine itself, and of its link: clouds tell their machines' secrets there. */
const own = new BlockList();
for (const [network, prefix] of [["0.0.0.0", 8] as const, ["127.0.0.0", 8] as const, ["169.254.0.0", 16] as const])
  own.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [["::", 127] as const, ["fe80::", 10] as const, ["fd00:ec2::254", 128] as const])
  own.addSubnet(network, prefix, "ipv6");

/** An address of IPv4 in one of IPv6 is looked at as what it is. */
function isOwn(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && own.check(address, family === 4 ? "ipv4" : "ipv6");
}

const forbiddenAddress = (address: string) => new Error(`dial tcp ${address}: connect: permission denied`);

/** Names are looked at where they lead: whoever answers for one may say something else the next time. */
const lookupForGuest: LookupFunction = (hostname, options, done) =>
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return done(error, "");
    const allowed = found.filter(({ address }) => !isOwn(address));
    const [first] = allowed;
    if (first === undefined) return done(forbiddenAddress(hostname), "");
    return options.all ? done(null, allowed) : done(null, first.address, first.family);
  });
