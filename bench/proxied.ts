/**
 * What a request costs that goes to a program behind a node: by `proxy` of a Service and of a pod, of the kubelet's API,
 * to an aggregated API server, through an Ingress, and a log; and what a megabyte costs of a long body. Its pods are
 * plain processes on the node of `up`, and the CPU is that of the control plane and of the node together, the pods' own
 * excluded.
 *
 *     npm run bench -- proxied
 */
import { createAuthority, createServingCertificate } from "../cli/control-plane/certificates.ts";
import { Cluster, freePort } from "../test/e2e/rig/cluster.ts";
import { startServedPod } from "../test/e2e/rig/served-pod.ts";
import { Client } from "./rig/client.ts";
import { load, median } from "./rig/load.ts";
import { type Figure, report } from "./rig/report.ts";
import { type Address, addressOf, cpuMilliseconds } from "./rig/target.ts";

/** Answers with as many bytes as the query says, after the request's body; a watch has one event and no end. */
const program = `
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
const answer = async (request, response) => {
  const { searchParams } = new URL(request.url, "http://x");
  for await (const chunk of request);
  response.setHeader("Content-Type", "application/json");
  if (searchParams.has("watch")) return response.write('{"type":"ADDED"}\\n');
  response.end(JSON.stringify({ kind: "List", filler: "x".repeat(Number(searchParams.get("bytes") ?? 300)) }));
};
const { KEY: key, CERTIFICATE: cert, PORT } = process.env;
(key ? createSecureServer({ key, cert }, answer) : createServer(answer)).listen(PORT);
console.log("a line");
`;

const COUNT = 200;
const WATCHES = 40;
const LARGE = 1024 * 1024;
/** How often a long body is sent, in each direction. */
const LONG_COUNT = 10;
const VERSION = "/apis/bench.example.com/v1";

const ingressPort = await freePort();
const cluster = await Cluster.start({ ingressPort });
const figures: Figure[] = [];
try {
  const target = addressOf(cluster);
  const authority = createAuthority(new Date());
  const name = { type: "dns", value: "api.default.svc" } as const;
  const { certificate, key } = createServingCertificate(authority.key, [name], new Date());
  await startServedPod(cluster, { name: "web", namespace: "default", program });
  await startServedPod(cluster, {
    name: "api",
    namespace: "default",
    program,
    environment: { KEY: key, CERTIFICATE: certificate },
  });
  const objects = [
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1.bench.example.com" },
      spec: {
        group: "bench.example.com",
        version: "v1",
        groupPriorityMinimum: 2000,
        versionPriority: 200,
        service: { name: "api", namespace: "default" },
        caBundle: Buffer.from(authority.certificate).toString("base64"),
      },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "web", namespace: "default" },
      spec: {
        ingressClassName: "sailplane",
        defaultBackend: { service: { name: "web", port: { number: 443 } } },
      },
    },
  ];
  for (const each of objects) await cluster.output("apply -f -", { input: JSON.stringify(each) });
  await cluster.output("wait --for=condition=Available apiservice/v1.bench.example.com --timeout=20s");
  const host = `web.default.default.localhost:${ingressPort}`;
  const ingress: Address = { url: new URL(`http://127.0.0.1:${ingressPort}`), token: "" };
  const cpu = () => cpuMilliseconds(cluster.workerdPid()) + cpuMilliseconds(cluster.supervisorPid);
  const core = "/api/v1/namespaces/default";
  const cases: readonly { readonly name: string; readonly path: string; readonly at?: Address }[] = [
    { name: "service proxy", path: `${core}/services/web:443/proxy/x` },
    { name: "service proxy, 1 MB", path: `${core}/services/web:443/proxy/x?bytes=${LARGE}` },
    { name: "pod proxy", path: `${core}/pods/web/proxy/x` },
    { name: "node proxy, healthz", path: `/api/v1/nodes/${cluster.nodeName}/proxy/healthz` },
    { name: "log", path: `${core}/pods/web/log` },
    { name: "aggregated GET", path: `${VERSION}/namespaces/default/things/x` },
    { name: "aggregated LIST, 100 KB", path: `${VERSION}/things?bytes=100000` },
    { name: "ingress", path: "/x", at: ingress },
  ];
  const asked = cases.map(({ name, path, at = target }) => ({
    name,
    at,
    count: path.includes(String(LARGE)) ? COUNT / 4 : COUNT,
    ask: (client: Client) => client.ask({ path, ...(at === ingress && { headers: { host } }) }),
  }));
  // Until everything is compiled, the first case would cost twice as much as the others.
  for (const { at, count, ask } of asked) await load(at, { clients: 4, count: count * 2 }, ask);
  for (const { name, at, count, ask } of asked) {
    for (const clients of [1, 16]) {
      const measured = await load({ ...at, cpu }, { clients, count }, ask);
      const by = clients === 1 ? "1 client" : `${clients} clients`;
      figures.push({ name: `${name}, ${by}, median`, value: measured.median, unit: "ms" });
      if (clients > 1) figures.push({ name: `${name}, ${by}`, value: measured.perSecond, unit: "/s" });
      figures.push({ name: `${name}, ${by}, CPU`, value: measured.cpu ?? 0, unit: "µs" });
    }
  }
  const long: readonly {
    readonly name: string;
    readonly path: string;
    readonly sent?: number;
    readonly at?: Address;
  }[] = [
    { name: "pod proxy, answer of 32 MB", path: `${core}/pods/web/proxy/x?bytes=${32 * LARGE}` },
    { name: "pod proxy, body of 2 MB", path: `${core}/pods/web/proxy/x`, sent: 2 * LARGE },
    { name: "ingress, answer of 32 MB", path: `/x?bytes=${32 * LARGE}`, at: ingress },
    { name: "ingress, body of 16 MB", path: "/x", sent: 16 * LARGE, at: ingress },
  ];
  for (const { name, path, sent = 0, at = target } of long) {
    const body = "x".repeat(sent);
    const sending = sent > 0 && ({ method: "POST", body } as const);
    const megabytes = (sent || 32 * LARGE) / LARGE;
    const transfer = (client: Client) =>
      client.ask({ path, ...(at === ingress && { headers: { host } }), ...(sending || {}) });
    await load(at, { clients: 1, count: 2 }, transfer);
    const processes = { "control plane": cluster.workerdPid(), node: cluster.supervisorPid };
    const used = Object.values(processes).map(cpuMilliseconds);
    const { median: took } = await load(at, { clients: 1, count: LONG_COUNT }, transfer);
    figures.push({ name, value: (megabytes * 1000) / took, unit: "MB/s" });
    for (const [i, [which, pid]] of Object.entries(processes).entries()) {
      const spent = cpuMilliseconds(pid) - (used[i] ?? 0);
      figures.push({ name: `${name}, CPU of the ${which}`, value: spent / (megabytes * LONG_COUNT), unit: "ms/MB" });
    }
  }
  const began: number[] = [];
  for (let i = 0; i < WATCHES; i++) {
    const client = new Client(target, 1);
    await client.ask({ path: `${VERSION}/namespaces/default/things/x` });
    began.push(await client.readUntil("ADDED", { path: `${VERSION}/things?watch=1` }));
    client.close();
  }
  figures.push({ name: "aggregated WATCH, first event, median", value: median(began), unit: "ms" });
} finally {
  await cluster.remove();
}
report("proxied", figures);
process.exit(0);
