/**
 * The records of the cluster's domain: a pure function of Services and EndpointSlices, according to Kubernetes' DNS
 * specification (version 1.1.0) and, where that leaves it open, like CoreDNS.
 */
import type { Service } from "../../api/generated/core.v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { slicesByService } from "../proxy/plan.ts";
import { type Answer, type RecordData, type ResourceRecord, TYPES } from "./message.ts";
import { addressOfReverseName } from "./reverse-name.ts";

/** CoreDNS' TTL for cluster names. */
const TTL = 5;
/** The longest chain of aliases, as in CoreDNS. */
const MAX_ALIASES = 10;
const SCHEMA_VERSION = "1.1.0";
const DASHED_IPV4 = /^\d{1,3}(-\d{1,3}){3}$/;
const DASHED_IPV6 = /^[0-9a-f-]+$/;

export interface ZoneFacts {
  readonly domain: string;
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
}

/** `elsewhere`: an external name whose addresses belong in the answer. Undefined: the name is not in this zone. */
export type ZoneAnswer = (Answer & { readonly elsewhere?: string }) | undefined;

type Found = readonly RecordData[] | "no-such-name" | { readonly alias: string };

interface HeadlessEndpoint {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly ports: readonly EndpointPort[];
}

const keyOf = (namespace: string | undefined, name: string | undefined): string => `${namespace}/${name}`;
const addressRecord = (address: string): RecordData => ({ type: address.includes(":") ? "AAAA" : "A", address });
const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === "None";
const clusterAddresses = ({ spec }: Service): string[] =>
  (spec.clusterIPs ?? [spec.clusterIP ?? ""]).filter((address) => address !== "" && address !== "None");

export class Zone {
  readonly #domain: readonly string[];
  readonly #services: Map<string, Service>;
  readonly #namespaces: Set<string>;
  readonly #slices: Map<string, EndpointSlice[]>;
  readonly #serial: number;
  #names: Map<string, string[]> | undefined;

  /** `serial` increases with each state. */
  constructor({ domain, services, slices }: ZoneFacts, serial: number) {
    this.#domain = domain.split(".");
    this.#services = new Map(
      services.map((service) => [keyOf(service.metadata.namespace, service.metadata.name), service]),
    );
    this.#namespaces = new Set(services.map(({ metadata }) => metadata.namespace ?? ""));
    this.#slices = slicesByService(slices);
    this.#serial = serial;
  }

  get domain(): string {
    return this.#domain.join(".");
  }

  /** `name` in lower case, without a trailing dot; `led`: the number of aliases followed so far. */
  answer(name: string, type: number, led = 0): ZoneAnswer {
    const reversed = addressOfReverseName(name);
    if (reversed !== undefined) return this.#reverse(name, reversed, type);
    const labels = name.split(".");
    const own = labels.slice(0, -this.#domain.length);
    if (labels.slice(-this.#domain.length).join(".") !== this.domain) return undefined;
    const found = this.#find(own);
    if (found === "no-such-name") return this.#answer([], "noSuchName");
    if ("alias" in found) return this.#alias(name, found.alias, { type, led });
    const requested = found.filter((data) => type === TYPES.ANY || TYPES[data.type] === type);
    return this.#answer(requested.map((data) => ({ ...data, name, ttl: TTL })));
  }

  #answer(answers: readonly ResourceRecord[], rcode: Answer["rcode"] = "ok"): Answer {
    const soa: ResourceRecord = { name: this.domain, ttl: TTL, type: "SOA", zone: this.domain, serial: this.#serial };
    return { rcode, answers, authority: answers.length === 0 ? [soa] : [] };
  }

  #alias(name: string, target: string, { type, led }: { readonly type: number; readonly led: number }): ZoneAnswer {
    const cname: ResourceRecord = { name, ttl: TTL, type: "CNAME", target };
    // Services may form a circle of aliases.
    if (type === TYPES.CNAME || led >= MAX_ALIASES) return this.#answer([cname]);
    const inside = target === name ? undefined : this.answer(target, type, led + 1);
    if (inside === undefined) return { ...this.#answer([cname]), elsewhere: target };
    return { ...inside, answers: [cname, ...inside.answers] };
  }

  /** `labels` without the domain, in order: most specific first. */
  #find(labels: readonly string[]): Found {
    const [kind, namespace, ...rest] = labels.toReversed();
    if (kind === undefined) return [{ type: "SOA", zone: this.domain, serial: this.#serial }];
    if (kind === "dns-version" && namespace === undefined) return [{ type: "TXT", text: SCHEMA_VERSION }];
    if (kind !== "svc" && kind !== "pod") return "no-such-name";
    if (namespace === undefined) return [];
    if (!this.#namespaces.has(namespace)) return "no-such-name";
    const [name, ...more] = rest;
    if (name === undefined) return [];
    return kind === "pod" ? podRecord(name, more) : this.#findService(namespace, name, more);
  }

  #findService(namespace: string, name: string, [first, second, ...more]: readonly string[]): Found {
    const key = keyOf(namespace, name);
    const service = this.#services.get(key);
    if (service === undefined || more.length > 0) return "no-such-name";
    const host = `${name}.${namespace}.svc.${this.domain}`;
    const slices = this.#slices.get(key) ?? [];
    // Without underscores it is the name of an endpoint, of any Service: CoreDNS serves those of Services with cluster
    // IPs, too.
    const endpoints = isHeadless(service) || first?.startsWith("_") === false ? readyEndpoints(slices) : [];
    const offered = (requested: Offer) => offers(service, endpoints, { host, ...requested });
    if (first === undefined) {
      if (service.spec.type === "ExternalName")
        return { alias: (service.spec.externalName ?? "").toLowerCase().replace(/\.$/, "") };
      const addresses = endpoints.flatMap((endpoint) => endpoint.addresses);
      if (isHeadless(service) && addresses.length === 0) return "no-such-name";
      return [...[...clusterAddresses(service), ...new Set(addresses)].map(addressRecord), ...offered({})];
    }
    if (first.startsWith("_") && second === undefined) return hasProtocol(service, first) ? [] : "no-such-name";
    if (first.startsWith("_") && second !== undefined) {
      const records = offered({ protocol: first.slice(1), port: second.slice(1) });
      return records.length > 0 && second.startsWith("_") ? records : "no-such-name";
    }
    const addresses = endpoints
      .filter((each) => each.host === first && second === undefined)
      .flatMap((each) => each.addresses);
    return addresses.length > 0 ? [...new Set(addresses)].map(addressRecord) : "no-such-name";
  }

  #reverse(name: string, address: string, type: number): ZoneAnswer {
    this.#names ??= this.#namesByAddress();
    const targets = this.#names.get(address);
    if (targets === undefined) return undefined;
    if (type !== TYPES.PTR && type !== TYPES.ANY) return this.#answer([]);
    return this.#answer(targets.map((target) => ({ name, ttl: TTL, type: "PTR", target })));
  }

  #namesByAddress(): Map<string, string[]> {
    const names = new Map<string, string[]>();
    const add = (address: string, name: string) => names.set(address, [...(names.get(address) ?? []), name]);
    for (const [key, service] of this.#services) {
      const host = `${service.metadata.name}.${service.metadata.namespace}.svc.${this.domain}`;
      for (const address of clusterAddresses(service)) add(address, host);
      if (!isHeadless(service)) continue;
      for (const endpoint of readyEndpoints(this.#slices.get(key) ?? []))
        for (const address of endpoint.addresses) add(address, `${endpoint.host}.${host}`);
    }
    return names;
  }
}

const hasProtocol = ({ spec }: Service, label: string): boolean =>
  (spec.ports ?? []).some(({ protocol = "TCP" }) => `_${protocol.toLowerCase()}` === label);

/** `10-244-0-5.NAMESPACE.pod`: the address is in the name. */
function podRecord(name: string, more: readonly string[]): Found {
  if (more.length > 0) return "no-such-name";
  if (DASHED_IPV4.test(name)) {
    const bytes = name.split("-").map(Number);
    return bytes.every((byte) => byte < 256) ? [{ type: "A", address: bytes.join(".") }] : "no-such-name";
  }
  if (!DASHED_IPV6.test(name) || !name.includes("-")) return "no-such-name";
  const address = name.replaceAll("-", ":");
  return isIPv6(address) ? [{ type: "AAAA", address }] : "no-such-name";
}

function isIPv6(address: string): boolean {
  const halves = address.split("::");
  const words = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const isWhole = halves.length === 1 ? words.length === 8 : halves.length === 2 && words.length < 8;
  return isWhole && words.every((word) => /^[0-9a-f]{1,4}$/.test(word));
}

const hostOf = ({ hostname, addresses }: Endpoint): string =>
  hostname !== undefined && hostname !== "" ? hostname : (addresses[0] ?? "").replaceAll(/[.:]/g, "-");

/** If a Service publishes not-ready addresses, all its endpoints count as ready. */
const readyEndpoints = (slices: readonly EndpointSlice[]): HeadlessEndpoint[] =>
  slices.flatMap(({ endpoints, ports }) =>
    (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .map((endpoint) => ({ host: hostOf(endpoint), addresses: endpoint.addresses, ports: ports ?? [] })),
  );

/** Absent: every port. */
interface Offer {
  readonly protocol?: string;
  readonly port?: string;
}

/** SRV records, for a headless Service's endpoints or for the Service itself, with equal weights. */
function offers(
  service: Service,
  endpoints: readonly HeadlessEndpoint[],
  { host, protocol, port }: Offer & { readonly host: string },
): RecordData[] {
  const isRequested = (each: { readonly name?: string; readonly protocol?: string }): boolean =>
    (port === undefined || (each.name ?? "") === port) &&
    (protocol === undefined || (each.protocol ?? "TCP").toLowerCase() === protocol);
  const found = isHeadless(service)
    ? endpoints.flatMap((endpoint) =>
        endpoint.ports
          .filter(isRequested)
          .map((each) => ({ port: each.port ?? 0, target: `${endpoint.host}.${host}` })),
      )
    : (service.spec.ports ?? []).filter(isRequested).map((each) => ({ port: each.port, target: host }));
  const weight = Math.max(1, Math.floor(100 / found.length));
  return found.map((each) => ({ type: "SRV", priority: 0, weight, ...each }));
}
