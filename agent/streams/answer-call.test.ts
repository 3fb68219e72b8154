import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { MAX_CALL_BYTES } from "../../api/node/http-call.ts";
import type { TlsExpectation } from "../../api/node/node-sync.ts";
import { createNamesake } from "../../test/fakes/namesake-certificate.ts";
import { answerCall } from "./answer-call.ts";
import type { ServeContext } from "./serve-context.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Serves the port of a pod, and returns a function that calls it. */
async function serve(made: Server) {
  server = made;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const context = {
    runtime: {
      observe: async () => ({ sandboxes: [{ id: "s", ready: true }] }),
      dial: async () => connect(port, "127.0.0.1"),
    },
    findPod: (_: string, name: string) => (name === "p" ? { metadata: { uid: "u" } } : undefined),
  } as unknown as ServeContext;
  const headers = [["Host", "hook.n.svc"]] as const;
  const to = { namespace: "n", uid: "u", port, method: "POST", path: "/admit?timeout=5s", headers };
  return ({ body = "{}", milliseconds = 5000, pod = "p", tls = undefined as TlsExpectation | undefined } = {}) =>
    answerCall({ type: "http", id: "1", request: { ...to, pod, ...(tls && { tls }) }, body, milliseconds }, context);
}

const echo: RequestListener = async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  response.setHeader("X-Length", request.headers["content-length"] ?? "");
  response.writeHead(201).end(`${request.method} ${request.url} ${request.headers.host} ${text}`);
};

test("LINK-HTTP: a pod's response goes back over the link, with status, headers and text", async () => {
  const call = await serve(createServer(echo));
  const { response, body } = await call({ body: '{"é":1}' });
  expect(body).toBe('POST /admit?timeout=5s hook.n.svc {"é":1}');
  expect(response).toMatchObject({ code: 200, http: { status: 201 } });
  expect(response.http?.headers).toContainEqual(["X-Length", "8"]);
});

test("LINK-HTTP-LIMIT: a response that does not fit the link is left out", async () => {
  const call = await serve(createServer((_, response) => void response.end("x".repeat(MAX_CALL_BYTES + 1))));
  const answered = await call();
  expect(answered).toMatchObject({ response: { code: 200, http: { status: 200 } } });
  expect(answered).not.toHaveProperty("body");
});

test("LINK-HTTP: a pod that does not answer in time, or is not here, is reported", async () => {
  const call = await serve(createServer(() => {}));
  expect((await call({ milliseconds: 49.5 })).response).toMatchObject({
    code: 500,
    message: "the request took too long",
  });
  expect((await call({ pod: "other" })).response).toMatchObject({
    code: 404,
    message: 'pod "other" does not exist on this node',
  });
});

test("LINK-HTTP-TLS: a connection to a webhook is used again, made anew if the server has closed it, and verified", async () => {
  const { certificate: cert, key, ca } = createNamesake("hook.n.svc");
  const connections = new Set<Socket>();
  const call = await serve(
    createTlsServer({ cert, key }, (request, response) => {
      connections.add(request.socket);
      request.resume().on("end", () => response.end("yes"));
    }),
  );
  const tls = { serverName: "hook.n.svc", authorities: ca };
  for (let calls = 0; calls < 3; calls++) expect(await call({ tls })).toMatchObject({ body: "yes" });
  expect(connections.size).toBe(1);
  const other = { ...tls, authorities: createNamesake("hook.n.svc").ca };
  expect((await call({ tls: other })).response).toMatchObject({ code: 500 });
  server.closeAllConnections();
  expect(await call({ tls })).toMatchObject({ body: "yes" });
  expect(connections.size).toBe(2);
});
