/** A cluster with a pod that serves its webhooks, behind the Service `hooks`. */
import { createAuthority, createServingCertificate } from "../../../../cli/control-plane/certificates.ts";
import { Cluster } from "../../rig/cluster.ts";
import { startServedPod } from "../../rig/served-pod.ts";

/** Answers reviews by path. /asked returns what it was asked. */
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

/** The authority of the webhooks' certificates, and another. */
export const authority = createAuthority(new Date());
export const stranger = createAuthority(new Date());
export const base64 = (text: string) => Buffer.from(text).toString("base64");

export interface Hook {
  readonly name: string;
  readonly kind?: "Mutating" | "Validating";
  readonly clientConfig: object;
  readonly rule: object;
  readonly more?: object;
}

export const inCluster = (path: string, caBundle = base64(authority.certificate)) => ({
  service: { name: "hooks", namespace: "default", path },
  caBundle,
});

export class HookedCluster {
  readonly cluster: Cluster;

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  static async start(): Promise<HookedCluster> {
    const cluster = await Cluster.start();
    const name = { type: "dns", value: "hooks.default.svc" } as const;
    const { certificate, key } = createServingCertificate(authority.key, [name], new Date());
    const environment = { KEY: key, CERTIFICATE: certificate };
    await startServedPod(cluster, { name: "hooks", namespace: "default", program, environment });
    return new HookedCluster(cluster);
  }

  async configure({ name, kind = "Mutating", clientConfig, rule, more = {} }: Hook): Promise<void> {
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
    await this.cluster.output("apply -f -", { input: JSON.stringify(configuration) });
  }

  /** Creates a config map that the hook of that name reviews. */
  create(hook: string, name = hook) {
    const labels = { hook };
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data: { own: "yes" } };
    return this.cluster.kubectl("create -f -", { input: JSON.stringify(map) });
  }

  dataOf(name: string, key: string) {
    return this.cluster.output(`get configmap ${name} -o jsonpath={.data.${key}}`);
  }
}
