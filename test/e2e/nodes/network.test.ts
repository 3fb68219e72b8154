import { spawn } from "node:child_process";
import { describe, expect, test } from "vitest";
import { ask, pod, service, slice, threeNodes, whyNoThreeNodes } from "../rig/three-nodes.ts";

describe.skipIf(whyNoThreeNodes !== undefined)(`three nodes${whyNoThreeNodes ? ` (${whyNoThreeNodes})` : ""}`, () => {
  const at = threeNodes();
  const { inPod, onMachine, addressOf, cut, waysOf } = at;

  test("every machine reaches a Service shortly after the API has its pods", async () => {
    for (const machine of at.machines.keys())
      await expect.poll(() => onMachine(machine, ask(addressOf("web"), 24)), { timeout: 20_000 }).toBe("first second");
  });

  test("a pod reaches a pod of the other node", async () => {
    expect(await inPod("first", ask(`${addressOf("second")}:8080`, 1))).toBe("second");
    expect(await inPod("second", ask(`${addressOf("first")}:8080`, 1))).toBe("first");
  });

  test.each(["first", "second"])("pod %s reaches all endpoints of a Service, including itself", async (name) => {
    expect(await inPod(name, ask(addressOf("web"), 24))).toBe("first second");
  });

  test("NET-SERVICES: machines reach Services, through their own route if they have no other, and each other's node ports", () => {
    expect(onMachine(0, "ip route show table 157")).toMatch(/^10\.96\.0\.0\/\d+ dev /m);
    expect(onMachine(0, "ip rule show")).toMatch(/^32767:.* iif lo lookup 157/m);
    expect(onMachine(0, ask(addressOf("web"), 24))).toBe("first second");
    expect(onMachine(1, ask("192.0.2.1:30080", 24))).toBe("first second");
    expect(onMachine(0, ask("192.0.2.2:30080", 24))).toBe("first second");
  });

  test("NET-FAMILIES: in dual-stack, pods and Services have addresses of both families, and find each other by either", async () => {
    const addressesOf = async (of: string, path: string) =>
      JSON.parse(await at.cluster.output(`get ${of} -o jsonpath={${path}}`)) as string[];
    const [four = "", six = ""] = await addressesOf("service/both", ".spec.clusterIPs");
    expect([four, six]).toEqual([expect.stringMatching(/^10\.96\./), expect.stringMatching(/^fd00:10:96::/)]);
    for (const name of ["first", "second", "third"]) {
      expect(await inPod(name, ask(four, 24)), name).toBe("first second");
      expect(await inPod(name, ask(`[${six}]`, 24)), name).toBe("first second");
    }
    expect(onMachine(1, ask(`[${six}]`, 24))).toBe("first second");
    expect(await inPod("second", "busybox nslookup -type=aaaa both.default.svc.cluster.local")).toContain(six);
    expect(await at.cluster.output("get pod first -o jsonpath={.status.podIPs[*].ip}")).toMatch(
      /^10\.244\.\d+\.\d+ fd00:10:244:[0-9a-f:]+$/,
    );
  });

  test("a host port leads to the pod of that node", () => {
    expect(onMachine(0, ask("192.0.2.2:8088", 2))).toBe("second");
    expect(onMachine(1, ask("192.0.2.1:8088", 2))).toBe("first");
  });

  test("PROXY-AFFINITY: with session affinity a client stays with its endpoint", async () => {
    expect(await inPod("first", ask(addressOf("sticky"), 24))).toMatch(/^(first|second)$/);
  });

  test("with internalTrafficPolicy Local, connections stay on the node", async () => {
    expect(await inPod("first", ask(addressOf("near"), 6))).toBe("first");
    expect(await inPod("second", ask(addressOf("near"), 6))).toBe("second");
  });

  test("LB-NODES: a labelled node's address leads to a Service of type LoadBalancer", async () => {
    await at.cluster.kubectl("label node e2e sailplane.dev/load-balancer=true");
    await expect.poll(() => onMachine(1, ask("192.0.2.1:8081", 24)), { timeout: 20_000 }).toBe("first second");
  });

  test("a Service without endpoints refuses at once", async () => {
    expect(await inPod("first", `busybox wget -O - http://${addressOf("nobody")}/`)).toMatch(/Connection refused/);
  });

  test("DNS, services | DNS, resolve the subdomain: pods find Services, pods and strangers' absence by name", async () => {
    const lookup = (name: string, type = "a") => inPod("second", `busybox nslookup -type=${type} ${name}`);
    expect(await lookup("web.default.svc.cluster.local")).toContain(`Address: ${addressOf("web")}`);
    expect(await lookup("web")).toContain(`Address: ${addressOf("web")}`);
    for (const name of ["web.default", "web.default.svc"])
      expect(await inPod("second", ask(name, 24)), name).toBe("first second");
    const peers = await lookup("peers.default.svc.cluster.local");
    for (const name of ["first", "second"]) expect(peers).toContain(`Address: ${addressOf(name)}`);
    expect(await lookup("first.peers.default.svc.cluster.local")).toContain(`Address: ${addressOf("first")}`);
    expect(await lookup("_http._tcp.web.default.svc.cluster.local", "srv")).toMatch(/ 80 web\.default\.svc/);
    expect(await inPod("second", `busybox nslookup ${addressOf("web")}`)).toContain("web.default.svc.cluster.local");
    expect(await lookup("nowhere.default.svc.cluster.local")).toContain("NXDOMAIN");
  });

  test("DNS: the C library's resolver finds a Service by name and its name by address", async () => {
    const resolver = (await inPod("second", "cat /etc/resolv.conf")).match(/^nameserver .*$/m)?.[0];
    const script = `f=$(mktemp); echo "${resolver}" > $f; mount --bind $f /etc/resolv.conf; rm $f
      getent -s dns ahostsv4 web.default.svc.cluster.local | head -1; getent -s dns hosts ${addressOf("web")}`;
    const found = onMachine(1, `unshare -m sh -c '${script}'`);
    expect(found.split("\n").map((line) => line.split(/ +/).filter((word) => word !== "STREAM"))).toEqual([
      [addressOf("web"), "web.default.svc.cluster.local"],
      [addressOf("web"), "web.default.svc.cluster.local"],
    ]);
  });

  test("NET-ALPN: the API server answers at its Service address, with a certificate that pods trust", async () => {
    const ca = await at.cluster.output("get configmap kube-root-ca.crt -o jsonpath={.data.ca\\.crt}");
    const script = (protocols: string) => `require("https").get("https://10.96.0.1/version",
      { ca: ${JSON.stringify(ca)}, ALPNProtocols: [${protocols}] },
      (answer) => answer.pipe(process.stdout)).on("error", (error) => console.log(String(error)))`;
    for (const machine of [0, 1])
      for (const protocols of ['"http/1.1"', ""])
        expect(onMachine(machine, `${process.execPath} -e '${script(protocols)}'`)).toMatch(/gitVersion/);
    expect(await inPod("second", "busybox nc 10.96.0.1 443 < /dev/null && echo connected")).toBe("connected");
  });

  test("NET-STAYS: Services work while the agent is down, and after its restart", async () => {
    await at.cluster.down();
    expect(onMachine(0, ask(addressOf("web"), 24))).toBe("first second");
    await at.cluster.up();
    expect(onMachine(0, ask(addressOf("web"), 24))).toBe("first second");
    await expect
      .poll(() => inPod("first", "busybox nc 10.96.0.1 443 < /dev/null && echo connected"), { timeout: 10_000 })
      .toBe("connected");
    expect(await inPod("first", "busybox nslookup -type=a web")).toContain(addressOf("web"));
  });

  test("a datagram to a Service reaches its endpoint, and the answer comes from the Service", async () => {
    const [program = "", ...words] = at.machines[1]?.inside ?? [];
    const echo = `const socket = require("dgram").createSocket("udp4").bind(8081);
      socket.on("message", (message, { address, port }) => socket.send(message, port, address));`;
    const server = spawn(program, [...words, process.execPath, "-e", echo], { stdio: "ignore" });
    const manifest = `apiVersion: v1
kind: Service
metadata: {name: echo}
spec: {ports: [{port: 53, protocol: UDP}]}
`;
    const endpoint = slice("echo", "port: 8081, protocol: UDP", "192.0.2.2");
    await at.cluster.output("apply -f -", { input: [manifest, endpoint].join("---\n") });
    const address = await at.cluster.output("get service echo -o jsonpath={.spec.clusterIP}");
    const ask = `const socket = require("dgram").createSocket("udp4");
      socket.on("message", (answer, { address }) => { console.log(address, String(answer)); socket.close(); });
      socket.send("hello", 53, "${address}");
      setTimeout(() => socket.close(), 1000).unref();`;
    await expect
      .poll(() => onMachine(0, `${process.execPath} -e '${ask}'`), { timeout: 10_000 })
      .toBe(`${address} hello`);
    server.kill();
  });

  test("EndpointSlice, multiple IPs, multiple ports: manual slices route to their endpoints", async () => {
    const manual =
      "apiVersion: v1\nkind: Service\nmetadata: {name: manual}\nspec: {ports: [{name: a, port: 81}, {name: b, port: 82}]}\n";
    await at.cluster.output("apply -f -", {
      input: [
        manual,
        slice("manual", "name: a, port: 8080", addressOf("first")),
        slice("manual", "name: b, port: 8080", addressOf("second")),
      ].join("---\n"),
    });
    const address = await at.cluster.output("get service manual -o jsonpath={.spec.clusterIP}");
    await expect.poll(() => inPod("first", ask(`${address}:81`, 4)), { timeout: 10_000 }).toBe("first");
    await expect.poll(() => inPod("first", ask(`${address}:82`, 4)), { timeout: 10_000 }).toBe("second");
  });

  test("a ServiceCIDR adds addresses that Services can use, and that are routed to them", async () => {
    const range =
      "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: more}\nspec: {cidrs: [10.200.0.0/24]}\n";
    await at.cluster.output("apply -f -", { input: range });
    const chosen = service("chosen", "clusterIP: 10.200.0.9, ports: [{port: 80, targetPort: 8080}]");
    await at.cluster.output("apply -f -", { input: chosen });
    await expect.poll(() => onMachine(1, ask("10.200.0.9", 24)), { timeout: 10_000 }).toBe("first second");
    expect(await inPod("first", ask("chosen", 24))).toBe("first second");
    const { stderr } = await at.cluster.kubectl("create service clusterip stray --clusterip=10.201.0.9 --tcp=80");
    expect(stderr).toContain("the provided network does not match the current range");
  });

  test("DNS, for ExternalName Services | Service, change type, ExternalName to ClusterIP | Service, change type, ExternalName to NodePort | Service, change type, NodePort to ExternalName", async () => {
    const lookup = async () => inPod("first", "busybox nslookup -type=cname moving.default.svc.cluster.local");
    const patched = (spec: object) =>
      at.cluster.output(["patch", "service", "moving", "--type=merge", "-p", JSON.stringify({ spec })]);
    await at.cluster.output("create service externalname moving --external-name=foo.example.com");
    await expect.poll(lookup, { timeout: 10_000 }).toContain("foo.example.com");
    await patched({ externalName: "bar.example.com" });
    await expect.poll(lookup, { timeout: 10_000 }).toContain("bar.example.com");
    const ports = [{ port: 80, targetPort: 8080 }];
    expect(await at.cluster.output("get service moving -o jsonpath={.spec.clusterIP}")).toBe("");
    await patched({ type: "ClusterIP", externalName: null, selector: { app: "web" }, ports });
    const lookupAddress = () => inPod("first", "busybox nslookup -type=a moving.default.svc.cluster.local");
    const first = await at.cluster.output("get service moving -o jsonpath={.spec.clusterIP}");
    await expect.poll(lookupAddress, { timeout: 10_000 }).toContain(`Address: ${first}`);
    await expect.poll(() => inPod("first", ask("moving", 24)), { timeout: 10_000 }).toBe("first second");
    await patched({ type: "ExternalName", externalName: "foo.example.com", clusterIP: "", clusterIPs: null });
    await patched({ type: "NodePort", externalName: null, selector: { app: "web" }, ports });
    const [address, port] = (
      await at.cluster.output("get service moving -o jsonpath={.spec.clusterIP},{.spec.ports[0].nodePort}")
    ).split(",");
    await expect.poll(() => inPod("first", ask(address ?? "", 24)), { timeout: 10_000 }).toBe("first second");
    expect(onMachine(1, ask(`192.0.2.1:${port}`, 24))).toBe("first second");
    await patched({ type: "ExternalName", externalName: "baz.example.com", clusterIP: "", clusterIPs: null });
    await expect.poll(lookup, { timeout: 10_000 }).toContain("baz.example.com");
    expect(await at.cluster.output("get service moving -o jsonpath={.spec.clusterIP}")).toBe("");
  });

  test("DNS, PQDN for services: names are searched for in the namespace, the Services and the cluster", async () => {
    expect(await inPod("first", "cat /etc/resolv.conf")).toMatch(
      /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local(?=[ \n])[\s\S]*^options ndots:5$/m,
    );
    const lookup = (name: string, type: string) => inPod("first", `busybox nslookup -type=${type} ${name}`);
    expect(await lookup("_http._tcp.peers.default.svc.cluster.local", "srv")).toMatch(/ 8080 first\.peers/);
  });

  test("Service, ClusterIP type, session affinity to ClientIP | Service, ClusterIP type, session affinity to None | Service, NodePort type, session affinity to ClientIP | Service, NodePort type, session affinity to None", async () => {
    const set = (sessionAffinity: string) =>
      at.cluster.output([
        "patch",
        "service",
        "web",
        "--type=merge",
        "-p",
        JSON.stringify({ spec: { sessionAffinity } }),
      ]);
    await set("ClientIP");
    await expect
      .poll(() => inPod("second", ask(addressOf("web"), 24)), { timeout: 10_000 })
      .toMatch(/^(first|second)$/);
    expect(onMachine(1, ask("192.0.2.1:30080", 24))).toMatch(/^(first|second)$/);
    await set("None");
    await expect.poll(() => inPod("second", ask(addressOf("web"), 24)), { timeout: 10_000 }).toBe("first second");
    await expect.poll(() => onMachine(1, ask("192.0.2.1:30080", 24)), { timeout: 10_000 }).toBe("first second");
    await set("ClientIP");
    await expect.poll(() => inPod("second", ask("web", 24)), { timeout: 10_000 }).toMatch(/^(first|second)$/);
    expect(onMachine(1, ask("192.0.2.1:30080", 24))).toMatch(/^(first|second)$/);
    await set("None");
    await expect.poll(() => inPod("second", ask(addressOf("web"), 24)), { timeout: 10_000 }).toBe("first second");
  });

  test("a NetworkPolicy admits only the pods that it names, on the same node and from another", async () => {
    const stranger = pod("stranger", "e2e").replace("app: web", "app: stranger").replace(", hostPort: 8088", "");
    await at.cluster.output("apply -f -", { input: stranger });
    await at.cluster.output("wait --for=condition=Ready --timeout=20s pod/stranger");
    const knock = async (from: string, to: string) => {
      const script = `busybox timeout 1 busybox wget -q -O /dev/null http://${addressOf(to)}:8080/ && echo open || echo shut`;
      return /open|shut/.exec(await inPod(from, script))?.[0];
    };
    expect(await knock("stranger", "first")).toBe("open");
    const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: friends}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]
`;
    await at.cluster.output("apply -f -", { input: policy });
    await expect.poll(() => knock("stranger", "first"), { timeout: 10_000 }).toBe("shut");
    await expect.poll(() => knock("stranger", "second"), { timeout: 10_000 }).toBe("shut");
    expect(await knock("second", "first")).toBe("open");
    expect(await knock("first", "second")).toBe("open");
    expect(await inPod("first", ask(addressOf("web"), 24))).toBe("first second");
    await at.cluster.output("label pod stranger app=web --overwrite");
    await expect.poll(() => knock("stranger", "second"), { timeout: 10_000 }).toBe("open");
    await at.cluster.output("delete pod/stranger networkpolicy/friends --grace-period=1");
  });

  test("NET-WAY: a node that no other node can reach joins through the control plane", async () => {
    await expect.poll(() => waysOf("apart"), { timeout: 20_000 }).toBe("relay: e2e, far");
    for (const name of ["first", "second"]) {
      expect(await inPod("third", ask(`${addressOf(name)}:8080`, 1))).toBe(name);
      expect(await inPod(name, ask(`${addressOf("third")}:8080`, 1))).toBe("third");
    }
    expect(await inPod("third", ask("web", 24))).toBe("first second");
    expect(onMachine(2, ask(addressOf("web"), 24))).toBe("first second");
  });

  test("NET-PROBE, NET-SHOWN: without the direct path, pods reach each other through the control plane, by VXLAN if possible, and by routes again later", async () => {
    const isWay = async (way: "route" | "vxlan" | "relay") => {
      const messages = {
        relay: (peer: string) => `relay: apart, ${peer}`,
        vxlan: (peer: string) => `vxlan: ${peer}; relay: apart`,
      };
      const text = way === "route" ? () => "relay: apart" : messages[way];
      await expect.poll(() => waysOf("e2e"), { timeout: 20_000 }).toBe(text("far"));
      await expect.poll(() => waysOf("far"), { timeout: 20_000 }).toBe(text("e2e"));
    };
    const reachEachOther = async () => {
      expect(await inPod("first", ask(`${addressOf("second")}:8080`, 1))).toBe("second");
      expect(await inPod("second", ask(`${addressOf("first")}:8080`, 1))).toBe("first");
      expect(onMachine(1, ask(`${addressOf("first")}:8080`, 1))).toBe("first");
    };
    await isWay("route");
    cut("cut", "wire0", [`tcp dport ${at.apiPort} accept`, "drop"]);
    await isWay("relay");
    await reachEachOther();
    cut("cut", "wire0", ["ip saddr 10.244.0.0/16 drop", "udp dport 8473 drop"]);
    await isWay("vxlan");
    await reachEachOther();
    cut("cut", "wire0", []);
    await isWay("route");
    await reachEachOther();
  }, 90_000);

  test("a Service without endpoints refuses connections, and answers again once one is back", async () => {
    await at.cluster.output("label pod --all app=other --overwrite");
    await expect
      .poll(() => onMachine(0, `busybox wget -O - http://${addressOf("web")}/ 2>&1`), { timeout: 10_000 })
      .toMatch(/refused/);
    await at.cluster.output("label pod first app=web --overwrite");
    await expect.poll(() => onMachine(0, ask(addressOf("web"), 4)), { timeout: 10_000 }).toBe("first");
  });
});
