/**
 * What a request costs that goes to a program behind a node: by `proxy` of a Service and of a pod, of the kubelet's API,
 * to an aggregated API server, through an Ingress, and a log. Its pods are plain processes on the node of `up`, and the
 * CPU is that of the control plane and of the node together, the pods' own excluded.
 *
 *     npm run bench -- proxied
 */
import { createAuthority, createServingCertificate } from "../cli/control-plane/certificates.ts";
import { readKubeconfig } from "../cli/kubeconfig.ts";
import { Cluster, freePort } from "../test/e2e/rig/cluster.ts";
import { startServedPod } from "../test/e2e/rig/served-pod.ts";
import { Client } from "./rig/client.ts";
import { load, median } from "./rig/load.ts";
import { type Figure, report } from "./rig/report.ts";
import { type Address, cpuMilliseconds } from "./rig/target.ts";

/** Answers with as many bytes as the query says; a watch has one event and no end. */
const program = `
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
const answer = (request, response) => {
  const { searchParams } = new URL(request.url, "http://x");
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
const VERSION = "/apis/bench.example.com/v1";

const ingressPort = await freePort();
const cluster = await Cluster.start({ ingressPort });
const figures: Figure[] = [];
try {
  const connection = readKubeconfig(cluster.directory);
  const target: Address = { url: new URL(connection.server), token: connection.token };
  const authority = createAuthority(new Date());
  const name = { type: "dns", value: "api.default.svc" } as const;
  const { certificate, key } = createServingCertificate(authority.key, [name], new Date());
  await startServedPod(cluster, { name: "web", namespace: "default", program });
  await startServedPod(cluster, {
    ...{ name: "api", namespace: "default", program },
    environment: { KEY: key, CERTIFICATE: certificate },
  });
  const objects = [
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1.bench.example.com" },
      spec: {
        ...{ group: "bench.example.com", version: "v1", groupPriorityMinimum: 2000, versionPriority: 200 },
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
  for (const { name, path, at = target } of cases) {
    const request = { path, ...(at === ingress && { headers: { host } }) };
    for (const clients of [1, 16]) {
      const count = path.includes(String(LARGE)) ? COUNT / 4 : COUNT;
      const ask = (client: Client) => client.ask(request);
      await load(at, { clients, count: clients * 5 }, ask);
      const measured = await load({ ...at, cpu }, { clients, count }, ask);
      const by = clients === 1 ? "1 client" : `${clients} clients`;
      figures.push({ name: `${name}, ${by}, median`, value: measured.median, unit: "ms" });
      if (clients > 1) figures.push({ name: `${name}, ${by}`, value: measured.perSecond, unit: "/s" });
      figures.push({ name: `${name}, ${by}, CPU`, value: measured.cpu ?? 0, unit: "µs" });
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
