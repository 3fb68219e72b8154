import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { postEvents } from "./audit-webhook.ts";

/** What comes of posting two events to a webhook that answers like this, and what it received. */
async function posted(answer: (response: ServerResponse) => void, token?: string) {
  const received: { request?: IncomingMessage; body?: unknown } = {};
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    Object.assign(received, { request, body: JSON.parse(text) });
    answer(response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    const problem = await postEvents('{"auditID":"a"}\n{"auditID":"b"}', { url, token, timeoutMs: 200 });
    return { problem: problem?.replace(url, "URL"), ...received };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("AUDIT-SINK: a batch is posted as an EventList, with the deployment's token", async () => {
  const { problem, request, body } = await posted((response) => response.end(), "secret");
  expect(problem).toBeUndefined();
  expect(request?.headers.authorization).toBe("Bearer secret");
  const items = [{ auditID: "a" }, { auditID: "b" }];
  expect(body).toEqual({ kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items });
});

test("AUDIT-SINK: a webhook that refuses is retried, and so is one that does not answer", async () => {
  expect((await posted((response) => response.writeHead(503).end())).problem).toBe("URL answered 503");
  expect((await posted(() => {})).problem).toMatch(/^URL: .*timeout/);
});
