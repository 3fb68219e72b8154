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
  "/stages": ({ object: { data } }) => patch([
    ...(data["mutation-start"] && !data["mutation-stage-1"] ? [{ op: "add", path: "/data/mutation-stage-1", value: "yes" }] : []),
    ...(data["mutation-stage-1"] ? [{ op: "add", path: "/data/mutation-stage-2", value: "yes" }] : []),
  ]),
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

describe("HOOK-SERVICE: a webhook behind a Service", () => {
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

  test("HOOK-CONNECT: refuses creates, and connections to a pod", async () => {
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

  test("HOOK-CA: that shows a certificate of another authority is not asked", async () => {
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

  test("HOOK-FAIL: that takes too long or is not there fails by its policy", async () => {
    await configure({ name: "slow", clientConfig: inCluster("/slow"), rule: {}, more: { timeoutSeconds: 1 } });
    expect((await create("slow")).stderr).toContain("context deadline exceeded");
    const nobody = { service: { name: "nobody", namespace: "default" } };
    await configure({ name: "nobody", clientConfig: nobody, rule: {} });
    expect((await create("nobody")).stderr).toContain(
      'Post "https://nobody.default.svc:443/?timeout=10s": service "nobody" not found',
    );
  });
});

describe("what the conformance suite requires of webhooks", () => {
  const call = async (method: string, path: string, body?: object, type = "application/json") => {
    const headers = { "Content-Type": type };
    const { status, text } = await callApi(cluster, path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status, object: JSON.parse(text) };
  };
  const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1";
  const MAPS = "/api/v1/namespaces/default/configmaps";
  const makeMap = (name: string, hook: string, data: object = { own: "yes" }) =>
    call("POST", MAPS, { metadata: { name, labels: { hook } }, data });
  const group = "hooked.example.com";
  const PLACES = `/apis/${group}/v1/namespaces/default/places`;
  const definitionOf = (plural: string, hook = "") => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, labels: { hook } },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular: plural.slice(0, -1), kind: `K${plural}`, listKind: `K${plural}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: {
                data: {
                  type: "object",
                  properties: { own: { type: "string" }, ...(plural === "places" && { mutated: { type: "string" } }) },
                },
              },
            },
          },
        },
      ],
    },
  });
  const define = async (plural: string) => {
    await cluster.output("apply -f -", { input: JSON.stringify(definitionOf(plural)) });
    await cluster.output(`wait --for=condition=Established --timeout=20s crd/${plural}.${group}`);
  };
  const placeRule = (resource: string, ...operations: string[]) => ({
    operations,
    apiGroups: [group],
    apiVersions: ["v1"],
    resources: [resource],
  });
  const place = (name: string, hook: string, kind = "Kplaces") => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name, labels: { hook } },
    data: { own: "yes" },
  });
  const unconfigure = (name: string, kind: "mutating" | "validating") =>
    cluster.output(`delete ${kind}webhookconfiguration ${name}`);

  test("Admission webhook, admission control not allowed on webhook configuration objects", async () => {
    const rule = {
      operations: ["CREATE", "DELETE"],
      apiGroups: ["admissionregistration.k8s.io"],
      apiVersions: ["*"],
      resources: ["*"],
    };
    const more = { objectSelector: {} };
    await configure({ name: "own-change", clientConfig: inCluster("/mutate"), rule, more });
    await configure({ name: "own-deny", kind: "Validating", clientConfig: inCluster("/deny"), rule, more });
    for (const kind of ["Mutating", "Validating"] as const) {
      const plural = `${kind.toLowerCase()}webhookconfigurations`;
      const made = await call("POST", `${CONFIGURATIONS}/${plural}`, { metadata: { name: "dummy" }, webhooks: [] });
      expect([made.status, made.object.data]).toEqual([201, undefined]);
      expect((await call("DELETE", `${CONFIGURATIONS}/${plural}/dummy`)).status).toBe(200);
    }
    await unconfigure("own-change", "mutating");
    await unconfigure("own-deny", "validating");
  });

  test("Admission webhook, deny attach", async () => {
    const rule = { operations: ["CONNECT"], resources: ["pods/attach"] };
    const more = { objectSelector: {} };
    await configure({ name: "attach", kind: "Validating", clientConfig: inCluster("/deny"), rule, more });
    const { code, stderr } = await cluster.kubectl("attach hooks");
    expect([code, stderr]).toEqual([1, expect.stringContaining("denied the request: no CONNECT attach")]);
    await unconfigure("attach", "validating");
  });

  test("Admission webhook, deny custom resource create and delete", async () => {
    await define("places");
    expect((await call("POST", PLACES, place("kept", "places"))).status).toBe(201);
    const rule = placeRule("places", "CREATE", "UPDATE", "DELETE");
    await configure({ name: "places", kind: "Validating", clientConfig: inCluster("/deny"), rule });
    const denied = (what: string) => ({
      status: 403,
      object: { message: `admission webhook "places.example.com" denied the request: no ${what}  Kplaces` },
    });
    expect(await call("POST", PLACES, place("new", "places"))).toMatchObject(denied("CREATE"));
    const change = { data: { own: "no" } };
    const merge = "application/merge-patch+json";
    expect(await call("PATCH", `${PLACES}/kept`, change, merge)).toMatchObject(denied("UPDATE"));
    expect(await call("DELETE", `${PLACES}/kept`)).toMatchObject(denied("DELETE"));
    await unconfigure("places", "validating");
    expect((await call("DELETE", `${PLACES}/kept`)).status).toBe(200);
  });

  test("Admission webhook, deny custom resource definition", async () => {
    const rule = { apiGroups: ["apiextensions.k8s.io"], apiVersions: ["*"], resources: ["customresourcedefinitions"] };
    await configure({ name: "definition", kind: "Validating", clientConfig: inCluster("/deny"), rule });
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    expect((await call("POST", definitions, definitionOf("things", "definition"))).status).toBe(403);
    expect((await call("GET", `${definitions}/things.${group}`)).status).toBe(404);
  });

  test("Admission webhook, discovery document", async () => {
    const { object: groups } = await call("GET", "/apis");
    const own = groups.groups.find(({ name }: { name: string }) => name === "admissionregistration.k8s.io");
    const groupVersion = "admissionregistration.k8s.io/v1";
    expect(own.versions).toContainEqual({ groupVersion, version: "v1" });
    expect((await call("GET", "/apis/admissionregistration.k8s.io")).object.versions).toEqual(own.versions);
    const { object: list } = await call("GET", CONFIGURATIONS);
    const names = list.resources.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]));
  });

  test("Admission webhook, fail closed", async () => {
    const { caBundle: _, ...unproven } = inCluster("/mutate");
    const more = { failurePolicy: "Fail" };
    await configure({ name: "closed", kind: "Validating", clientConfig: unproven, rule: {}, more });
    expect((await makeMap("closed", "closed")).status).toBe(500);
    expect((await call("GET", `${MAPS}/closed`)).status).toBe(404);
  });

  test("Admission webhook, list mutating webhooks", async () => {
    const url = `${CONFIGURATIONS}/mutatingwebhookconfigurations`;
    const query = "?labelSelector=listed%3Dyes";
    for (let i = 0; i < 10; i++) {
      await configure({ name: `listed-${i}`, clientConfig: inCluster("/mutate"), rule: {} });
      const labels = { metadata: { labels: { listed: "yes" } } };
      await call("PATCH", `${url}/listed-${i}`, labels, "application/merge-patch+json");
    }
    expect((await call("GET", url + query)).object.items).toHaveLength(10);
    expect((await makeMap("listed-before", "listed-3")).object.data.mutated).toBe("by listed-before");
    expect((await call("DELETE", url + query)).status).toBe(200);
    expect((await call("GET", url + query)).object.items).toEqual([]);
    expect((await makeMap("listed-after", "listed-3")).object.data.mutated).toBeUndefined();
  });

  test("Admission webhook, mutate custom resource", async () => {
    await define("places");
    await configure({ name: "place", clientConfig: inCluster("/mutate"), rule: placeRule("places", "CREATE") });
    const { object } = await call("POST", PLACES, place("changed", "place"));
    expect(object.data).toEqual({ own: "yes", mutated: "by changed" });
  });

  test("Admission webhook, mutate custom resource with pruning", async () => {
    await define("spots");
    await configure({ name: "spot", clientConfig: inCluster("/mutate"), rule: placeRule("spots", "CREATE") });
    const { object } = await call("POST", PLACES.replace("places", "spots"), place("pruned", "spot", "Kspots"));
    expect(object.data).toEqual({ own: "yes" });
  });

  test("Admission webhook, ordered mutation", async () => {
    const more = { objectSelector: { matchLabels: { hook: "ordered" } } };
    for (const name of ["ordered-1", "ordered-2"])
      await configure({ name, clientConfig: inCluster("/stages"), rule: {}, more });
    const { object } = await makeMap("ordered", "ordered", { "mutation-start": "yes" });
    expect(object.data).toEqual({ "mutation-start": "yes", "mutation-stage-1": "yes", "mutation-stage-2": "yes" });
  });

  test("Admission webhook, update mutating webhook | Admission webhook, update validating webhook", async () => {
    for (const kind of ["Mutating", "Validating"] as const) {
      const hook = `updated-${kind.toLowerCase()}`;
      const clientConfig = inCluster(kind === "Mutating" ? "/mutate" : "/deny");
      const url = `${CONFIGURATIONS}/${kind.toLowerCase()}webhookconfigurations/${hook}`;
      await configure({ name: hook, kind, clientConfig, rule: {} });
      const isHeard = async (name: string) => {
        const { status, object } = await makeMap(name, hook);
        return kind === "Mutating" ? object.data.mutated === `by ${name}` : status === 403;
      };
      expect(await isHeard(`${hook}-1`)).toBe(true);
      const { object } = await call("GET", url);
      object.webhooks[0].rules[0].operations = ["UPDATE"];
      expect((await call("PUT", url, object)).status).toBe(200);
      expect(await isHeard(`${hook}-2`)).toBe(false);
      const back = [{ op: "replace", path: "/webhooks/0/rules/0/operations", value: ["CREATE"] }];
      expect((await call("PATCH", url, back, "application/json-patch+json")).status).toBe(200);
      expect(await isHeard(`${hook}-3`)).toBe(true);
    }
  });

  const conditioned = (name: string, expression: string) => ({
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: inCluster("/deny"),
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        objectSelector: { matchLabels: { hook: name } },
        rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
        matchConditions: [{ name: "expression-1", expression }],
      },
    ],
  });

  test.each([
    ["Validing Admission webhook, reject validating webhook configurations with invalid matchConditions", "validating"],
    ["Mutating Admission webhook, reject mutating webhook configurations with invalid matchConditions", "mutating"],
  ])("%s", async (_, kind) => {
    const invalid = conditioned("invalid", "... [] bad expression");
    const { status, object } = await call("POST", `${CONFIGURATIONS}/${kind}webhookconfigurations`, invalid);
    expect([status, object.message]).toEqual([422, expect.stringContaining("compilation failed")]);
  });

  test("Validating Admission webhook, create and update validating webhook configuration with matchConditions", async () => {
    const url = `${CONFIGURATIONS}/validatingwebhookconfigurations`;
    const expression = "object.metadata.name != 'spared'";
    expect((await call("POST", url, conditioned("conditioned", expression))).status).toBe(201);
    const { object } = await call("GET", `${url}/conditioned`);
    expect(object.webhooks[0].matchConditions).toEqual([{ name: "expression-1", expression }]);
    const more = { name: "expression-2", expression: "object.data.own == 'yes'" };
    object.webhooks[0].matchConditions.push(more);
    expect((await call("PUT", `${url}/conditioned`, object)).status).toBe(200);
    const stored = await call("GET", `${url}/conditioned`);
    expect(stored.object.webhooks[0].matchConditions).toEqual([{ name: "expression-1", expression }, more]);
    expect((await makeMap("meant", "conditioned")).status).toBe(403);
    expect((await makeMap("spared", "conditioned")).status).toBe(201);
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

describe("CRD-WEBHOOK: a definition whose versions a webhook converts", () => {
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

  test("Custom Resource Definition Conversion Webhook, conversion custom resource: answers each object at the version asked for, whatever version it was written at", async () => {
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
