/**
 * Programs in pods that know only what every pod is given: `kubernetes.default.svc`, a token and an authority. The
 * cluster is below a path of its control plane, so its node must terminate TLS for them, as on Cloudflare.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../rig/containerd.ts";
import { JoinedNode } from "../rig/joined-node.ts";

const noNft = spawnSync("which", ["nft"]).status === 0 ? undefined : "nft missing: apt-get install -y nftables";
const reason = whyNoContainerd() ?? noNft;
const root = join(import.meta.dirname, "../../..");

/** The machine's own Node.js, with the libraries that it needs. */
const pod = (name: string, script: string) => {
  const directories = ["/lib", "/lib64", "/usr", root];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      restartPolicy: "Never",
      containers: [
        {
          name: "client",
          image: "localhost/busybox:1",
          imagePullPolicy: "IfNotPresent",
          workingDir: root,
          command: [process.execPath, "--input-type=module", "-e", script],
          volumeMounts: directories.map((mountPath, i) => ({ name: `d${i}`, mountPath, readOnly: true })),
        },
      ],
      volumes: directories.map((path, i) => ({ name: `d${i}`, hostPath: { path } })),
    },
  };
};

describe.skipIf(reason !== undefined)(`programs in pods${reason ? ` (${reason})` : ""}`, () => {
  let machine: Containerd;
  let cluster: Cluster;
  let node: JoinedNode;
  const directory = () => join(cluster.directory, "clusters/two");
  const inCluster = (words: string | readonly string[], input = "") =>
    cluster.output(words, { input, environment: { KUBECONFIG: join(directory(), "kubeconfig") } });
  const outcomeOf = async (name: string, script: string) => {
    await inCluster("apply -f -", JSON.stringify(pod(name, script)));
    await inCluster(`wait --for=jsonpath={.status.containerStatuses[0].state.terminated} --timeout=30s pod/${name}`);
    return (await inCluster(`logs ${name}`)).trim();
  };

  beforeAll(async () => {
    machine = await Containerd.start({ network: false });
    cluster = await Cluster.start({ agent: false, containerd: machine });
    const [program = "", ...words] = [...machine.inside, process.execPath, join(root, "cli/sailplane.mjs")];
    execFileSync(program, [...words, "cluster", "create", "two", "--data-dir", cluster.directory]);
    node = new JoinedNode(cluster, machine, { name: "inner", server: "127.0.0.1", directory: directory() });
    await inCluster("wait --for=create --timeout=20s node/inner");
    await inCluster("wait --for=condition=Ready --timeout=20s node/inner");
    await inCluster("create clusterrolebinding reader --clusterrole=view --serviceaccount=default:default");
  });
  afterAll(async () => {
    await inCluster("delete pods --all --grace-period=1 --timeout=20s").catch(() => {});
    const ended = [await Promise.allSettled([node?.remove()]), await Promise.allSettled([cluster?.remove()])].flat();
    machine?.stop();
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  });

  test("an unmodified client lists and watches pods with its in-cluster configuration, and is refused anything else", async () => {
    const script = `
      import { CoreV1Api, KubeConfig, Watch } from "@kubernetes/client-node";
      const config = new KubeConfig();
      config.loadFromCluster();
      console.log("server", config.getCurrentCluster().server);
      const api = config.makeApiClient(CoreV1Api);
      const { items } = await api.listNamespacedPod({ namespace: "default" });
      console.log("pods", items.map(({ metadata }) => metadata.name).join());
      await api.listNamespacedSecret({ namespace: "default" }).catch(({ code }) => console.log("secrets", code));
      const first = await new Promise((resolve, reject) =>
        new Watch(config).watch("/api/v1/namespaces/default/pods", {}, (type, { metadata }) => resolve(type + " " + metadata.name), reject));
      console.log("watch", first);
      process.exit(0);`;
    expect((await outcomeOf("client", script)).split("\n")).toEqual([
      "server https://10.96.0.1:443",
      "pods client",
      "secrets 403",
      "watch ADDED client",
    ]);
  });

  test("OIDC Discovery (ServiceAccountIssuerDiscovery): a pod verifies its own token by what the API server publishes", async () => {
    const script = `
      import { createPublicKey, verify } from "node:crypto";
      import { readFileSync } from "node:fs";
      import { get } from "node:https";
      const directory = "/var/run/secrets/kubernetes.io/serviceaccount";
      const token = readFileSync(directory + "/token", "utf8");
      const ca = readFileSync(directory + "/ca.crt");
      const headers = { authorization: "Bearer " + token };
      const read = (path) => new Promise((resolve, reject) =>
        get({ host: "kubernetes.default.svc", path, ca, headers }, async (answer) => {
          let text = "";
          for await (const chunk of answer) text += chunk;
          resolve(JSON.parse(text));
        }).on("error", reject));
      const [head, body, signature] = token.split(".");
      const parse = (part) => JSON.parse(Buffer.from(part, "base64url"));
      const configuration = await read("/.well-known/openid-configuration");
      console.log("issuer", configuration.issuer === parse(body).iss);
      const { keys } = await read(new URL(configuration.jwks_uri).pathname.replace(/^\\/clusters\\/two/, ""));
      const key = createPublicKey({ key: keys.find(({ kid }) => kid === parse(head).kid), format: "jwk" });
      console.log("signed", verify("sha256", head + "." + body, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")));`;
    expect((await outcomeOf("verifier", script)).split("\n")).toEqual(["issuer true", "signed true"]);
  });
});
