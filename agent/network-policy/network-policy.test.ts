import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Namespace, Pod } from "../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../api/generated/meta.v1.ts";
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "../../api/generated/networking.v1.ts";
import { letsThrough } from "../../test/oracles/lets-through.ts";
import { renderChange, renderWhole } from "../proxy/nft-table.ts";
import { renderPolicies } from "./nft.ts";
import { type PolicyFacts, planPolicies } from "./plan.ts";

interface Made {
  readonly name: string;
  readonly namespace?: string;
  readonly app?: string;
  readonly ip: string;
  readonly node?: string;
  readonly spec?: Partial<Pod["spec"]>;
  readonly phase?: string;
}

const pod = ({ name, namespace = "shop", app = name, ip, node = "here", spec = {}, phase = "Running" }: Made): Pod => ({
  metadata: { name, namespace, labels: { app } },
  spec: { nodeName: node, containers: [{ name: "c", ports: [{ name: "http", containerPort: 8080 }] }], ...spec },
  status: { phase, podIPs: [{ ip }, { ip: `fd00::${ip.split(".")[3]}` }] },
});

const namespace = (name: string): Namespace => ({ metadata: { name, labels: { team: name } }, spec: {}, status: {} });
const policy = (spec: NetworkPolicySpec, name = "p", inside = "shop"): NetworkPolicy => ({
  metadata: { name, namespace: inside },
  spec,
});

const WEB = "10.244.0.1";
const CLIENT = "10.244.0.2";
const FAR = "10.244.1.3";
const OTHER = "10.244.1.4";
const STRANGER = "198.51.100.7";

const pods = [
  pod({ name: "web", ip: WEB }),
  pod({ name: "client", ip: CLIENT }),
  pod({ name: "far", ip: FAR, node: "there" }),
  pod({ name: "client", ip: OTHER, namespace: "bank", node: "there" }),
];

const facts = (policies: readonly NetworkPolicy[], over: Partial<PolicyFacts> = {}): PolicyFacts => ({
  policies,
  namespaces: [namespace("shop"), namespace("bank")],
  pods,
  nodeName: "here",
  ...over,
});

/** Which of all peers may connect to the web pod at 8080 over TCP. */
const visitors = (policies: readonly NetworkPolicy[], port = 8080, over: Partial<PolicyFacts> = {}): string[] => {
  const [v4] = planPolicies(facts(policies, over));
  return [CLIENT, FAR, OTHER, STRANGER].filter((from) => letsThrough(v4, { from, to: WEB, protocol: "tcp", port }));
};

const all = [CLIENT, FAR, OTHER, STRANGER];
const app = (...values: string[]): LabelSelector => ({ matchExpressions: [{ key: "app", operator: "In", values }] });
const from = (...peers: NetworkPolicyPeer[]): NetworkPolicy => policy({ podSelector: {}, ingress: [{ from: peers }] });

describe("ingress", () => {
  it.each<[string, NetworkPolicy[], string[]]>([
    ["is open if no policy selects the pod", [policy({ podSelector: app("nobody") })], all],
    ["is open in other namespaces", [policy({ podSelector: {} }, "p", "bank")], all],
    ["is closed by a policy without rules", [policy({ podSelector: {} })], []],
    ["is opened by an empty rule", [policy({ podSelector: {}, ingress: [{}] })], all],
    ["is unaffected by an egress policy", [policy({ podSelector: app("web"), policyTypes: ["Egress"] })], all],
    ["allows pods of the policy's own namespace by label", [from({ podSelector: app("client") })], [CLIENT]],
    ["allows all pods of a namespace", [from({ namespaceSelector: { matchLabels: { team: "bank" } } })], [OTHER]],
    [
      "allows pods of selected namespaces",
      [from({ namespaceSelector: {}, podSelector: app("client") })],
      [CLIENT, OTHER],
    ],
    [
      "allows an ipBlock without its exceptions",
      [from({ ipBlock: { cidr: "10.244.0.0/16", except: ["10.244.1.0/30", "10.244.1.0/31"] } })],
      [CLIENT, OTHER],
    ],
    [
      "allows what any of several policies allows",
      [
        from({ podSelector: app("client") }),
        policy({ podSelector: {}, ingress: [{ from: [{ podSelector: app("far") }] }] }, "q"),
      ],
      [CLIENT, FAR],
    ],
  ])("%s (POLICY-ISOLATE, POLICY-PEERS)", (_, policies, expected) => expect(visitors(policies)).toEqual(expected));

  it.each<[string, NetworkPolicyPort[], number, boolean]>([
    ["a number", [{ protocol: "TCP", port: 8080 }], 8080, true],
    ["another number", [{ protocol: "TCP", port: 80 }], 8080, false],
    ["another protocol", [{ protocol: "UDP", port: 8080 }], 8080, false],
    ["a protocol alone", [{ protocol: "TCP" }], 9, true],
    ["the end of a range", [{ port: 8000, endPort: 8080 }], 8080, true],
    ["a range that ends below", [{ port: 8000, endPort: 8080 }], 8081, false],
    ["a port name of the pod", [{ port: "http" }], 8080, true],
    ["a port name that the pod lacks", [{ port: "dns" }], 8080, false],
  ])("checks ports given as %s (POLICY-PORTS)", (_, ports, port, expected) =>
    expect(visitors([policy({ podSelector: {}, ingress: [{ ports }] })], port)).toEqual(expected ? all : []),
  );

  it("ignores pods that have ended or that use the host network (POLICY-HOST)", () => {
    const ended = pod({ name: "client", ip: CLIENT, phase: "Succeeded" });
    const host = pod({ name: "far", ip: FAR, spec: { hostNetwork: true } });
    const open = from({ podSelector: {} });
    expect(visitors([open], 8080, { pods: [pod({ name: "web", ip: WEB }), ended, host] })).toEqual([]);
  });
});

describe("egress", () => {
  const reaches = (spec: Partial<NetworkPolicySpec>, to: string, port: number) =>
    letsThrough(planPolicies(facts([policy({ podSelector: app("web"), ...spec })]))[0], {
      ...{ from: WEB, to, port, protocol: "tcp" },
    });
  it.each<[string, Partial<NetworkPolicySpec>, string, boolean]>([
    ["is closed by an egress policy without rules", { policyTypes: ["Egress"] }, FAR, false],
    ["is unaffected by an ingress policy", { ingress: [] }, FAR, true],
    ["is isolated by egress rules, with or without policyTypes (POLICY-TYPES)", { egress: [{ to: [] }] }, FAR, true],
    ["allows peers by label", { egress: [{ to: [{ podSelector: app("far") }] }] }, FAR, true],
    ["allows no others", { egress: [{ to: [{ podSelector: app("far") }] }] }, STRANGER, false],
    ["allows a peer's port by name", { egress: [{ to: [{ podSelector: {} }], ports: [{ port: "http" }] }] }, FAR, true],
    ["allows any pod's port by name", { egress: [{ ports: [{ port: "http" }] }] }, FAR, true],
    ["allows no port names of outsiders", { egress: [{ ports: [{ port: "http" }] }] }, STRANGER, false],
  ])("%s", (_, spec, to, expected) => expect(reaches(spec, to, 8080)).toBe(expected));

  it("POLICY-PORTS: allows a sidecar's port by name, not an init container's", () => {
    const ports = [{ name: "http", containerPort: 8080 }];
    const reachesWith = (restartPolicy?: string) => {
      const init = { name: "i", ports, ...(restartPolicy === undefined ? {} : { restartPolicy }) };
      const spec = { initContainers: [init], containers: [{ name: "c" }] };
      const egress = [{ ports: [{ port: "http" }] }];
      const over = { pods: [pod({ name: "web", ip: WEB }), pod({ name: "far", ip: FAR, node: "there", spec })] };
      const [v4] = planPolicies(facts([policy({ podSelector: app("web"), egress })], over));
      return letsThrough(v4, { from: WEB, to: FAR, port: 8080, protocol: "tcp" });
    };
    expect([reachesWith("Always"), reachesWith()]).toEqual([true, false]);
  });

  it("POLICY-BOTH: is enforced at the source's node, ingress at the destination's: both must allow a connection", () => {
    const rules = planPolicies(
      facts([
        policy({ podSelector: app("client"), policyTypes: ["Egress"] }),
        policy({ podSelector: app("far") }, "q"),
      ]),
    )[0];
    expect(rules.gates.map(({ direction, pods }) => [direction, pods])).toEqual([["egress", [CLIENT]]]);
  });
});

const generated = fc.record({
  pods: fc.array(
    fc.record({
      app: fc.constantFrom("a", "b", "c"),
      namespace: fc.constantFrom("shop", "bank"),
      node: fc.constantFrom("here", "there"),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  policies: fc.array(
    fc.record({
      namespace: fc.constantFrom("shop", "bank"),
      selects: fc.subarray(["a", "b", "c"]),
      direction: fc.constantFrom("Ingress" as const, "Egress" as const),
      rules: fc.array(
        fc.record({
          apps: fc.option(fc.subarray(["a", "b", "c"]), { nil: undefined }),
          team: fc.option(fc.constantFrom("shop", "bank"), { nil: undefined }),
          port: fc.option(fc.constantFrom<number | string>(8080, 9090, "http"), { nil: undefined }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 4 },
  ),
});

it("the rules let through exactly what every policy allows (property)", () => {
  fc.assert(
    fc.property(generated, ({ pods: made, policies }) => {
      const everyone = made.map((each, i) => pod({ ...each, name: `p${i}`, ip: `10.244.0.${i + 1}` }));
      const written = policies.map(({ namespace: inside, selects, direction, rules }, i) => {
        const peers = (rule: (typeof rules)[number]): NetworkPolicyPeer[] =>
          rule.apps === undefined && rule.team === undefined
            ? []
            : [
                {
                  ...(rule.apps !== undefined && { podSelector: app(...rule.apps, "-") }),
                  ...(rule.team !== undefined && { namespaceSelector: { matchLabels: { team: rule.team } } }),
                },
              ];
        const listed = rules.map((rule) => ({ peers: peers(rule), ports: rule.port ? [{ port: rule.port }] : [] }));
        return policy(
          {
            podSelector: app(...selects, "-"),
            policyTypes: [direction],
            ...(direction === "Ingress"
              ? { ingress: listed.map(({ peers, ports }) => ({ from: peers, ports })) }
              : { egress: listed.map(({ peers, ports }) => ({ to: peers, ports })) }),
          },
          `p${i}`,
          inside,
        );
      });
      const [rules] = planPolicies(facts(written, { pods: everyone }));
      const may = (own: number, other: number, direction: "Ingress" | "Egress", port: number): boolean => {
        const [me, peer] = [made[own], made[other]];
        if (me === undefined || peer === undefined || me.node !== "here") return true;
        const mine = policies.filter(
          (each) => each.direction === direction && each.namespace === me.namespace && each.selects.includes(me.app),
        );
        return (
          mine.length === 0 ||
          mine.some(({ namespace: inside, rules }) =>
            rules.some(
              ({ apps, team, port: wanted }) =>
                (apps === undefined || apps.includes(peer.app)) &&
                (apps === undefined && team === undefined ? true : peer.namespace === (team ?? inside)) &&
                (wanted === undefined || (wanted === "http" ? 8080 : wanted) === port),
            ),
          )
        );
      };
      for (const port of [8080, 9090])
        for (const i of made.keys())
          for (const j of made.keys()) {
            if (i === j) continue;
            const passes = letsThrough(rules, {
              ...{ from: `10.244.0.${i + 1}`, to: `10.244.0.${j + 1}`, protocol: "tcp", port },
            });
            expect(passes).toBe(may(i, j, "Egress", port) && may(j, i, "Ingress", port));
          }
    }),
  );
});

it("POLICY-STATE: packets of established connections pass before any policy is evaluated", () => {
  const tables = planPolicies(facts([policy({ podSelector: {} })])).map(renderPolicies);
  const forward = tables.map(({ chains }) => chains.get("forward")?.rules ?? []);
  expect(forward.map(([first]) => first)).toEqual(tables.map(() => "ct state established,related accept"));
});

/** In a network namespace of its own, where the rules meet no traffic. */
const nft = (script: string) => spawnSync("unshare", ["-n", "sh", "-s"], { input: script, encoding: "utf8" });
const absent =
  nft("nft list tables").status !== 0 ? "no nft in a network namespace: needs root and nftables" : undefined;

describe.skipIf(absent !== undefined)(`the kernel${absent ? ` (${absent})` : ""}`, () => {
  it("accepts the rules, and each change of them", () => {
    const states = [
      [policy({ podSelector: {} })],
      [
        from({ podSelector: app("client") }, { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8", "10.1.0.0/16"] } }),
        policy({
          podSelector: {},
          egress: [
            {
              to: [{ podSelector: {} }, { ipBlock: { cidr: "::/0", except: ["fd00::/8"] } }],
              ports: [{ port: "http" }],
            },
            { ports: [{ protocol: "UDP" }, { protocol: "SCTP", port: 5, endPort: 9 }] },
          ],
        }),
      ],
      [],
    ].map((policies) => planPolicies(facts(policies)).map(renderPolicies));
    const scripts = states.map((tables, i) =>
      tables.map((table, family) =>
        i === 0 ? renderWhole(table) : renderChange(states[i - 1]?.[family] ?? table, table),
      ),
    );
    const script = scripts.map((texts) => `nft -f - <<'EOT' || exit 1\n${texts.join("\n")}\nEOT`).join("\n");
    const { status, stderr } = nft(script);
    expect([status, stderr]).toEqual([0, ""]);
  });
});
