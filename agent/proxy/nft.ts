/** The rule set rendered for nftables: one table per address family, owned by the agent. */
import { type NftTable, nameOf, TableBuilder } from "./nft-table.ts";
import { poolsOf } from "./plan.ts";
import type { Family, FamilyRules, Frontend, Pool, Route } from "./rule-set.ts";

const TABLE = "sailplane";
/** kube-proxy's mark for packets to be masqueraded. */
const MARK = "0x4000";
/** Clients that are remembered for each backend of a Service with affinity. */
const MAX_CLIENTS = 65_535;

const WORDS = {
  4: { ip: "ip", type: "ipv4_addr", loopback: "127.0.0.0/8", multicast: "224.0.0.0/4" },
  6: { ip: "ip6", type: "ipv6_addr", loopback: "::1", multicast: "ff00::/8" },
} as const;

const MARKED = `meta mark set meta mark or ${MARK}`;

export interface NftOptions {
  /** Pods on this node reach each other without passing the rules: answers then need the node in between. */
  readonly bridgeBypasses: boolean;
}

export function renderTable(rules: FamilyRules, options: NftOptions): NftTable {
  const { ip, type } = WORDS[rules.family];
  const table = new TableBuilder();
  const ranges = `type ${type}; flags interval;`;
  table.set("pods", ranges, rules.podRanges);
  table.set("own-pods", ranges, rules.ownRanges);
  table.set("cluster-addresses", `type ${type};`, rules.clusterAddresses);
  table.set(
    "hairpin",
    `type ${type} . ${type};`,
    rules.localBackends.map((address) => `${address} . ${address}`),
  );
  addFrontends(table, rules, addPools(table, rules));
  addHooks(table, rules.family, options);
  return { family: ip, name: TABLE, chains: table.chains, sets: table.sets };
}

const socket = (family: Family, address: string, port: number): string =>
  family === 6 ? `[${address}]:${port}` : `${address}:${port}`;

/** The rules that lead to a pool. */
type PoolRules = ReadonlyMap<string, readonly string[]>;

/** A pool that one frontend has for itself, as most have, needs no chain of its own: its rules are the frontend's. */
function addPools(table: TableBuilder, { frontends, pools, family }: FamilyRules): PoolRules {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { route } of frontends)
    for (const id of poolsOf(route)) (seen.has(id) || route.to === "local" ? shared : seen).add(id);
  return new Map(
    pools.map((pool) => {
      const { chains, sets } = renderPool(pool, family);
      const name = nameOf("pool", pool.id);
      const isShared = shared.has(pool.id);
      table.add({ chains: isShared ? chains : new Map([...chains].filter(([chain]) => chain !== name)), sets });
      return [pool.id, isShared ? [`goto ${name}`] : (chains.get(name)?.rules ?? [])];
    }),
  );
}

/** An unchanged pool yields the same chains, so they need not be compared. */
const renderedPools = new WeakMap<Pool, TableBuilder>();

function renderPool(pool: Pool, family: Family): TableBuilder {
  const known = renderedPools.get(pool);
  if (known !== undefined) return known;
  const made = new TableBuilder();
  addPool(made, pool, family);
  renderedPools.set(pool, made);
  return made;
}

function addPool(table: TableBuilder, { id, protocol, backends, affinitySeconds }: Pool, family: Family): void {
  const { ip, type } = WORDS[family];
  const chain = nameOf("pool", id);
  const proto = `meta l4proto ${protocol}`;
  const [first] = backends;
  if (affinitySeconds === undefined) {
    const choices = backends.map(({ address, port }, i) => `${i} : ${address} . ${port}`).join(", ");
    table.chain(chain, [
      backends.length === 1 && first !== undefined
        ? `${proto} dnat to ${socket(family, first.address, first.port)}`
        : `${proto} dnat ${ip} addr . port to numgen random mod ${backends.length} map { ${choices} }`,
    ]);
    return;
  }
  const each = backends.map((backend) => {
    const backendId = `${id}/${backend.address}/${backend.port}`;
    // The timeout of a set in the kernel cannot be changed.
    const clients = nameOf("clients", `${backendId}/${affinitySeconds}`);
    return { ...backend, chain: nameOf("to", backendId), clients };
  });
  for (const { address, port, chain: own, clients } of each) {
    table.sets.set(clients, {
      kind: "set",
      declaration: `type ${type}; flags dynamic,timeout; timeout ${affinitySeconds}s; size ${MAX_CLIENTS};`,
    });
    table.chain(own, [`update @${clients} { ${ip} saddr }`, `${proto} dnat to ${socket(family, address, port)}`]);
  }
  const choices = each.map(({ chain: own }, i) => `${i} : goto ${own}`).join(", ");
  table.chain(chain, [
    ...each.map(({ chain: own, clients }) => `${ip} saddr @${clients} goto ${own}`),
    `numgen random mod ${each.length} vmap { ${choices} }`,
  ]);
}

function routeRules(route: Route, ip: string, poolRules: PoolRules): readonly string[] {
  switch (route.to) {
    case "pool":
      return [
        route.masquerade === "everyone" ? MARKED : `${ip} saddr != @pods ${MARKED}`,
        ...(poolRules.get(route.pool) ?? []),
      ];
    case "local":
      return [
        `${ip} saddr @pods goto ${nameOf("pool", route.all)}`,
        `fib saddr type local ${MARKED} goto ${nameOf("pool", route.all)}`,
        ...(route.local === undefined ? [] : [`goto ${nameOf("pool", route.local)}`]),
      ];
    case "reject":
    case "drop":
      return [];
  }
}

/** What happens to connections that no pool took. */
function refusal(route: Route): string | undefined {
  if (route.to === "reject") return "goto refusal";
  if (route.to === "drop" || (route.to === "local" && route.local === undefined)) return "drop";
  return undefined;
}

function addFrontends(table: TableBuilder, { family, frontends }: FamilyRules, poolRules: PoolRules): void {
  const { ip, type } = WORDS[family];
  const opened = { addresses: new Map<string, string>(), nodePorts: new Map<string, string>() };
  const refused = { addresses: new Map<string, string>(), nodePorts: new Map<string, string>() };
  const guarded = new Map<string, string>();
  for (const frontend of frontends) {
    const key = keyOf(frontend);
    const kind = frontend.address === undefined ? "nodePorts" : "addresses";
    // Two Services may claim the same address: the first has it, as in kube-proxy.
    if (opened[kind].has(key) || refused[kind].has(key)) continue;
    const rules = routeRules(frontend.route, ip, poolRules);
    if (rules.length > 0) {
      const chain = nameOf("door", frontend.id);
      table.chain(chain, rules);
      opened[kind].set(key, `goto ${chain}`);
    }
    const verdict = refusal(frontend.route);
    if (verdict !== undefined) refused[kind].set(key, verdict);
    if (frontend.sources === undefined) continue;
    const guard = nameOf("guard", frontend.id);
    const within = `${ip} saddr { ${frontend.sources.join(", ")} } return`;
    table.chain(guard, [within, "drop"]);
    guarded.set(key, `goto ${guard}`);
  }
  const byAddress = `type ${type} . inet_proto . inet_service : verdict;`;
  const byPort = "type inet_proto . inet_service : verdict;";
  table.map("addresses", byAddress, opened.addresses);
  table.map("node-ports", byPort, opened.nodePorts);
  table.map("refused-addresses", byAddress, refused.addresses);
  table.map("refused-node-ports", byPort, refused.nodePorts);
  table.map("guarded", byAddress, guarded);
}

const keyOf = ({ address, protocol, port }: Frontend): string =>
  address === undefined ? `${protocol} . ${port}` : `${address} . ${protocol} . ${port}`;

function addHooks(table: TableBuilder, family: Family, { bridgeBypasses }: NftOptions): void {
  const { ip, loopback, multicast } = WORDS[family];
  const byAddress = `${ip} daddr . meta l4proto . th dport vmap`;
  const toNode = `fib daddr type local ${ip} daddr != ${loopback}`;
  table.chain("services", [`${byAddress} @addresses`, `${toNode} meta l4proto . th dport vmap @node-ports`]);
  table.chain("refusal", ["reject"]);
  table.chain("refused", [
    `${byAddress} @refused-addresses`,
    `${toNode} meta l4proto . th dport vmap @refused-node-ports`,
  ]);
  table.chain("nat-prerouting", ["jump services"], "type nat hook prerouting priority dstnat;");
  table.chain("nat-output", ["jump services"], "type nat hook output priority -100;");
  table.chain(
    "nat-postrouting",
    [
      `meta mark and ${MARK} == ${MARK} meta mark set meta mark xor ${MARK} masquerade fully-random`,
      `${ip} saddr . ${ip} daddr @hairpin masquerade fully-random`,
      ...(bridgeBypasses ? [`${ip} saddr @own-pods ${ip} daddr @own-pods ct status dnat masquerade`] : []),
      `${ip} saddr @own-pods ${ip} daddr != @pods ${ip} daddr != ${multicast} masquerade fully-random`,
    ],
    "type nat hook postrouting priority srcnat;",
  );
  // After address rewriting: connections that pools took are accepted, and so is what a node sends to its own frontends.
  for (const [hook, priority] of Object.entries({ input: -110, forward: -110, output: -95 }))
    table.chain(`filter-${hook}`, ["ct state new jump refused"], `type filter hook ${hook} priority ${priority};`);
  // After that, whatever still goes to a Service's address matches no frontend.
  for (const hook of ["forward", "output"])
    table.chain(
      `leftover-${hook}`,
      [`ct state new ${ip} daddr @cluster-addresses reject`],
      `type filter hook ${hook} priority -90;`,
    );
  // Before address rewriting: whom a load balancer's address does not admit.
  table.chain("guard", [`${byAddress} @guarded`]);
  for (const hook of ["prerouting", "output"])
    table.chain(`guard-${hook}`, ["ct state new jump guard"], `type filter hook ${hook} priority -110;`);
}
