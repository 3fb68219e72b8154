/**
 * Three nodes with containers, two of which share a network, each with a pod, and Services with two of the pods as
 * endpoints.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect } from "vitest";
import { Cluster } from "./cluster.ts";
import { Containerd, whyNoContainerd } from "./containerd.ts";
import { connectMachines, JoinedNode } from "./joined-node.ts";

const noNft = spawnSync("which", ["nft"]).status === 0 ? undefined : "nft missing: apt-get install -y nftables";
/** Why they are not available; undefined if they are. */
export const whyNoThreeNodes = whyNoContainerd() ?? noNft;

/** Each answers with its own name. */
export const pod = (name: string, node: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: web}}
spec:
  nodeName: ${node}
  hostname: ${name}
  subdomain: peers
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      ports: [{containerPort: 8080, hostPort: 8088}]
      command: ["/bin/sh", "-c", "busybox mkdir /www; echo ${name} > /www/index.html; exec busybox httpd -f -p 8080 -h /www"]
`;

export const service = (name: string, spec: string) => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: web}, ${spec}}
`;

/** One address of a Service, by its port. */
export const slice = (service: string, port: string, address: string) => `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${service}-${address}, labels: {kubernetes.io/service-name: ${service}}}
addressType: IPv4
ports: [{${port}}]
endpoints: [{addresses: [${address}]}]
`;

const manifests = [
  pod("first", "e2e"),
  pod("second", "far"),
  pod("third", "apart").replace("app: web", "app: third"),
  service("web", "type: NodePort, ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]"),
  service("shown", "type: LoadBalancer, ports: [{port: 8081, targetPort: 8080}]"),
  service("sticky", "sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080}]"),
  service("both", "ipFamilyPolicy: RequireDualStack, ports: [{port: 80, targetPort: 8080}]"),
  service("near", "internalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]"),
  service("peers", "clusterIP: None, ports: [{name: http, port: 8080}]"),
  "apiVersion: v1\nkind: Service\nmetadata: {name: nobody}\nspec: {selector: {app: none}, ports: [{port: 80}]}\n",
];

/** A script that calls this often, and prints the names of all that answered. */
export const ask = (url: string, times: number) =>
  `for i in $(busybox seq ${times}); do busybox wget -q -O - http://${url}/; done | busybox sort -u | busybox xargs`;

/** Start and end with the tests of the `describe` that calls it. */
export function threeNodes() {
  let machines: Containerd[] = [];
  let cluster: Cluster;
  /** On the same network as the first. */
  let far: JoinedNode;
  /** Reaches the control plane, and nothing else of the other machines. */
  let apart: JoinedNode;
  let apiPort = "";
  const addresses = new Map<string, string>();

  const inPod = async (name: string, script: string) => {
    const { stdout, stderr } = await cluster.kubectl(["exec", name, "--", "/bin/sh", "-c", script]);
    return (stdout + stderr).trim();
  };
  const onMachine = (machine: number, script: string) => {
    const [program = "", ...words] = machines[machine]?.inside ?? [];
    return spawnSync(program, [...words, "sh", "-c", script], { encoding: "utf8", timeout: 20_000 }).stdout.trim();
  };
  const addressOf = (name: string) => addresses.get(name) ?? "";
  /** How the first machine handles packets that arrive by a wire. */
  const cut = (table: string, wire: string, rules: readonly string[]) => {
    const script = `add table ip ${table}\ndelete table ip ${table}\nadd table ip ${table}
      add chain ip ${table} in { type filter hook prerouting priority -300; }
      ${rules.map((rule) => `add rule ip ${table} in iifname "${wire}" ${rule}`).join("\n")}`;
    expect(onMachine(0, `nft -f - <<'E'\n${script}\nE\necho $?`)).toBe("0");
  };
  const waysOf = (node: string) =>
    cluster.output(["get", "node", node, "-o", "jsonpath={.metadata.annotations.sailplane\\.dev/network-ways}"]);

  beforeAll(async () => {
    machines = await Promise.all(["near", "far", "apart"].map((name) => Containerd.start({ name, network: false })));
    const [one, other, another] = machines;
    if (one === undefined || other === undefined || another === undefined) throw new Error("three were to start");
    connectMachines(one, another, { device: "wire1", network: "198.51.100" });
    connectMachines(one, other);
    cluster = await Cluster.start({ containerd: one, bind: "0.0.0.0", options: ["--dual-stack"] });
    const kubeconfig = readFileSync(`${cluster.directory}/kubeconfig`, "utf8");
    apiPort = /server: https:\/\/[^:]+:(\d+)/.exec(kubeconfig)?.[1] ?? "";
    cut("apart", "wire1", [`tcp dport ${apiPort} accept`, "drop"]);
    far = new JoinedNode(cluster, other, { name: "far", server: "192.0.2.1" });
    apart = new JoinedNode(cluster, another, { name: "apart", server: "198.51.100.1" });
    await cluster.output("apply -f -", { input: manifests.join("---\n") });
    await cluster.output("wait --for=create --timeout=20s node/far node/apart");
    await cluster.output("wait --for=condition=Ready --timeout=20s node --all");
    await cluster.output("wait --for=condition=Ready --timeout=30s pod --all");
    for (const line of (await cluster.output("get services --no-headers")).trim().split("\n")) {
      const [name = "", , address = ""] = line.split(/ +/);
      addresses.set(name, address);
    }
    for (const name of ["first", "second", "third"])
      addresses.set(name, await cluster.output(`get pod ${name} -o jsonpath={.status.podIP}`));
  });
  afterAll(async () => {
    await cluster?.kubectl("delete pods --all --grace-period=1 --timeout=20s");
    // Ends all of them, even if one fails.
    const ended = [
      await Promise.allSettled([far?.remove(), apart?.remove()]),
      await Promise.allSettled([cluster?.remove()]),
    ].flat();
    for (const machine of machines) machine.stop();
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  });

  return {
    inPod,
    onMachine,
    addressOf,
    cut,
    waysOf,
    get cluster() {
      return cluster;
    },
    get machines(): readonly Containerd[] {
      return machines;
    },
    /** Where the control plane listens. */
    get apiPort() {
      return apiPort;
    },
  };
}
