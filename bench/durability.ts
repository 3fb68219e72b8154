/**
 * kill -9 of the control plane under 32 writers and 100 watchers, 200 times or as often as specified:
 *
 *     npm run bench -- durability [ROUNDS]
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { Cluster } from "../test/e2e/rig/cluster.ts";
import { type CrashRound, crashRounds } from "./rig/crash-rounds.ts";
import { median } from "./rig/load.ts";
import { addressOf } from "./rig/target.ts";

const rounds = Number(process.argv[2] ?? 200);
const writers = 32;
const watchers = 100;

const cluster = await Cluster.start({ agent: false });
const target = addressOf(cluster);
await cluster.down();
const done: CrashRound[] = [];
try {
  for await (const round of crashRounds({ directory: cluster.directory, target, rounds, writers, watchers })) {
    done.push(round);
    if (process.stdout.isTTY) process.stdout.write(`\r${done.length - 1} of ${rounds} rounds`);
  }
} finally {
  await cluster.remove();
}
const acknowledged = done.reduce((sum, round) => sum + round.acknowledged, 0);
const readyAfter = median(done.map((round) => round.readyAfter));
console.log(`\r${rounds} rounds of kill -9 under ${writers} writers and ${watchers} watchers`);
console.log(
  `${acknowledged} acknowledged writes, none lost; no watcher missed or repeated an event; the store sound after each`,
);
console.log(`ready again after ${readyAfter.toFixed(0)} ms (median)`);
const directory = `${import.meta.dirname}/../.bench`;
mkdirSync(directory, { recursive: true });
writeFileSync(
  `${directory}/durability.json`,
  `${JSON.stringify({ rounds, writers, watchers, acknowledged, readyAfter }, null, 2)}\n`,
);
