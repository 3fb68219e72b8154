import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import {
  type LinkAnswer as Head,
  MAX_LINK_BODY,
  type OneWayRequest,
  parseLinkFrame,
  renderLinkFrame,
} from "../../api/node/link-request.ts";
import type { TlsExpectation } from "../../api/node/node-sync.ts";
import { createNamesake } from "../../test/fakes/namesake-certificate.ts";
import { LinkRequests } from "./link-requests.ts";
import type { ServeContext } from "./serve-context.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly pod?: string;
  readonly tls?: TlsExpectation;
  readonly isRepeatable?: boolean;
  readonly isCongested?: boolean;
}

/** Serves the port of a pod, and returns a function that asks it over the link. */
async function serve(made: Server) {
  server = made;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dialled: Socket[] = [];
  const context = {
    runtime: {
      observe: async () => ({ sandboxes: [{ id: "s", ready: true }] }),
      // As of containerd: what the server closes is not closed here, too.
      dial: async () => {
        const connection = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
        dialled.push(connection);
        return connection;
      },
    },
    findPod: (_: string, name: string) => (name === "p" ? { metadata: { uid: "u" } } : undefined),
    nodeApi: async () => ({ status: 200, type: "text/plain", body: "ok" }),
  } as unknown as ServeContext;
  const requests = new LinkRequests();
  const send = async (request: OneWayRequest, body = "", { isRepeatable = true, isCongested = false }: Asked = {}) => {
    const id = crypto.randomUUID();
    const frame = renderLinkFrame({ id, head: { request, isRepeatable }, body: encoder.encode(body) }, encoder);
    const answered = new Promise<Uint8Array>((resolve) => {
      void requests.serve(frame, { isCongested, send: resolve }, context);
    });
    const answer = parseLinkFrame<Head>(await answered, decoder);
    expect(answer?.id).toBe(id);
    return { response: answer?.head.response, body: decoder.decode(answer?.body), held: requests.held(id) };
  };
  const to = { kind: "http", namespace: "n", uid: "u", port, path: "/x?y=1", headers: [["Host", "p.n"]] } as const;
  const ask = ({ method = "POST", body = "{}", pod = "p", tls, ...asked }: Asked = {}) => {
    const length = body === "" ? [] : [["Content-Length", String(Buffer.byteLength(body))] as const];
    return send({ ...to, method, pod, headers: [...to.headers, ...length], ...(tls && { tls }) }, body, asked);
  };
  return { ask, send, dialled };
}

const echo: RequestListener = async (request, response) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  response.setHeader("X-Length", request.headers["content-length"] ?? "");
  response.writeHead(201).end(`${request.method} ${request.url} ${request.headers.host} ${text}`);
};

test("LINK-REQUEST: a pod's response goes back over the link, with status, headers and body", async () => {
  const { ask } = await serve(createServer(echo));
  const { response, body } = await ask({ body: '{"é":1}' });
  expect(body).toBe('POST /x?y=1 p.n {"é":1}');
  expect(response).toMatchObject({ code: 200, http: { status: 201 } });
  expect(response?.http?.headers).toContainEqual(["X-Length", "8"]);
});

test("LINK-REQUEST: so does the answer of the node's own API, and why there is none", async () => {
  const { ask, send } = await serve(createServer(echo));
  expect(await send({ kind: "node", path: "/healthz" })).toMatchObject({ body: "ok", response: { code: 200 } });
  expect((await ask({ pod: "other" })).response).toMatchObject({
    code: 404,
    message: 'pod "other" does not exist on this node',
  });
});

test("LINK-REQUEST-HELD: a response that does not fit the link, or finds it congested, is held", async () => {
  const { ask } = await serve(createServer((_, response) => void response.end("x".repeat(MAX_LINK_BODY + 1))));
  const long = await ask();
  expect(long).toMatchObject({ response: undefined, held: expect.anything() });
  long.held?.abandon();
  server.removeAllListeners("request").on("request", echo);
  const { response, held } = await ask({ isCongested: true });
  expect([response, held]).toEqual([undefined, expect.anything()]);
  held?.abandon();
});

test("LINK-REQUEST-HELD: the request of an abandoned answer ends", async () => {
  let hasLeft = false;
  const { ask } = await serve(
    createServer((request, response) => {
      request.socket.once("close", () => {
        hasLeft = true;
      });
      response.write("an event");
    }),
  );
  (await ask()).held?.abandon();
  await expect.poll(() => hasLeft).toBe(true);
});

test("LINK-CONNECTIONS: a connection is used again, made anew if the server has closed it, and verified", async () => {
  const { certificate: cert, key, ca } = createNamesake("p.n");
  const connections = new Set<Socket>();
  const { ask } = await serve(
    createTlsServer({ cert, key }, (request, response) => {
      connections.add(request.socket);
      request.resume().on("end", () => response.end("yes"));
    }),
  );
  const tls = { serverName: "p.n", authorities: ca };
  for (let calls = 0; calls < 3; calls++) expect(await ask({ tls })).toMatchObject({ body: "yes" });
  expect(connections.size).toBe(1);
  const other = { ...tls, authorities: createNamesake("p.n").ca };
  expect((await ask({ tls: other })).response).toMatchObject({ code: 500 });
  server.closeAllConnections();
  expect(await ask({ tls })).toMatchObject({ body: "yes" });
  expect(connections.size).toBe(2);
});

test("LINK-CONNECTIONS: one that the server has closed is closed here, too, and not used", async () => {
  const { ask, dialled } = await serve(createServer(echo));
  for (let calls = 1; calls <= 3; calls++) {
    expect((await ask({ isRepeatable: false })).response).toMatchObject({ code: 200 });
    expect(dialled).toHaveLength(calls);
    server.closeIdleConnections();
    await expect.poll(() => dialled.every(({ destroyed }) => destroyed)).toBe(true);
  }
});

test.each([
  [true, 2],
  [false, 1],
])(
  "LINK-REQUEST-ONCE: sent over a connection that turns out closed, and repeatable: %s",
  async (isRepeatable, count) => {
    let received = 0;
    const { ask } = await serve(
      createServer((request, response) => {
        received++;
        if (received === 2) request.socket.destroy();
        else request.resume().on("end", () => response.end("yes"));
      }),
    );
    await ask();
    const { response } = await ask({ isRepeatable });
    expect([response?.code, received]).toEqual([isRepeatable ? 200 : 500, 1 + count]);
  },
);
