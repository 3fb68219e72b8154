/**
 * The kernel's connection tracking: table size and timeouts. By default it forgets a half-closed connection after a
 * minute, and later packets go nowhere; kube-proxy's settings are the ones that programs are used to.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = "/proc/sys/net/netfilter";
const MAX_PER_CPU = 32_768;
const FEWEST = 131_072;

interface Setting {
  readonly name: string;
  readonly value: number;
  /** Never lowers a larger value. */
  readonly onlyUp?: true;
}

const settingsFor = (cpus: number): readonly Setting[] => [
  { name: "nf_conntrack_max", value: Math.max(FEWEST, MAX_PER_CPU * cpus), onlyUp: true },
  { name: "nf_conntrack_tcp_timeout_established", value: 24 * 3600 },
  { name: "nf_conntrack_tcp_timeout_close_wait", value: 3600 },
];

/** The settings to write, by name; `current` returns undefined for settings that this kernel lacks. */
export const changedSettings = (cpus: number, current: (name: string) => number | undefined): [string, number][] =>
  settingsFor(cpus).flatMap(({ name, value, onlyUp }) => {
    const now = current(name);
    return now === undefined || now === value || (onlyUp && now > value) ? [] : [[name, value]];
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
      // If the machine is itself a container, this is up to the host.
    }
}
