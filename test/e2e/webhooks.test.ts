import { createServer, type Server } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority, createServingCertificate } from "../../cli/control-plane/certificates.ts";
import { callApi } from "./api-call.ts";
import { Cluster } from "./cluster.ts";
import { startServedPod } from "./served-pod.ts";

/** Answers reviews by path. What it was asked is told at /asked. */
const program = `
import { createServer } from "node:https";
const patch = (operations) => ({ allowed: true, patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(operations)).toString("base64") });
const asked = [];
const answers = {
  "/mutate": ({ object }) => ({ ...patch([{ op: "add", path: "/data/mutated", value: "by " + object.metadata.name }]), warnings: ["changed for you"] }),
  "/count": ({ object }) => patch([{ op: "add", path: "/data/seen", value: String(Number(object.data.seen ?? 0) + 1) }]),
  "/deny": ({ operation, subResource, object, oldObject }) => ({ allowed: false, status: { code: 403, message: "no " + [operation, subResource ?? "", (object ?? oldObject).kind].join(" ") } }),
  "/slow": () => new Promise((resolve) => setTimeout(resolve, 60_000)),
};
const convert = (object, to) => {
  const { host, port, hostPort, ...rest } = object;
  const version = to.split("/")[1];
  return { ...rest, apiVersion: to, ...(version === "v1" ? { hostPort: host + ":" + port } : { host: hostPort.split(":")[0], port: hostPort.split(":")[1] }) };
};
createServer({ key: process.env.KEY, cert: process.env.CERTIFICATE }, async (request, response) => {
  const { pathname } = new URL(request.url, "https://x");
  if (pathname === "/asked") return response.end(JSON.stringify(asked));
  let text = "";
  for await (const chunk of request) text += chunk;
  const review = JSON.parse(text);
  asked.push({ path: request.url, ...review.request });
  const { uid, objects, desiredAPIVersion } = review.request;
  const answer = pathname === "/convert"
    ? { uid, result: { status: "Success" }, convertedObjects: objects.map((object) => convert(object, desiredAPIVersion)) }
    : { uid, ...(await answers[pathname](review.request)) };
  response.setHeader("Content-Type", "application/json").end(JSON.stringify({ kind: review.kind, apiVersion: review.apiVersion, response: answer }));
}).listen(process.env.PORT);
`;

const authority = createAuthority(new Date());
const stranger = createAuthority(new Date());
const base64 = (text: string) => Buffer.from(text).toString("base64");

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
  const { certificate, key } = createServingCertificate(
    authority.key,
    [{ type: "dns", value: "hooks.default.svc" }],
    new Date(),
  );
  const environment = { KEY: key, CERTIFICATE: certificate };
  await startServedPod(cluster, { name: "hooks", namespace: "default", program, environment });
});
afterAll(() => cluster.remove());

const inCluster = (path: string, caBundle = base64(authority.certificate)) => ({
  service: { name: "hooks", namespace: "default", path },
  caBundle,
});

interface Hook {
  readonly name: string;
  readonly kind?: "Mutating" | "Validating";
  readonly clientConfig: object;
  readonly rule: object;
  readonly more?: object;
}

async function configure({ name, kind = "Mutating", clientConfig, rule, more = {} }: Hook): Promise<void> {
  const webhook = {
    name: `${name}.example.com`,
    clientConfig,
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], ...rule }],
    // Each test has a name of its own.
    objectSelector: { matchLabels: { hook: name } },
    ...more,
  };
  const configuration = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${kind}WebhookConfiguration`,
    metadata: { name },
    webhooks: [webhook],
  };
  await cluster.output("apply -f -", { input: JSON.stringify(configuration) });
}

const configMap = (name: string, hook: string) =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { hook } }, data: { own: "yes" } });
const create = (hook: string, name = hook) => cluster.kubectl("create -f -", { input: configMap(name, hook) });
const dataOf = (name: string, key: string) => cluster.output(`get configmap ${name} -o jsonpath={.data.${key}}`);

describe("a webhook behind a Service", () => {
  test("changes objects, warns, and is asked as Kubernetes asks", async () => {
    await configure({ name: "change", clientConfig: inCluster("/mutate"), rule: {} });
    const { stderr } = await create("change");
    expect(stderr).toContain("Warning: changed for you");
    expect(await dataOf("change", "mutated")).toBe("by change");
    const { text } = await callApi(cluster, "/api/v1/namespaces/default/services/https:hooks:web/proxy/asked");
    expect(JSON.parse(text).find(({ name }: { name?: string }) => name === "change")).toMatchObject({
      path: "/mutate?timeout=10s",
      kind: { group: "", version: "v1", kind: "ConfigMap" },
      requestKind: { group: "", version: "v1", kind: "ConfigMap" },
      namespace: "default",
      operation: "CREATE",
      userInfo: { username: "admin" },
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", fieldManager: "kubectl-create", fieldValidation: "Strict" },
    });
  });

  test("is asked again where another changed the object after it", async () => {
    const more = { reinvocationPolicy: "IfNeeded", objectSelector: { matchLabels: { hook: "twice" } } };
    await configure({ name: "a-first", clientConfig: inCluster("/count"), rule: {}, more });
    await configure({
      name: "b-second",
      clientConfig: inCluster("/mutate"),
      rule: {},
      more: { objectSelector: { matchLabels: { hook: "twice" } } },
    });
    expect((await create("twice")).code).toBe(0);
    expect(await dataOf("twice", "seen")).toBe("2");
  });

  test("refuses creates, and connections to a pod", async () => {
    await configure({ name: "refuse", kind: "Validating", clientConfig: inCluster("/deny"), rule: {} });
    expect((await create("refuse")).stderr).toContain(
      'admission webhook "refuse.example.com" denied the request: no CREATE  ConfigMap',
    );
    const connect = { operations: ["CONNECT"], resources: ["pods/exec", "pods/attach"] };
    const more = { objectSelector: {}, namespaceSelector: {} };
    await configure({ name: "connect", kind: "Validating", clientConfig: inCluster("/deny"), rule: connect, more });
    const { stderr } = await cluster.kubectl("exec hooks -- true");
    expect(stderr).toContain("denied the request: no CONNECT exec PodExecOptions");
    await cluster.output("delete validatingwebhookconfiguration connect");
  });

  test("that shows a certificate of another authority is not asked", async () => {
    await configure({ name: "stranger", clientConfig: inCluster("/mutate", base64(stranger.certificate)), rule: {} });
    expect((await create("stranger")).stderr).toMatch(
      /failed calling webhook "stranger.example.com": failed to call webhook: Post "https:\/\/hooks.default.svc:443\/mutate\?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority/,
    );
    await configure({
      name: "stranger",
      clientConfig: inCluster("/mutate", base64(stranger.certificate)),
      rule: {},
      more: { failurePolicy: "Ignore" },
    });
    expect((await create("stranger")).code).toBe(0);
    expect(await dataOf("stranger", "mutated")).toBe("");
  });

  test("that takes too long or is not there fails by its policy", async () => {
    await configure({ name: "slow", clientConfig: inCluster("/slow"), rule: {}, more: { timeoutSeconds: 1 } });
    expect((await create("slow")).stderr).toContain("context deadline exceeded");
    const nobody = { service: { name: "nobody", namespace: "default" } };
    await configure({ name: "nobody", clientConfig: nobody, rule: {} });
    expect((await create("nobody")).stderr).toContain(
      'Post "https://nobody.default.svc:443/?timeout=10s": service "nobody" not found',
    );
  });
});

describe("a webhook behind a URL", () => {
  let server: Server;
  let url = "";
  beforeAll(async () => {
    const subjects = [{ type: "ip", value: "127.0.0.1" } as const];
    const { certificate, key } = createServingCertificate(authority.key, subjects, new Date());
    server = createServer({ cert: certificate, key }, async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const { uid } = JSON.parse(text).request;
      const answer = { uid, allowed: false, status: { message: "heard" } };
      response.end(JSON.stringify({ kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response: answer }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `https://127.0.0.1:${(server.address() as { port: number }).port}/check`;
  });
  afterAll(() => server.close());

  test("is asked where its certificate is of the bundle's authority, and only there", async () => {
    const at = (caBundle: string) => ({ url, caBundle: base64(caBundle) });
    await configure({ name: "url", kind: "Validating", clientConfig: at(authority.certificate), rule: {} });
    expect((await create("url")).stderr).toContain('admission webhook "url.example.com" denied the request: heard');
    await configure({ name: "url", kind: "Validating", clientConfig: at(stranger.certificate), rule: {} });
    expect((await create("url")).stderr).toMatch(
      /failed calling webhook .*x509: certificate signed by unknown authority/,
    );
  });
});

describe("a definition whose versions a webhook converts", () => {
  const group = "conversion.example.com";
  const schema = (properties: Record<string, object>) => ({
    openAPIV3Schema: { type: "object", properties: { ...properties, note: { type: "string" } } },
  });
  const text = { type: "string" };
  const hostPort = schema({ hostPort: text });
  const hostAndPort = schema({ host: text, port: text });
  const definition = (stored: "v1" | "v2", path = "/convert") =>
    JSON.stringify({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `places.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "places", singular: "place", kind: "Place", listKind: "PlaceList" },
        versions: [
          { name: "v1", served: true, storage: stored === "v1", schema: hostPort },
          {
            name: "v2",
            served: true,
            storage: stored === "v2",
            schema: hostAndPort,
            additionalPrinterColumns: [{ name: "Host", type: "string", jsonPath: ".host" }],
          },
        ],
        conversion: {
          strategy: "Webhook",
          webhook: { clientConfig: inCluster(path), conversionReviewVersions: ["v1"] },
        },
      },
    });
  const place = (version: string, name: string, fields: object) =>
    JSON.stringify({ apiVersion: `${group}/${version}`, kind: "Place", metadata: { name }, ...fields });
  const read = async (version: string, rest: string) =>
    JSON.parse((await callApi(cluster, `/apis/${group}/${version}/namespaces/default/places${rest}`)).text);

  test("answers each object at the version asked for, whatever version it was written at", async () => {
    await cluster.output("apply -f -", { input: definition("v1") });
    await cluster.output(`wait --for=condition=Established crd/places.${group}`);
    await cluster.output("create -f -", { input: place("v1", "one", { hostPort: "a:1" }) });
    await cluster.output("create -f -", { input: place("v2", "two", { host: "b", port: "2" }) });
    expect(await read("v2", "/one")).toMatchObject({ apiVersion: `${group}/v2`, host: "a", port: "1" });
    expect(await read("v1", "/two")).toMatchObject({ apiVersion: `${group}/v1`, hostPort: "b:2" });
    const hosts = ({ items }: { items: { host: string }[] }) => items.map(({ host }) => host);
    expect(hosts(await read("v2", ""))).toEqual(["a", "b"]);
    const table = await cluster.output(`get places.v2.${group} --no-headers`);
    expect(table.split("\n").map((line) => line.split(/\s+/).slice(0, 2))).toEqual([["one", "a"], ["two", "b"], [""]]);
  });

  test("patches, applies, watches and deletes at any version", async () => {
    await cluster.output(`patch places.v2.${group} one --type=merge -p {"port":"9"}`);
    expect(await read("v1", "/one")).toMatchObject({ hostPort: "a:9" });
    const applied = place("v2", "one", { host: "c", port: "9", note: "x" });
    await cluster.output("apply --server-side --force-conflicts -f -", { input: applied });
    expect(await read("v1", "/one")).toMatchObject({ hostPort: "c:9", note: "x" });
    const watcher = cluster.follow(`get places.v2.${group} two -o jsonpath={.host}/{.port}; -w`);
    await watcher.until(/b\/2;/);
    await cluster.output(`patch places.v1.${group} two --type=merge -p {"hostPort":"d:4"}`);
    await watcher.until(/d\/4;/);
    watcher.stop();
    await cluster.output(`delete places.v2.${group} two`);
    expect(await read("v1", "/two")).toMatchObject({ code: 404 });
  });

  test("fails where its webhook does, and needs none for objects that are at the version", async () => {
    await cluster.output("apply -f -", { input: definition("v1", "/nowhere") });
    expect(await read("v1", "/one")).toMatchObject({ hostPort: "c:9" });
    expect(await read("v2", "/one")).toMatchObject({
      code: 500,
      message: expect.stringMatching(/^conversion webhook for conversion.example.com\/v1, Kind=Place failed: /),
    });
    await cluster.output("apply -f -", { input: definition("v1") });
    await cluster.output(`delete crd places.${group}`);
  });
});
