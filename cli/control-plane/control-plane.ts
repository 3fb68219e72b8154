import { createWriteStream, readFileSync, rmSync, statSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:net";
import { dirname, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { requestApi } from "../api-request.ts";
import { CliError } from "../cli-error.ts";
import { type Connection, renderKubeconfig } from "../kubeconfig.ts";
import { advertisedAddress } from "./advertised-address.ts";
import type { DataDirectory } from "./data-directory.ts";
import { isWildcard, loadIdentity, secretsOf } from "./identity.ts";
import { listenForPinnedCalls } from "./pinned-calls.ts";
import { renderWorkerdConfig, type WorkerManifest } from "./workerd-config.ts";
import { compileConfig, WorkerdProcess } from "./workerd-process.ts";

export interface ControlPlaneOptions {
  readonly directory: DataDirectory;
  readonly bind: string;
  readonly port: number;
  /** Where public hosts are served over plain HTTP: `NAME.NAMESPACE.CLUSTER.localhost`. */
  readonly ingressPort?: number;
  /** Bindings of the Worker beside its secrets. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** PEMs of authorities that its requests trust beside the public ones. */
  readonly trustedCertificates?: readonly string[];
  /** Says in one line what happened to a control plane that ran. */
  readonly warn: (message: string) => void;
}

const workerDirectory = fileURLToPath(new URL("./worker", import.meta.url));
const dashboardDirectory = fileURLToPath(new URL("./dashboard", import.meta.url));
const backOff = { firstMs: 50, mostMs: 10_000, forgivenAfterMs: 30_000 };
/** Every name in it is this machine (RFC 6761), for browsers and for curl. */
const LOCAL_DOMAIN = "localhost";
const PINNED_CALLS = "pinned-calls.sock";
const logBytes = 10_000_000;

/** The Worker under workerd, restarted when it dies. */
export class ControlPlane {
  readonly connection: Connection;
  readonly #options: ControlPlaneOptions;
  readonly #configFile: string;
  readonly #log;
  #process: WorkerdProcess | undefined;
  #stopping = false;
  readonly #pinnedCalls: Server;

  private constructor(options: ControlPlaneOptions, connection: Connection, configFile: string) {
    this.#options = options;
    this.connection = connection;
    this.#configFile = configFile;
    this.#log = createWriteStream(logFile(options.directory), { flags: "a", mode: 0o600 });
    rmSync(options.directory.file(PINNED_CALLS), { force: true });
    this.#pinnedCalls = listenForPinnedCalls(options.directory.file(PINNED_CALLS));
  }

  /** Resolves once /readyz answers; throws CliError where it cannot start. */
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { directory, bind } = options;
    const port = await claimPort(bind, options.port);
    const ingressPort =
      options.ingressPort === undefined ? undefined : await claimPort(bind, options.ingressPort, "--ingress");
    const identity = loadIdentity(directory, bind, new Date());
    const address = advertisedAddress(bind, port);
    const host = isWildcard(bind) ? "127.0.0.1" : bind;
    const server = `https://${hostPort(host, port)}`;
    const connection = { server, token: identity.adminToken, ca: identity.ca };
    directory.write("kubeconfig", renderKubeconfig("sailplane", connection));

    const manifest = JSON.parse(readFileSync(`${workerDirectory}/manifest.json`, "utf8")) as WorkerManifest;
    const textFile = directory.file("workerd.capnp");
    const configFile = directory.file("workerd.bin");
    directory.write(
      "workerd.capnp",
      renderWorkerdConfig({
        manifest,
        modulesPath: relative(dirname(textFile), workerDirectory),
        assetsPath: dashboardDirectory,
        address: hostPort(bind, port),
        certificateChain: identity.certificateChain,
        privateKey: identity.certificateKey,
        storagePath: directory.makeDirectory("storage"),
        pinnedCallsSocket: directory.file(PINNED_CALLS),
        ...(ingressPort !== undefined && { ingressAddress: hostPort(bind, ingressPort) }),
        trustedCertificates: options.trustedCertificates ?? [],
        secrets: {
          ...options.bindings,
          ...secretsOf(identity),
          ONE_PROCESS: "true",
          ...(address === undefined ? {} : { ADVERTISE_ADDRESS: address }),
          ...(ingressPort !== undefined && { INGRESS_DOMAIN: LOCAL_DOMAIN, INGRESS_PORT: String(ingressPort) }),
        },
      }),
    );
    const controlPlane = new ControlPlane(options, connection, configFile);
    try {
      directory.writeBy("workerd.bin", (file) => compileConfig(textFile, file));
      await controlPlane.#launch();
    } catch (error) {
      await controlPlane.stop();
      throw new CliError(`the control plane did not start: ${(error as Error).message}; see ${logFile(directory)}`);
    }
    void controlPlane.#supervise();
    return controlPlane;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#process?.stop();
    this.#pinnedCalls.close();
    this.#log.end();
  }

  /** Ends workerd without waiting. */
  kill(): void {
    this.#process?.kill();
  }

  async #launch(): Promise<void> {
    const workerd = await WorkerdProcess.start({ configFile: this.#configFile, log: this.#log });
    this.#process = workerd;
    if (this.#stopping) return workerd.stop();
    this.#options.directory.recordChild(workerd.pid);
    await Promise.race([this.#ready(), workerd.ended.then((how) => Promise.reject(new Error(how)))]);
  }

  async #ready(): Promise<void> {
    const end = Date.now() + 30_000;
    let last = "no answer";
    while (Date.now() < end && !this.#stopping) {
      try {
        // As nobody: the administrator's token may have been replaced while this process ran.
        const { token: _, ...nobody } = this.connection;
        const answer = await requestApi(nobody, { method: "GET", path: "/readyz" });
        if (answer.status === 200) return;
        last = `${answer.status} ${answer.text.slice(0, 200)}`;
      } catch (error) {
        last = (error as Error).message;
      }
      await sleep(20);
    }
    if (!this.#stopping) throw new Error(`/readyz after 30 s: ${last}`);
  }

  async #supervise(): Promise<void> {
    let wait = backOff.firstMs;
    while (!this.#stopping) {
      const started = Date.now();
      const how = await (this.#process as WorkerdProcess).ended;
      if (this.#stopping) return;
      if (Date.now() - started > backOff.forgivenAfterMs) wait = backOff.firstMs;
      this.#options.warn(`${how}; starting again`);
      for (;;) {
        await sleep(wait);
        wait = Math.min(wait * 2, backOff.mostMs);
        if (this.#stopping) return;
        try {
          await this.#launch();
          this.#options.warn("running again");
          break;
        } catch (error) {
          this.#options.warn(`did not start: ${(error as Error).message}; trying again in ${wait / 1000} s`);
          await this.#process?.stop();
        }
      }
    }
  }
}

/** Starts a new log where the old one has grown large. */
function logFile(directory: DataDirectory): string {
  const file = directory.file("control-plane.log");
  try {
    if (statSync(file).size > logBytes) rmSync(file);
  } catch {
    // There is none yet.
  }
  return file;
}

const hostPort = (host: string, port: number): string => `${host.includes(":") ? `[${host}]` : host}:${port}`;

/** The port, or a free one for 0; throws CliError where this process may not listen there. */
function claimPort(bind: string, port: number, option = "--port"): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const known: Record<string, string> = {
        EADDRINUSE: `port ${port} on ${bind} is in use; choose another with ${option}, or end what listens there`,
        EACCES: `may not listen on port ${port}; choose one above 1023 with ${option}`,
        EADDRNOTAVAIL: `${bind} is no address of this machine; choose another with --bind`,
        ENOTFOUND: `${bind} is no address; choose one of this machine with --bind`,
      };
      reject(new CliError(known[error.code ?? ""] ?? `cannot listen on ${hostPort(bind, port)}: ${error.message}`));
    });
    server.listen({ host: bind, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}
