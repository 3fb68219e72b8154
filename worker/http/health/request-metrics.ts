/**
 * Metrics of a cluster's requests in this isolate, with kube-apiserver's names and labels
 * (apiserver/pkg/endpoints/metrics), which dashboards and alerts use.
 */
import { counter, type Family, gauge, histogram, type Line } from "../../../api/metrics/exposition.ts";
import { Histogram } from "../../../api/metrics/histogram.ts";
import type { Flow } from "../../fairness/classify.ts";
import type { Counted } from "../bindings.ts";

export interface CompletedRequest {
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
const MIN_OBJECTIVE = 0.05;

type Labels = Readonly<Record<string, string>>;

/** The totals for requests of one sort. */
interface Sort {
  readonly dryRun: string;
  readonly component: string;
  readonly labels: Labels;
  readonly codes: Map<number, number>;
  readonly seconds: Histogram;
}

const KINDS = ["mutating", "readOnly"] as const;
type Kind = (typeof KINDS)[number];

export class RequestMetrics {
  /** By a short key that distinguishes them: each request is looked up here. */
  readonly #sorts = new Map<string, Sort>();
  readonly #dispatched = new Map<string, { readonly flow: Flow; requests: number }>();
  readonly #underWay: Record<Kind, number> = { mutating: 0, readOnly: 0 };

  began(method: string): void {
    this.#underWay[kindOf(method)]++;
  }

  ended({ method, about, code, milliseconds, flow }: CompletedRequest): void {
    this.#underWay[kindOf(method)]--;
    const { codes, seconds } = this.#sortOf(method, about);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    if (flow) this.#dispatch(flow);
    // A watch or a stream has only begun.
    if (!about || !LONG_RUNNING.has(shownVerb(about))) seconds.observe(milliseconds / 1000);
  }

  #dispatch(flow: Flow): void {
    const key = `${flow.flowSchema} ${flow.priorityLevel}`;
    const known = this.#dispatched.get(key);
    if (known) known.requests++;
    else this.#dispatched.set(key, { flow, requests: 1 });
  }

  #sortOf(method: string, about: Counted | undefined): Sort {
    const key = about ? keyOf(about) : method;
    const known = this.#sorts.get(key);
    if (known) return known;
    const sort = { ...labelsOf(method, about), codes: new Map<number, number>(), seconds: new Histogram(BOUNDS) };
    this.#sorts.set(key, sort);
    return sort;
  }

  families(): Family[] {
    const requests: Line[] = [];
    const durations: [Labels, Histogram][] = [];
    const objectives = new Map<string, [Labels, Histogram]>();
    for (const { component, dryRun, labels, codes, seconds } of this.#sorts.values()) {
      const all = { component, dry_run: dryRun, ...labels };
      for (const [code, count] of codes) requests.push([{ code: String(code), ...all }, count]);
      if (seconds.counts.at(-1) === 0) continue;
      durations.push([all, seconds]);
      const key = JSON.stringify(labels);
      const objective = objectives.get(key) ?? [{ component, ...labels }, new Histogram(BOUNDS)];
      objective[1].add(seconds);
      objectives.set(key, objective);
    }
    return [
      counter("apiserver_request_total", "Requests that this isolate has answered.", requests),
      histogram("apiserver_request_duration_seconds", "How long answers took to begin.", durations),
      histogram(
        "apiserver_request_sli_duration_seconds",
        "The same, whether dry or not.",
        [...objectives.values()].map(([labels, seconds]) => [labels, seconds.from(MIN_OBJECTIVE)]),
      ),
      gauge(
        "apiserver_current_inflight_requests",
        "Requests whose answers have not begun.",
        KINDS.map((kind) => [{ request_kind: kind }, this.#underWay[kind]]),
      ),
      counter(
        "apiserver_flowcontrol_dispatched_requests_total",
        "Requests that fell under a flow schema and its priority level.",
        [...this.#dispatched.values()].map(({ flow, requests: count }) => [
          { flow_schema: flow.flowSchema, priority_level: flow.priorityLevel },
          count,
        ]),
      ),
    ];
  }
}

function keyOf(about: Counted): string {
  const { path, served, query } = about;
  const { group, version, resource } = served;
  return `${shownVerb(about)} ${group} ${version} ${resource.plural} ${path.subresource} ${scopeOf(about)} ${dryRunOf(query)}`;
}

const dryRunOf = (query: URLSearchParams): string => (query.get("dryRun") === "All" ? "All" : "");

const kindOf = (method: string): Kind => (method === "GET" || method === "HEAD" ? "readOnly" : "mutating");

const LONG_RUNNING: ReadonlySet<string> = new Set(["WATCH", "CONNECT"]);
const STREAMS: ReadonlySet<string> = new Set(["exec", "attach", "portforward", "proxy"]);

function labelsOf(method: string, about: Counted | undefined): Pick<Sort, "component" | "dryRun" | "labels"> {
  if (!about) {
    const labels = { group: "", resource: "", scope: "", subresource: "", verb: method, version: "" };
    return { component: "", dryRun: "", labels };
  }
  const { path, served, query } = about;
  const { group, version, resource } = served;
  const { subresource } = path;
  return {
    component: "apiserver",
    dryRun: dryRunOf(query),
    labels: { group, resource: resource.plural, scope: scopeOf(about), subresource, verb: shownVerb(about), version },
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
