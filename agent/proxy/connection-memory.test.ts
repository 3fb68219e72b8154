import { expect, it } from "vitest";
import { changedSettings } from "./connection-memory.ts";

const TIMES = { nf_conntrack_tcp_timeout_established: 86_400, nf_conntrack_tcp_timeout_close_wait: 3600 };

it.each<[string, Record<string, number>, number, [string, number][]]>([
  [
    "the kernel's defaults are raised",
    {
      nf_conntrack_max: 65_536,
      nf_conntrack_tcp_timeout_established: 432_000,
      nf_conntrack_tcp_timeout_close_wait: 60,
    },
    8,
    [["nf_conntrack_max", 262_144], ...Object.entries(TIMES)],
  ],
  ["correct settings stay", { nf_conntrack_max: 131_072, ...TIMES }, 2, []],
  ["larger settings stay", { nf_conntrack_max: 1_000_000, ...TIMES }, 2, []],
  ["a kernel without conntrack is left alone", {}, 2, []],
])("PROXY-MEMORY: %s", (_, current, cpus, expected) => {
  expect(changedSettings(cpus, (name) => current[name])).toEqual(expected);
});
