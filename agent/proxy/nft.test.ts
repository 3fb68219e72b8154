import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { renderTable } from "./nft.ts";
import { renderChange, renderWhole } from "./nft-table.ts";
import { type ProxyFacts, planRules } from "./plan.ts";

/** In a network namespace of its own, where the rules meet no traffic. */
const nft = (script: string) =>
  spawnSync("unshare", ["-n", "sh", "-s"], { input: script, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
const absent =
  nft("nft list tables").status !== 0 ? "no nft in a network namespace: needs root and nftables" : undefined;

const POLICIES = ["Cluster", "Local"];
const service = (n: number): Service => ({
  metadata: { namespace: "default", name: `s${n}` },
  spec: {
    type: "LoadBalancer",
    clusterIP: `10.96.1.${n}`,
    clusterIPs: [`10.96.1.${n}`, `fd00::${n}`],
    ipFamilies: ["IPv4", "IPv6"],
    externalIPs: [`203.0.113.${n}`],
    loadBalancerSourceRanges: ["198.51.100.0/24", "2001:db8::/64"],
    ...(n % 3 === 0 && { sessionAffinity: "ClientIP" }),
    internalTrafficPolicy: POLICIES[n % 2] ?? "",
    externalTrafficPolicy: POLICIES[(n >> 1) % 2] ?? "",
    ports: ["TCP", "UDP", "SCTP"].map((protocol, i) => ({ name: `p${i}`, protocol, port: 80, nodePort: 30000 + n })),
  },
  status: { loadBalancer: { ingress: [{ ip: `192.0.2.${n}` }, { ip: `2001:db8::${n}` }] } },
});

const slice = (n: number, count: number, family: 4 | 6): EndpointSlice => ({
  metadata: { namespace: "default", name: `s${n}-${family}`, labels: { "kubernetes.io/service-name": `s${n}` } },
  addressType: `IPv${family}`,
  ports: ["TCP", "UDP", "SCTP"].map((protocol, i) => ({ name: `p${i}`, protocol, port: 8080 })),
  endpoints: Array.from({ length: count }, (_, i) => ({
    addresses: [family === 4 ? `10.244.${i % 2}.${n * 10 + i}` : `fd00:1::${n}:${i}`],
    nodeName: `n${i % 2}`,
  })),
});

const facts = (counts: readonly number[]): ProxyFacts => ({
  services: counts.map((_, n) => service(n + 1)),
  slices: counts.flatMap((count, n) => [slice(n + 1, count, 4), slice(n + 1, count, 6)]),
  node: { name: "n0", zone: "", addresses: [] },
  podRanges: ["10.244.0.0/24", "10.244.1.0/24", "fd00:1::/64"],
  ownRanges: ["10.244.0.0/24"],
  instead: new Map(),
});

const tables = (counts: readonly number[]) => {
  const { v4, v6 } = planRules(facts(counts));
  return [v4, v6].map((family) => renderTable(family, { bridgeBypasses: true }));
};
const whole = (counts: readonly number[]) => tables(counts).map(renderWhole).join("\n");

const HTTP = { name: "http", port: 80 };

const CONNECT = `
  const net = require("node:net");
  const [to, port] = process.argv.slice(1);
  net.createServer((socket) => socket.end("pod")).listen(8080, to, () => {
    const client = net.connect(Number(port), "192.0.2.99");
    client.on("data", (said) => { console.log(String(said)); process.exit(0); });
    client.on("error", (error) => { console.log(error.code); process.exit(0); });
  });
`;

it("a pool has a chain of its own only if several frontends lead to it", () => {
  const chainsOf = (spec: Partial<Service["spec"]>) => {
    const { v4 } = planRules({
      ...facts([]),
      services: [
        { ...service(1), spec: { clusterIP: "10.96.1.1", clusterIPs: ["10.96.1.1"], ports: [HTTP], ...spec } },
      ],
      slices: [{ ...slice(1, 2, 4), ports: [{ name: "http", port: 8080 }] }],
    });
    const { chains } = renderTable(v4, { bridgeBypasses: false });
    return [...chains].flatMap(([name, { rules }]) => (/^(door|pool)-/.test(name) ? [[name, rules]] : []));
  };
  const dnat =
    "meta l4proto tcp dnat ip addr . port to numgen random mod 2 map { 0 : 10.244.0.10 . 8080, 1 : 10.244.1.11 . 8080 }";
  const outsiders = "ip saddr != @pods meta mark set meta mark or 0x4000";
  expect(chainsOf({})).toEqual([["door-default/s1/tcp/http/cluster", [outsiders, dnat]]]);
  const everyone = "meta mark set meta mark or 0x4000";
  const pool = "goto pool-default/s1/tcp/http";
  expect(chainsOf({ type: "NodePort", ports: [{ ...HTTP, nodePort: 30001 }] })).toEqual([
    ["pool-default/s1/tcp/http", [dnat]],
    ["door-default/s1/tcp/http/cluster", [outsiders, pool]],
    ["door-default/s1/tcp/http/node", [everyone, pool]],
  ]);
});

describe.skipIf(absent !== undefined)(`the kernel${absent ? ` (${absent})` : ""}, of a node`, () => {
  it("PROXY-REFUSE: leads the node itself to remote pods even if a Local Service has no endpoint here", () => {
    const there = slice(2, 2, 4);
    const { v4 } = planRules({
      ...facts([]),
      services: [service(2)],
      slices: [{ ...there, endpoints: (there.endpoints ?? []).slice(1) }],
    });
    const script = [
      "ip link set lo up; ip addr add 192.0.2.99/32 dev lo; ip addr add 10.244.1.21/32 dev lo",
      `nft -f - <<'RULES'\n${renderWhole(renderTable(v4, { bridgeBypasses: false }))}\nRULES`,
      `timeout 5 '${process.execPath}' -e '${CONNECT}' 10.244.1.21 30002`,
    ].join("\n");
    expect(nft(script)).toMatchObject({ stdout: "pod\n", stderr: "" });
  });
});

describe.skipIf(absent !== undefined)(`the kernel${absent ? ` (${absent})` : ""}`, () => {
  it("accepts every rule set, and each incremental change yields the same as a fresh one", () => {
    const states = [[2, 1, 3, 0, 2, 2], [2, 1, 3, 1, 2, 2], [1, 0, 4, 1, 0, 2], [], [1, 1, 1, 1], [1, 1, 1, 1]];
    const steps = states.slice(1).map((state, i) => {
      const [before, after] = [tables(states[i] ?? []), tables(state)];
      const changes = after.map((table, family) => renderChange(before[family] ?? table, table));
      return `nft -f - <<'EOT' && nft -s list ruleset | sort > "$D/incremental"
${changes.join("\n")}
EOT
unshare -n sh -c 'nft -f - && nft -s list ruleset | sort' > "$D/whole" <<'EOT'
${whole(state)}
EOT
cmp "$D/incremental" "$D/whole" || exit 1`;
    });
    const script = `set -e; D=$(mktemp -d); trap 'rm -r "$D"' EXIT
nft -f - <<'EOT'
${whole(states[0] ?? [])}
EOT
${steps.join("\n")}`;
    const { status, stderr, stdout } = nft(script);
    expect([status, stderr, stdout]).toEqual([0, "", ""]);
  }, 30_000);
});

it("NET-MASQUERADE: traffic of the node's pods is masqueraded when it leaves the cluster, but not between pods", () => {
  const masquerading = whole([1])
    .split("\n")
    .filter((line) => /saddr @own-pods/.test(line) && line.includes("masquerade"));
  expect(masquerading).not.toEqual([]);
  for (const line of masquerading) expect(line).toMatch(/daddr != @pods|ct status dnat/);
});

it("PROXY-OWN: a rule set modifies only its own tables", () => {
  const [before, after] = [tables([2, 2])[0], tables([3])[0]];
  const said = `${whole([2, 0, 1])}\n${before && after ? renderChange(before, after) : ""}`;
  const named = [
    ...said.matchAll(/^\s*(?:add|create|delete|flush|destroy)? ?(?:table|chain|set|map|rule|element) (ip6? \S+)/gm),
  ];
  expect(new Set(named.map(([, table]) => table))).toEqual(new Set(["ip sailplane", "ip6 sailplane"]));
  expect(said).not.toMatch(/flush ruleset/);
});

it("PROXY-AFFINITY: the timeout of a Service may change, and only its own clients are forgotten", () => {
  const [before, after] = [10, 20].map((timeoutSeconds) => {
    const all = facts([1, 1, 1, 1, 1, 1]);
    const services = all.services.map((one, n) => {
      const sessionAffinityConfig = { clientIP: { timeoutSeconds } };
      return n === 2 ? { ...one, spec: { ...one.spec, sessionAffinityConfig } } : one;
    });
    return renderTable(planRules({ ...all, services }).v4, { bridgeBypasses: true });
  });
  const change = before && after ? renderChange(before, after) : "";
  expect(change).toContain("timeout 20s");
  expect(change).toMatch(/^delete set ip sailplane clients-default\/s3\S+\/10$/m);
  expect(change).not.toMatch(/default\/s6\//);
});

it("a change to one Service's endpoints leaves other Services untouched", () => {
  const [before, after] = [tables([2, 2, 2])[0], tables([2, 3, 2])[0]];
  const change = before && after ? renderChange(before, after) : "";
  expect(change).toMatch(/^flush chain ip sailplane pool-default\/s2\/tcp\/p0$/m);
  expect(change).not.toMatch(/default\/s[13]\//);
});
