import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEvent } from "../../../api/audit/event.ts";
import { Cluster, launcher } from "../rig/cluster.ts";

const scratch = mkdtempSync(`${tmpdir()}/sailplane-audit-`);
const policy = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: None
    users: [system:apiserver]
  - level: RequestResponse
    resources: [{ group: "", resources: [configmaps, secrets] }]
    namespaces: [default]
`;

/** Accepts what it receives, except for the first message: the sender must retry after an outage. */
let sink: Server;
const sunk: AuditEvent[] = [];
let messages = 0;
let cluster: Cluster;

beforeAll(async () => {
  sink = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const fails = messages++ === 0;
      if (!fails) sunk.push(...JSON.parse(text).items);
      response.writeHead(fails ? 500 : 200).end();
    });
  });
  await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const { port } = sink.address() as AddressInfo;
  writeFileSync(`${scratch}/policy.yaml`, policy);
  const options = ["--audit-policy", `${scratch}/policy.yaml`, "--audit-webhook", `http://127.0.0.1:${port}/`];
  cluster = await Cluster.start({ agent: false, options });
});
afterAll(async () => {
  await cluster.remove();
  sink.close();
  rmSync(scratch, { recursive: true });
});

test("AUDIT-SINK: requests are logged to the output, sent to a sink after its outage, and reveal no secret", async () => {
  await cluster.output("create configmap settings --from-literal=a=1");
  await cluster.output("create secret generic password --from-literal=it=hunter2");
  const audit = (...more: string[]) =>
    execFileSync(process.execPath, [launcher, "audit", "-d", cluster.directory, ...more], { encoding: "utf8" });

  const created = /^\S+Z {2}201 {2}admin {2}create {2}\/api\/v1\/namespaces\/default\/configmaps\?/m;
  await expect.poll(() => audit()).toMatch(created);
  await expect.poll(() => audit()).toContain("/namespaces/default/secrets");
  const events = audit("-o", "json")
    .trim()
    .split("\n")
    .map((line): AuditEvent => JSON.parse(line));
  // kubectl sends protobuf here.
  expect(events.find(({ verb }) => verb === "create")).toMatchObject({
    requestObject: { kind: "ConfigMap", data: { a: "1" } },
    responseObject: { metadata: { name: "settings", uid: expect.any(String) } },
  });
  expect(JSON.stringify(events)).not.toContain(Buffer.from("hunter2").toString("base64"));

  await expect.poll(() => sunk.length, { timeout: 20_000 }).toBe(events.length);
  expect(sunk).toEqual(events);
});
