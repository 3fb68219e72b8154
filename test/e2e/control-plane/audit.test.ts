import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEvent } from "../../../api/audit/event.ts";
import { createAuthority, createServingCertificate } from "../../../cli/control-plane/certificates.ts";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { Cluster, launcher } from "../rig/cluster.ts";

const scratch = temporaryDirectory();
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
let webhook: SecureServer;
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
  webhook?.close();
  rmSync(scratch, { recursive: true });
});

const audit = (...more: string[]) =>
  execFileSync(process.execPath, [launcher, "audit", "-d", cluster.directory, ...more], { encoding: "utf8" });

test("AUDIT-SINK: requests are logged to the output, sent to a sink after its outage, and reveal no secret", async () => {
  await cluster.output("create configmap settings --from-literal=a=1");
  await cluster.output("create secret generic password --from-literal=it=hunter2");

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

test("AUDIT-LEVEL: the patch of a webhook is recorded", async () => {
  const authority = createAuthority(new Date());
  const address = { type: "ip", value: "127.0.0.1" } as const;
  const { certificate, key } = createServingCertificate(authority.key, [address], new Date());
  const patch = [{ value: "<b>", path: "/data/a", op: "add" }];
  webhook = createSecureServer({ cert: certificate, key }, async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { uid } = JSON.parse(text).request;
    const encoded = Buffer.from(JSON.stringify(patch)).toString("base64");
    const answer = { uid, allowed: true, patchType: "JSONPatch", patch: encoded };
    response.end(JSON.stringify({ kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response: answer }));
  });
  await new Promise<void>((resolve) => webhook.listen(0, "127.0.0.1", resolve));
  const { port } = webhook.address() as AddressInfo;
  const hook = {
    name: "a.example.com",
    clientConfig: {
      url: `https://127.0.0.1:${port}/`,
      caBundle: Buffer.from(authority.certificate).toString("base64"),
    },
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
  };
  const apiVersion = "admissionregistration.k8s.io/v1";
  const configuration = { apiVersion, kind: "MutatingWebhookConfiguration", metadata: { name: "adds" } };
  await cluster.output("create -f -", { input: JSON.stringify({ ...configuration, webhooks: [hook] }) });
  await cluster.output("create configmap patched --from-literal=b=1");
  const recorded = String.raw`{"configuration":"adds","webhook":"a.example.com","patch":[{"op":"add","path":"/data/a","value":"\u003cb\u003e"}],"patchType":"JSONPatch"}`;
  await expect.poll(() => audit("-o", "json")).toContain(JSON.stringify(recorded));
});
