/** A control plane that counts all billed operations: a separate build of the Worker (bench/cost-worker.ts). */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "smol-toml";
import type { Operations } from "../../api/bill.ts";
import { freePort } from "../../test/e2e/rig/cluster.ts";
import { Client } from "./client.ts";
import { serveWorker } from "./served-worker.ts";
import { type Target, targetAt } from "./target.ts";

const root = join(import.meta.dirname, "../..");
const token = "bench";

interface Wrangler {
  readonly compatibility_date: string;
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
}

function configuration(directory: string, port: number): string {
  const wrangler = parse(readFileSync(`${root}/wrangler.toml`, "utf8")) as unknown as Wrangler;
  const objects = wrangler.durable_objects.bindings;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "disk", disk = (path = "${directory}", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${wrangler.compatibility_date}",
  durableObjectNamespaces = [${objects.map((o) => `(className = "${o.class_name}", uniqueKey = "${o.class_name}", enableSql = true)`)}],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    ${objects.map((o) => `(name = "${o.name}", durableObjectNamespace = "${o.class_name}"),`).join("\n    ")}
    (name = "API", service = (name = "main", entrypoint = "OwnApi")),
    (name = "ADMIN_TOKEN_SHA256", text = "${createHash("sha256").update(token).digest("hex")}"),
  ],
);
`;
}

export interface CountedCluster {
  readonly target: Target;
  /** The counts since its start. */
  readonly counts: () => Promise<Operations>;
  /** The counts once no work is left. */
  readonly settled: () => Promise<Operations>;
}

export async function startCounted(): Promise<CountedCluster> {
  const port = await freePort();
  const server = await serveWorker("cost-worker.ts", (directory) => configuration(directory, port));
  const address = targetAt(`http://127.0.0.1:${port}`, token);
  const client = new Client(address, 1);
  const counts = async (): Promise<Operations> => JSON.parse((await client.ask({ path: "/bench/counts" })).text);
  while (!(await counts().catch(() => undefined))) await sleep(50);
  const settled = async () => {
    for (let before = await counts(); ; ) {
      await sleep(300);
      const now = await counts();
      if (JSON.stringify(now) === JSON.stringify(before)) return now;
      before = now;
    }
  };
  const close = async () => {
    client.close();
    await server.close();
  };
  return { target: { ...address, close }, counts, settled };
}
