/**
 * What watches leave behind when their clients vanish without closing them: a process opens WATCHES of them (10,000)
 * and is killed. The control plane notices at the next heartbeat, so a minute later everything must be as before.
 *
 *     npm run bench -- leak
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./rig/client.ts";
import { configMap, configMaps, newNamespace } from "./rig/objects.ts";
import { type Figure, runBench } from "./rig/report.ts";
import type { Target } from "./rig/target.ts";

const watches = Number(process.env.WATCHES ?? 10_000);
const MINUTE = 60_000;

/** Opens the watches in a separate process; resolves when all are open, with a function that kills it. */
async function openElsewhere(target: Target, path: string): Promise<() => void> {
  const child = spawn(process.execPath, [import.meta.filename, "--open", target.url.href, target.token, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the clients ended with ${code}`)));
  });
  return () => child.kill("SIGKILL");
}

async function open([url = "", token = "", path = ""]: readonly string[]): Promise<void> {
  const client = new Client({ url: new URL(url), token }, Number.POSITIVE_INFINITY);
  for (let opened = 0; opened < watches; opened += 50)
    await Promise.all(Array.from({ length: 50 }, () => client.follow(path, () => {})));
  console.log("open");
}

const sockets = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

if (process.argv[2] === "--open") await open(process.argv.slice(3));
else {
  await runBench("leak", async (target) => {
    const { memory, controlPlane } = target;
    if (!memory || controlPlane === undefined) throw new Error("only of a control plane that was started here");
    const path = configMaps(await newNamespace(target));
    const writing = new Client(target, 1);
    const round = async () => {
      const kill = await openElsewhere(target, `${path}?watch=1&timeoutSeconds=3600&resourceVersion=1`);
      const held = { memory: memory(), sockets: sockets(controlPlane) };
      kill();
      return held;
    };
    const write = async (name: string) => (await writing.ask({ method: "POST", path, body: configMap(name) })).whole;
    await write("before");
    const before = { memory: memory(), sockets: sockets(controlPlane) };
    const held = await round();
    await sleep(MINUTE);
    const after = { memory: memory(), sockets: sockets(controlPlane) };
    await round();
    await sleep(MINUTE);
    const again = memory();
    await write("after");
    writing.close();
    const figures: Figure[] = [
      { name: "sockets before", value: before.sockets, unit: "" },
      { name: `sockets with ${watches} watches`, value: held.sockets, unit: "" },
      { name: "sockets a minute after", value: after.sockets, unit: "", limit: before.sockets + 5 },
      { name: "memory before", value: before.memory, unit: "MB" },
      { name: `memory with ${watches} watches`, value: held.memory, unit: "MB" },
      { name: "memory a minute after", value: after.memory, unit: "MB" },
      { name: "memory after a second round", value: again, unit: "MB", limit: after.memory * 1.1 },
    ];
    return figures;
  });
}
