/**
 * For how many connections, and for how long, the kernel remembers where they were led. Its own defaults forget a half-closed
 * connection after a minute, and what then still comes goes nowhere; kube-proxy's are the ones that programs know.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = "/proc/sys/net/netfilter";
const MOST_PER_CPU = 32_768;
const FEWEST = 131_072;

interface Setting {
  readonly name: string;
  readonly value: number;
  /** A larger value that somebody has set is left. */
  readonly onlyUp?: true;
}

const settingsFor = (cpus: number): readonly Setting[] => [
  { name: "nf_conntrack_max", value: Math.max(FEWEST, MOST_PER_CPU * cpus), onlyUp: true },
  { name: "nf_conntrack_tcp_timeout_established", value: 24 * 3600 },
  { name: "nf_conntrack_tcp_timeout_close_wait", value: 3600 },
];

/** What is to be written, by name; `current` answers undefined for what this kernel does not have. */
export const changedSettings = (cpus: number, current: (name: string) => number | undefined): [string, number][] =>
  settingsFor(cpus).flatMap(({ name, value, onlyUp }) => {
    const now = current(name);
    return now === undefined || now === value || (onlyUp && now > value) ? [] : [[name, value] as [string, number]];
  });

function currentValue(name: string): number | undefined {
  try {
    return Number(readFileSync(join(DIRECTORY, name), "utf8"));
  } catch {
    return undefined;
  }
}

export function setConnectionMemory(cpus: number): void {
  for (const [name, value] of changedSettings(cpus, currentValue))
    try {
      writeFileSync(join(DIRECTORY, name), String(value));
    } catch {
      // Of a machine that is a container itself, the host has the say.
    }
}
