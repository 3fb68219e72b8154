/**
 * `/statusz` and `/flagz`, which every component of Kubernetes has since 1.36: text for people, and fields for programs.
 * Pure.
 */
import { timestamp } from "./machinery/time/time.ts";

/** The content of a page, in both of its forms. */
export interface ZPage {
  /** Kubernetes' name of who answers. */
  readonly component: "apiserver" | "kubelet";
  readonly kind: "Statusz" | "Flagz";
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

const HEAD =
  "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for " +
  "debugging purposes only.";

export const zText = ({ component, kind, lines }: ZPage): string =>
  `\n${component} ${kind.toLowerCase()}\n${HEAD}\n${lines.map((line) => `${line}\n`).join("")}`;

export interface StatusFacts {
  readonly component: ZPage["component"];
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
    component: facts.component,
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

export function flagPage(component: ZPage["component"], flags: Readonly<Record<string, string>>): ZPage {
  const names = Object.keys(flags).sort();
  return { component, kind: "Flagz", fields: { flags }, lines: names.map((name) => `${name}=${flags[name]}`) };
}

const twoDigits = (number: number) => String(number).padStart(2, "0");

const clockOf = (seconds: number) =>
  `${Math.floor(seconds / 3600)} hr ${twoDigits(Math.floor(seconds / 60) % 60)} min ${twoDigits(seconds % 60)} sec`;

/** Go's time.UnixDate: `Mon Jan _2 15:04:05 MST 2006`. */
function unixDate(time: Date): string {
  const [weekday = "", day = "", month = "", year = "", clock = ""] = time.toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${String(Number(day)).padStart(2, " ")} ${clock} UTC ${year}`;
}
