/**
 * `/statusz` and `/flagz`, which every component of Kubernetes has since 1.36: text for people, and a versioned form on
 * request. Functions from facts to answers.
 */
import { timestamp } from "../../../api/machinery/time/time.ts";

/** The content of a page, in both of its forms. */
export interface ZPage {
  readonly kind: "Statusz" | "Flagz";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** The name that kube-apiserver uses there. */
const COMPONENT = "apiserver";

/** config.k8s.io versions, and whether they are deprecated. */
const VERSIONS: Readonly<Record<string, { readonly deprecated: boolean }>> = {
  v1beta1: { deprecated: false },
  v1alpha1: { deprecated: true },
};

export type ZForm =
  | { readonly as: "text" }
  | { readonly as: "object"; readonly type: "application/json" | "application/yaml"; readonly version: string };

interface Clause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The requested form; undefined if there is no such form. `accept` is in order of preference. */
export function zForm(kind: ZPage["kind"], accept: readonly Clause[]): ZForm | undefined {
  if (accept.length === 0) return { as: "text" };
  for (const { type, parameters } of accept) {
    const { g, v = "", as } = parameters;
    const isObject = g === "config.k8s.io" && as === kind && Object.hasOwn(VERSIONS, v);
    if (isObject && (type === "application/json" || type === "application/yaml"))
      return { as: "object", type, version: v };
    // Elsewhere a wildcard means JSON; here it means text, and JSON must be requested by kind.
    if (as === undefined && ["text/plain", "text/*", "*/*"].includes(type)) return { as: "text" };
  }
  return undefined;
}

export const zObject = ({ kind, fields }: ZPage, version: string) => ({
  kind,
  apiVersion: `config.k8s.io/${version}`,
  metadata: { name: COMPONENT },
  ...fields,
});

export const zWarnings = (kind: ZPage["kind"], version: string): string[] =>
  VERSIONS[version]?.deprecated
    ? [`This version of the ${kind.toLowerCase()} endpoint is deprecated. Please use a newer version.`]
    : [];

const HEAD =
  "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for " +
  "debugging purposes only.";

export const zText = ({ kind, lines }: ZPage): string =>
  `\n${COMPONENT} ${kind.toLowerCase()}\n${HEAD}\n${lines.map((line) => `${line}\n`).join("")}`;

export interface StatusFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly startedAt: number;
  readonly runtime: string;
  readonly binaryVersion: string;
  readonly emulationVersion: string;
  /** As listed in the index at `/`. */
  readonly paths: readonly string[];
}

/** The API's own paths, which the page leaves out. */
const API_PATHS: ReadonlySet<string> = new Set(["/apis", "/api", "/openid", "/openapi", "/.well-known"]);

export function statusPage(facts: StatusFacts): ZPage {
  const started = new Date(facts.startedAt);
  const uptimeSeconds = Math.max(0, Math.floor((facts.now - facts.startedAt) / 1000));
  const heads = facts.paths.map((path) => `/${path.split("/")[1]}`);
  const paths = [...new Set(heads)].filter((path) => path !== "/" && !API_PATHS.has(path)).sort();
  return {
    kind: "Statusz",
    fields: {
      startTime: timestamp(started.getTime()),
      uptimeSeconds,
      goVersion: facts.runtime,
      binaryVersion: facts.binaryVersion,
      emulationVersion: facts.emulationVersion,
      paths,
    },
    lines: [
      "",
      `Started: ${unixDate(started)}`,
      `Up: ${clockOf(uptimeSeconds)}`,
      `Go version: ${facts.runtime}`,
      `Binary version: ${facts.binaryVersion}`,
      `Emulation version: ${facts.emulationVersion}`,
      `Paths: ${paths.join(" ")}`,
    ],
  };
}

export function flagPage(flags: Readonly<Record<string, string>>): ZPage {
  const names = Object.keys(flags).sort();
  return { kind: "Flagz", fields: { flags }, lines: names.map((name) => `${name}=${flags[name]}`) };
}

const two = (number: number) => String(number).padStart(2, "0");

const clockOf = (seconds: number) =>
  `${Math.floor(seconds / 3600)} hr ${two(Math.floor(seconds / 60) % 60)} min ${two(seconds % 60)} sec`;

/** Go's time.UnixDate: `Mon Jan _2 15:04:05 MST 2006`. */
function unixDate(time: Date): string {
  const [weekday = "", day = "", month = "", year = "", clock = ""] = time.toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${String(Number(day)).padStart(2, " ")} ${clock} UTC ${year}`;
}
