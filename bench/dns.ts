/**
 * How many questions of pods a node's DNS server answers per second of one core, with 1,000 Services and 10,000
 * endpoints. Only the server's own CPU time counts, not that of the client beside it.
 *
 *     npm run bench -- dns
 */
import { fork } from "node:child_process";
import { createSocket } from "node:dgram";
import { encodeName } from "../agent/dns/message.ts";
import { DnsServer } from "../agent/dns/server.ts";
import { Zone } from "../agent/dns/zone.ts";
import { median } from "./rig/load.ts";
import { manyServices, slicesOf } from "./rig/many-services.ts";
import { report } from "./rig/report.ts";

const SERVICES = 1000;
const QUESTIONS = 60_000;
const UNDER_WAY = 64;
const ROUNDS = 5;

/** A records as a pod's resolver requests them with `ndots:5`: the first search domain matches, except for external names. */
function questions(): Buffer[] {
  return Array.from({ length: SERVICES }, (_, i) => {
    const header = Buffer.from([i >> 8, i & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    const name =
      i % 4 === 3 ? `service-${i}.elsewhere.svc.cluster.local` : `service-${i}.team-${i % 20}.svc.cluster.local`;
    return Buffer.concat([header, encodeName(name), Buffer.from([0, 1, 0, 1])]);
  });
}

async function serve(): Promise<void> {
  const services = manyServices(SERVICES);
  const zone = new Zone({ domain: "cluster.local", services, slices: slicesOf(services, 10) }, 1);
  const server = await DnsServer.open("127.0.0.1", { zone: () => zone, upstream: () => [] }, 0);
  process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
  process.send?.({ port: server.port });
}

interface Usage {
  readonly cpu: NodeJS.CpuUsage;
}

async function ask(port: number, count: number): Promise<void> {
  const socket = createSocket("udp4");
  const requested = questions();
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve) => socket.connect(port, "127.0.0.1", resolve));
  await new Promise<void>((resolve, reject) => {
    const next = () => {
      if (sent < count) socket.send(requested[sent++ % requested.length] ?? "");
    };
    socket.on("message", () => {
      if (++answered === count) resolve();
      else next();
    });
    socket.on("error", reject);
    for (let i = 0; i < UNDER_WAY; i++) next();
  });
  socket.close();
}

async function measure(): Promise<void> {
  const server = fork(import.meta.filename, ["serve"]);
  const told = <T>() => new Promise<T>((resolve) => server.once("message", (message) => resolve(message as T)));
  const { port } = await told<{ port: number }>();
  const usage = async () => {
    const answer = told<Usage>();
    server.send("usage");
    const { cpu } = await answer;
    return (cpu.user + cpu.system) / 1e6;
  };
  await ask(port, QUESTIONS / 4);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await usage();
    await ask(port, QUESTIONS);
    rates.push(QUESTIONS / ((await usage()) - before));
  }
  server.kill();
  report("dns", [{ name: "answers in a second of one core", value: median(rates), unit: "/s", limit: 20_000 }]);
}

await (process.argv[2] === "serve" ? serve() : measure());
