/**
 * Metrics of a cluster's requests in this isolate, with kube-apiserver's names and labels
 * (apiserver/pkg/endpoints/metrics), which dashboards and alerts use.
 */
import type { Flow } from "../../fairness/classify.ts";
import type { Served } from "../../kind-registry.ts";
import type { ResourcePath } from "../../resource-path.ts";

/** The resource of a request; undefined for other paths. */
export interface Counted {
  readonly verb: string;
  readonly path: ResourcePath;
  readonly served: Served;
  readonly request: Request;
  readonly query: URLSearchParams;
}

export interface Answered {
  readonly method: string;
  readonly about: Counted | undefined;
  readonly code: number;
  readonly milliseconds: number;
  readonly flow: Flow | undefined;
}

/** Seconds. */
const BOUNDS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
] as const;
/** Kubernetes' SLO metrics have no shorter buckets. */
const OBJECTIVE_BOUNDS = BOUNDS.filter((bound) => bound >= 0.05);

/** Keyed by rendered labels. */
type Counts = Map<string, number>;

/** The totals for requests of one sort. */
interface Sort {
  readonly component: string;
  readonly dryRun: string;
  readonly kind: string;
  readonly codes: Map<number, number>;
  readonly durations: Durations;
}

interface Durations {
  /** The number of requests per bucket; those beyond all bounds come last. */
  readonly within: number[];
  seconds: number;
}

const KINDS = ["mutating", "readOnly"] as const;
type Kind = (typeof KINDS)[number];

export class RequestMetrics {
  /** By a short key that distinguishes them: each request is looked up here. */
  readonly #sorts = new Map<string, Sort>();
  readonly #flows: Counts = new Map();
  readonly #underWay: Record<Kind, number> = { mutating: 0, readOnly: 0 };

  began(method: string): void {
    this.#underWay[kindOf(method)]++;
  }

  ended({ method, about, code, milliseconds, flow }: Answered): void {
    this.#underWay[kindOf(method)]--;
    const { codes, durations } = this.#sortOf(method, about);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    if (flow) count(this.#flows, `flow_schema="${flow.flowSchema}",priority_level="${flow.priorityLevel}"`);
    // A watch or a stream has only begun.
    if (!about || !LONG_RUNNING.has(shownVerb(about))) observe(durations, milliseconds / 1000);
  }

  #sortOf(method: string, about: Counted | undefined): Sort {
    const key = about ? keyOf(about) : method;
    const known = this.#sorts.get(key);
    if (known) return known;
    const durations = { within: new Array<number>(BOUNDS.length + 1).fill(0), seconds: 0 };
    const sort = { ...labelsOf(method, about), codes: new Map(), durations };
    this.#sorts.set(key, sort);
    return sort;
  }

  lines(): string[] {
    const [requests, durations, objectives]: [Counts, Histogram, Histogram] = [new Map(), new Map(), new Map()];
    for (const { component, dryRun, kind, codes, durations: each } of this.#sorts.values()) {
      const labels = `${component},dry_run="${dryRun}",${kind}`;
      for (const [code, times] of codes) requests.set(`code="${code}",${labels}`, times);
      if (each.within.every((times) => times === 0)) continue;
      durations.set(labels, each);
      const objective = `${component},${kind}`;
      objectives.set(objective, together(each, objectives.get(objective)));
    }
    return [
      ...described("apiserver_request_total", "counter", "Requests that this isolate has answered."),
      ...samples("apiserver_request_total", requests),
      ...described("apiserver_request_duration_seconds", "histogram", "How long answers took to begin."),
      ...histogram("apiserver_request_duration_seconds", durations, BOUNDS),
      ...described("apiserver_request_sli_duration_seconds", "histogram", "The same, whether dry or not."),
      ...histogram("apiserver_request_sli_duration_seconds", objectives, OBJECTIVE_BOUNDS),
      ...described("apiserver_current_inflight_requests", "gauge", "Requests whose answers have not begun."),
      ...KINDS.map((kind) => `apiserver_current_inflight_requests{request_kind="${kind}"} ${this.#underWay[kind]}`),
      ...described(
        "apiserver_flowcontrol_dispatched_requests_total",
        "counter",
        "Requests that fell under a flow schema and its priority level.",
      ),
      ...samples("apiserver_flowcontrol_dispatched_requests_total", this.#flows),
    ];
  }
}

type Histogram = Map<string, Durations>;

function keyOf(about: Counted): string {
  const { path, served, query } = about;
  const { group, version, resource } = served;
  return `${shownVerb(about)} ${group} ${version} ${resource.plural} ${path.subresource} ${scopeOf(about)} ${dryRunOf(query)}`;
}

const dryRunOf = (query: URLSearchParams): string => (query.get("dryRun") === "All" ? "All" : "");

export const described = (name: string, type: string, help: string): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];

const kindOf = (method: string): Kind => (method === "GET" || method === "HEAD" ? "readOnly" : "mutating");

const LONG_RUNNING: ReadonlySet<string> = new Set(["WATCH", "CONNECT"]);
const STREAMS: ReadonlySet<string> = new Set(["exec", "attach", "portforward", "proxy"]);

function labelsOf(method: string, about: Counted | undefined) {
  if (!about) {
    const kind = `group="",resource="",scope="",subresource="",verb="${method}",version=""`;
    return { component: 'component=""', dryRun: "", kind };
  }
  const { path, served, query } = about;
  const { group, version, resource } = served;
  const scope = `scope="${scopeOf(about)}",subresource="${path.subresource}",verb="${shownVerb(about)}"`;
  return {
    component: 'component="apiserver"',
    dryRun: dryRunOf(query),
    kind: `group="${group}",resource="${resource.plural}",${scope},version="${version}"`,
  };
}

const scopeOf = ({ verb, path }: Counted): string =>
  path.name !== "" || verb === "create" ? "resource" : path.namespace === "" ? "cluster" : "namespace";

const HTTP_VERBS: Readonly<Record<string, string>> = { create: "POST", update: "PUT" };

function shownVerb({ verb, path, request }: Counted): string {
  if (STREAMS.has(path.subresource)) return "CONNECT";
  if (verb === "patch" && request.headers.get("Content-Type")?.startsWith("application/apply-patch")) return "APPLY";
  return HTTP_VERBS[verb] ?? verb.toUpperCase();
}

const count = (counts: Counts, labels: string) => counts.set(labels, (counts.get(labels) ?? 0) + 1);

function observe(durations: Durations, seconds: number): void {
  const bound = BOUNDS.findIndex((each) => seconds <= each);
  const at = bound < 0 ? BOUNDS.length : bound;
  durations.within[at] = (durations.within[at] ?? 0) + 1;
  durations.seconds += seconds;
}

const together = (one: Durations, other: Durations | undefined): Durations =>
  other === undefined
    ? one
    : {
        within: one.within.map((times, i) => times + (other.within[i] ?? 0)),
        seconds: one.seconds + other.seconds,
      };

const sorted = <T>(byLabels: ReadonlyMap<string, T>): [string, T][] =>
  [...byLabels].toSorted(([a], [b]) => (a < b ? -1 : 1));

const samples = (name: string, counts: Counts): string[] =>
  sorted(counts).map(([labels, value]) => `${name}{${labels}} ${value}`);

const histogram = (name: string, durations: Histogram, bounds: readonly number[]): string[] =>
  sorted(durations).flatMap(([labels, { within, seconds }]) => {
    const upTo = (bound: number) =>
      within.reduce((sum, each, i) => sum + ((BOUNDS[i] ?? bound + 1) <= bound ? each : 0), 0);
    const all = within.reduce((sum, each) => sum + each, 0);
    return [
      ...bounds.map((bound) => `${name}_bucket{${labels},le="${bound}"} ${upTo(bound)}`),
      `${name}_bucket{${labels},le="+Inf"} ${all}`,
      `${name}_sum{${labels}} ${Number(seconds.toFixed(6))}`,
      `${name}_count{${labels}} ${all}`,
    ];
  });
