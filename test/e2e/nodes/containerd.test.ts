import { execFileSync, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FakeCsiDriver } from "../../fakes/node/fake-csi-driver.ts";
import { FakeDevicePlugin } from "../../fakes/node/fake-device-plugin.ts";
import { Cluster } from "../rig/cluster.ts";
import { Containerd, whyNoContainerd } from "../rig/containerd.ts";
import { csiManifests, debianPods, webPod } from "../rig/containerd-manifests.ts";
import { debianImage } from "../rig/debian-image.ts";
import { runCommand } from "../rig/run-command.ts";

const reason = whyNoContainerd();
const wsPath = createRequire(import.meta.url).resolve("ws");
const noNft = spawnSync("which", ["nft"]).status !== 0;

describe.skipIf(reason !== undefined)(`pods on containerd${reason ? ` (${reason})` : ""}`, () => {
  let containerd: Containerd;
  let cluster: Cluster;
  /** Building it takes a while; the first tests run meanwhile. */
  let debian: Promise<Buffer | undefined>;
  const inside = (...words: readonly string[]) => {
    const [program = "", ...rest] = [...containerd.inside, ...words];
    return execFileSync(program, rest, { encoding: "utf8" });
  };
  beforeAll(async () => {
    debian = debianImage("localhost/debian:1", ["nginx-light", "redis-server", "python3-minimal"]);
    containerd = await Containerd.start();
    // A network of the machine beside the pod network, which does not belong to the agent.
    for (const words of ["link add outside type bridge", "address add 192.0.2.7/24 dev outside", "link set outside up"])
      execFileSync("ip", ["-n", containerd.namespace, ...words.split(" ")]);
    cluster = await Cluster.start({ containerd });
  });
  afterAll(async () => {
    await cluster?.remove();
    containerd?.stop();
  });

  test("the node reports its container runtime", async () => {
    expect(await cluster.output("get nodes -o wide")).toMatch(/ Ready +.* containerd:\/\/\d/);
  });

  test("a pod runs as a container, with an address of its own", async () => {
    await cluster.output("apply -f -", { input: webPod });
    await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
    expect(await cluster.output("get pod web -o jsonpath={.status.podIP}")).toMatch(/^10\.88\.0\.\d+$/);
  });

  test.skipIf(noNft)(
    "in a foreign network it reaches the API through the machine, whose own network it cannot reach",
    async () => {
      const words = "exec web -- /bin/sh -c";
      const { stdout } = await cluster.kubectl([
        ...words.split(" "),
        "busybox nc 10.96.0.1 443 < /dev/null && echo yes",
      ]);
      expect(stdout).toBe("yes\n");
      const rules = inside("nft", "list", "table", "ip", "sailplane-door");
      const [, address = "", port = ""] = /ip daddr (\S+) tcp dport (\d+)/.exec(rules) ?? [];
      const script = `const end = (word) => { console.log(word); process.exit(); };
      require("net").connect({ host: "${address}", port: ${port}, timeout: 300 })
        .on("connect", () => end("open")).on("timeout", () => end("shut"));`;
      expect([address, inside(process.execPath, "-e", script)]).toEqual(["192.0.2.7", "shut\n"]);
    },
  );

  test("its log and exec in it work", async () => {
    expect(await cluster.output("logs web")).toBe("up\n");
    const ofNode = "get --raw /api/v1/nodes/e2e/proxy/containerLogs/default/web/web?tailLines=1";
    expect(await cluster.output(ofNode)).toBe("up\n");
    const { code, stdout } = await cluster.kubectl(["exec", "web", "--", "/bin/sh", "-c", "echo inside; exit 3"]);
    expect([code, stdout]).toEqual([3, "inside\n"]);
  });

  test("TUNNEL-JOIN: a port-forward reaches what listens on the pod's loopback", async () => {
    const forward = cluster.follow("port-forward pod/web 18080:8080");
    await forward.until(/Forwarding from 127/);
    const read = [...cluster.inside, "/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:18080/"];
    expect((await runCommand(read, { seconds: 10 })).stdout).toBe("of web\n");
    forward.stop();
  });

  test("TUNNEL-PORTS: a port-forward over WebSocket channels reaches it, too", async () => {
    const script = `const { WebSocket } = require(${JSON.stringify(wsPath)});
      const config = require("fs").readFileSync(${JSON.stringify(join(cluster.directory, "kubeconfig"))}, "utf8");
      const [, server] = /server: (\\S+)/.exec(config), [, token] = /token: (\\S+)/.exec(config);
      const url = server.replace("https", "wss") + "/api/v1/namespaces/default/pods/web/portforward?ports=8080,1";
      const headers = { authorization: "Bearer " + token };
      const socket = new WebSocket(url, ["v4.channel.k8s.io"], { headers, rejectUnauthorized: false });
      const heard = ["", "", "", ""];
      socket.on("open", () => socket.send(Buffer.concat([Buffer.of(0), Buffer.from("GET / HTTP/1.0\\r\\n\\r\\n")])));
      socket.on("message", (bytes) => { heard[bytes[0]] += bytes.subarray(1).toString("latin1"); });
      socket.on("close", () => console.log(JSON.stringify(heard)));`;
    const { stdout } = await runCommand([...cluster.inside, process.execPath, "-e", script], { seconds: 10 });
    const [answer = "", fault = "", nothing = "", refused = ""] = JSON.parse(stdout) as string[];
    expect([answer.slice(0, 2), fault, nothing]).toEqual(["\x90\x1f", "\x90\x1f", "\x01\x00"]);
    expect(answer).toMatch(/of web\n$/);
    expect(refused.slice(2)).toContain("refused");
  });

  test("its usage and its node's are available as metrics", async () => {
    expect(await cluster.output("top pod web --no-headers --containers")).toMatch(/^web +web +\d+m +\d+Mi/);
    expect(await cluster.output("top nodes --no-headers")).toMatch(/^e2e +\d+m +\d+% +\d+Mi +\d+%/);
    expect(await cluster.output("get --raw /api/v1/nodes/e2e/proxy/metrics/resource")).toContain(
      'container_memory_working_set_bytes{container="web",namespace="default",pod="web"}',
    );
  });

  test("it is resized while it runs, and infeasible requests are reported", async () => {
    const resize = (cpu: string) => {
      const patch = JSON.stringify({ spec: { containers: [{ name: "web", resources: { requests: { cpu } } }] } });
      return cluster.output(["patch", "pod", "web", "--subresource", "resize", "--patch", patch]);
    };
    await resize("200m");
    const given = "jsonpath={.status.containerStatuses[0].resources.requests.cpu}=200m";
    await cluster.output(`wait --for=${given} --timeout=20s pod/web`);
    await expect(resize("1000")).rejects.toThrow("node didn't have enough allocatable resources: cpu");
    expect(await cluster.output("get pod web -o jsonpath={.status.containerStatuses[0].restartCount}")).toBe("0");
  });

  test("AGENT-STATUS-SANDBOX: a pod whose sandbox dies gets another, and is reported with its new address", async () => {
    const addresses = () => cluster.output("get pod web -o jsonpath={.status.podIPs[*].ip}");
    const before = await addresses();
    const ctr = (...words: string[]) => inside("ctr", "-a", containerd.socket, "-n", "k8s.io", ...words);
    const which = 'labels."io.kubernetes.pod.name"==web,labels."io.cri-containerd.kind"==sandbox';
    ctr("tasks", "kill", "-s", "KILL", ctr("containers", "ls", "-q", which).trim());
    await cluster.output("wait --for=jsonpath={.status.containerStatuses[0].restartCount}=1 --timeout=60s pod/web");
    await cluster.output("wait --for=condition=Ready --timeout=20s pod/web");
    expect(await addresses()).toMatch(/^10\.88\.0\.\d+$/);
    expect(await addresses()).not.toBe(before);
  });

  test("AGENT-DELETE: a process left by an interrupted start, which CRI reports as exited, does not keep a pod", async () => {
    const image = "image: localhost/busybox:1, imagePullPolicy: IfNotPresent";
    const again = "test -e /tmp/again && exec sleep 3600; touch /tmp/again";
    const input = `apiVersion: v1
kind: Pod
metadata: {name: adrift}
spec:
  nodeName: e2e
  restartPolicy: OnFailure
  terminationGracePeriodSeconds: 1
  containers:
    - {name: ended, ${image}, command: ["/bin/sh", "-c", "${again}"]}
    - {name: stays, ${image}, command: ["/bin/sleep", "3600"]}
`;
    await cluster.output("apply -f -", { input });
    const ended = "jsonpath={.status.containerStatuses[0].state.terminated.reason}=Completed";
    await cluster.output(`wait --for=${ended} --timeout=20s pod/adrift`);
    const id = await cluster.output("get pod adrift -o jsonpath={.status.containerStatuses[0].containerID}");
    const task = id.replace("containerd://", "");
    inside("ctr", "-a", containerd.socket, "-n", "k8s.io", "tasks", "start", "-d", "--null-io", task);
    expect(await cluster.output("delete pod adrift --timeout=20s")).toMatch(/^pod "adrift" deleted/);
  });

  test("AGENT-DELETE: a deleted pod is gone", async () => {
    expect(await cluster.output("delete pod web --timeout=20s")).toMatch(/^pod "web" deleted/);
    expect(await cluster.output("get pods -o name")).toBe("");
  });

  test("Debian's packages of nginx, redis, python and node run", async (context) => {
    const image = await debian;
    if (image === undefined) return context.skip("apt-get has no packages");
    containerd.importImage(image);
    await cluster.output("apply -f -", { input: debianPods });
    await cluster.output("wait --for=condition=Ready --timeout=30s pod/nginx pod/redis");
    expect(await cluster.output("get --raw /api/v1/namespaces/default/pods/nginx/proxy/")).toContain(
      "Welcome to nginx",
    );
    expect(await cluster.output("exec redis -- redis-cli incr visits")).toBe("1\n");
    await cluster.output("wait --for=jsonpath={.status.phase}=Succeeded --timeout=30s pod/python pod/node");
    expect(await cluster.output("logs python")).toBe("45\n");
    expect(await cluster.output("logs node")).toBe(`${process.version}\n`);
    await cluster.output("delete pods nginx redis python node --timeout=30s");
  });

  test("AGENT-DEVICES: a device plugin's devices are the node's resources, and a container that requests one gets it", async () => {
    const directory = join(cluster.directory, "node/kubelet/device-plugins");
    const plugin = await FakeDevicePlugin.start(directory, "example.com/widget", { one: true, two: true });
    const has =
      "get node e2e -o jsonpath={.status.capacity.example\\.com/widget}/{.status.allocatable.example\\.com/widget}";
    await expect.poll(() => cluster.output(has), { timeout: 20_000 }).toBe("2/2");
    const asking = webPod
      .replace("name: web}", "name: asks}")
      .replace("requests: {cpu: 100m}", "limits: {example.com/widget: 1}");
    await cluster.output("apply -f -", { input: asking.replace("nodeName: e2e", "restartPolicy: Always") });
    await cluster.output("wait --for=condition=Ready --timeout=20s pod/asks");
    expect(
      await cluster.output(["exec", "asks", "--", "/bin/sh", "-c", "echo $WIDGETS; test -c /dev/widget && echo there"]),
    ).toBe("one\nthere\n");
    plugin.set({ one: true, two: false });
    await expect.poll(() => cluster.output(has), { timeout: 20_000 }).toBe("2/1");
    await cluster.output("delete pod asks --timeout=20s");
    plugin.stop();
  });

  test("AGENT-CSI-STAGE: a CSI driver's volume is attached, mounted, and released after the last pod", async () => {
    const name = "fake.csi.example.com";
    const driver = await FakeCsiDriver.start({
      directory: join(cluster.directory, "node/kubelet"),
      name,
      mounts: true,
    });
    await cluster.output("wait --for=create --timeout=20s csinode/e2e");
    expect(await cluster.output("get csinode e2e -o jsonpath={.spec.drivers[0].name}/{.spec.drivers[0].nodeID}")).toBe(
      `${name}/fake-node`,
    );
    expect(await cluster.output("get node e2e -o jsonpath={.metadata.labels.topology\\.fake/rack}")).toBe("r1");
    await cluster.output("apply -f -", { input: csiManifests(name) });
    // Acts as an external attacher.
    const attachment = await expect
      .poll(() => cluster.output("get volumeattachments -o name"), { timeout: 20_000 })
      .toMatch(/csi-/)
      .then(() => cluster.output("get volumeattachments -o name"));
    const attached = JSON.stringify({ status: { attached: true, attachmentMetadata: { device: "1" } } });
    await cluster.output(["patch", attachment.trim(), "--subresource=status", "--type=merge", "-p", attached]);
    await cluster.output("wait --for=condition=Ready --timeout=30s pod/stores");
    expect(await cluster.output("exec stores -- /bin/cat /data/hello /inline/hello")).toBe(
      "from the driver\nfrom the driver\n",
    );
    expect(driver.calls.find(({ call }) => call === "NodeStageVolume")?.publish_context).toEqual({ device: "1" });
    const summary = await cluster.output("get --raw /api/v1/nodes/e2e/proxy/stats/summary");
    expect(JSON.parse(summary).pods[0].volume).toContainEqual(
      expect.objectContaining({ name: "data", usedBytes: 30, pvcRef: { name: "stored", namespace: "default" } }),
    );
    // Acts as an external resizer.
    await cluster.output(["patch", "pv", "stored", "-p", JSON.stringify({ spec: { capacity: { storage: "2Gi" } } })]);
    const waiting = { status: { conditions: [{ type: "FileSystemResizePending", status: "True" }] } };
    const patch = ["patch", "pvc", "stored", "--subresource=status", "--type=merge", "-p", JSON.stringify(waiting)];
    await cluster.output(patch);
    await cluster.output("wait --for=jsonpath={.status.capacity.storage}=2Gi --timeout=20s pvc/stored");
    expect(await cluster.output("get pvc stored -o jsonpath={.status.conditions}")).toBe("");
    const inUse = "get node e2e -o jsonpath={.status.volumesInUse[*]}/{.status.volumesAttached[*].name}";
    expect(await cluster.output(inUse)).toBe(`kubernetes.io/csi/${name}^v1/kubernetes.io/csi/${name}^v1`);
    await cluster.output("delete pod stores --timeout=30s");
    await expect.poll(() => cluster.output("get volumeattachments -o name"), { timeout: 20_000 }).toBe("");
    expect(driver.calls.map(({ call }) => call).toSorted()).toEqual([
      ...["NodeExpandVolume", "NodePublishVolume", "NodePublishVolume", "NodeStageVolume"],
      ...["NodeUnpublishVolume", "NodeUnpublishVolume", "NodeUnstageVolume"],
    ]);
    driver.stop();
  });

  test("a manifest file on the machine becomes a static pod that the API shows but cannot delete", async () => {
    const file = join(cluster.directory, "node/manifests/web.yaml");
    writeFileSync(file, webPod.replace("nodeName: e2e", "restartPolicy: Always"));
    const shown = "get pods -o jsonpath={.items[*].metadata.name}/{.items[*].status.phase}/{.items[*].metadata.uid}";
    const seen = () => cluster.output(shown);
    const before = await expect
      .poll(seen, { timeout: 20_000 })
      .toMatch(/^web-e2e\/Running\//)
      .then(seen);
    expect(await cluster.output("logs web-e2e")).toBe("up\n");
    await cluster.output("delete pod web-e2e");
    await expect.poll(seen, { timeout: 20_000 }).toMatch(/^web-e2e\/Running\//);
    expect(await seen()).not.toBe(before);
    expect(await cluster.output("get pod web-e2e -o jsonpath={.status.containerStatuses[0].restartCount}")).toBe("0");
    rmSync(file);
    await expect.poll(seen, { timeout: 20_000 }).toBe("//");
  });
});
