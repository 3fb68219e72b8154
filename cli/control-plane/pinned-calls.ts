/**
 * Calls of HTTPS, made for the control plane: workerd checks certificates against one set of authorities, fixed when it
 * starts, and does not say why a call failed. It listens on a socket in the data directory.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { request } from "node:https";
import * as v from "valibot";
import { dialProblem } from "../../api/machinery/dial-problem.ts";

const pinnedCall = v.object({
  url: v.string(),
  /** PEM; absent: those that everybody trusts. */
  authorities: v.optional(v.string()),
  headers: v.array(v.tuple([v.string(), v.string()])),
  body: v.string(),
});

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
  const { url, authorities, headers, body } = v.parse(pinnedCall, JSON.parse(text));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request(
      url,
      { method: "POST", ...(authorities !== undefined && { ca: authorities }), headers: Object.fromEntries(headers) },
      resolve,
    );
    call.once("error", reject);
    // Whoever waited has given up.
    answer.once("close", () => call.destroy());
    call.end(body);
  });
  answer.writeHead(response.statusCode ?? 502, { "Content-Type": response.headers["content-type"] ?? "" });
  response.pipe(answer);
}
