/** Everything that a control plane needs before its process starts: keys, kubeconfig, configuration. */

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { errorMessage } from "../../api/error-message.ts";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";
import { CliError } from "../cli-error.ts";
import { type Connection, renderKubeconfig } from "../kubeconfig.ts";
import { advertisedAddress } from "./advertised-address.ts";
import { controlPlaneFiles, excessOfPath } from "./control-plane-files.ts";
import type { DataDirectory } from "./data-directory.ts";
import { isWildcard, loadIdentity, secretsOf } from "./identity.ts";
import { renderWorkerdConfig, type WorkerManifest } from "./workerd-config.ts";
import { compileConfig, workerdPath } from "./workerd-process.ts";

export interface ControlPlaneOptions {
  readonly directory: DataDirectory;
  readonly bind: string;
  /** What the serving certificate must be valid for, besides this machine's own names and addresses. */
  readonly names?: readonly string[];
  readonly port: number;
  /** The port for public hosts over plain HTTP: `NAME.NAMESPACE.CLUSTER.localhost`. */
  readonly ingressPort?: number;
  /** Bindings of the Worker besides its secrets. */
  readonly bindings?: Readonly<Record<string, string>>;
  /** PEMs of CAs that its requests trust besides the public ones. */
  readonly trustedCertificates?: readonly string[];
}

const workerDirectory = fileURLToPath(new URL("./worker", import.meta.url));
const dashboardDirectory = fileURLToPath(new URL("./dashboard", import.meta.url));
/** For browsers and curl, every name in it is this machine (RFC 6761). */
const LOCAL_DOMAIN = "localhost";

/** Writes everything into the directory, and returns the administrator's connection to what will start there. */
export async function prepareControlPlane(options: ControlPlaneOptions): Promise<Connection> {
  const { directory, bind } = options;
  const excess = excessOfPath(directory.path);
  if (excess > 0)
    throw new CliError(
      `no socket can be made in ${directory.path}: choose a path shorter by ${excess} with --data-dir`,
    );
  // Fails before anything is written.
  workerdPath();
  const port = await claimPort(bind, options.port);
  const ingressPort =
    options.ingressPort === undefined ? undefined : await claimPort(bind, options.ingressPort, "--ingress");
  const identity = loadIdentity(directory, { bind, names: options.names ?? [] }, new Date());
  const address = advertisedAddress(bind, port);
  const host = isWildcard(bind) ? "127.0.0.1" : bind;
  const server = `https://${joinHostPort(host, port)}`;
  const connection = { server, token: identity.adminToken, ca: identity.ca };
  directory.write("kubeconfig", renderKubeconfig("sailplane", connection));

  const manifest = JSON.parse(readFileSync(`${workerDirectory}/manifest.json`, "utf8")) as WorkerManifest;
  const files = controlPlaneFiles(directory.path);
  const textFile = directory.file("workerd.capnp");
  directory.write(
    "workerd.capnp",
    renderWorkerdConfig({
      manifest,
      modulesPath: relative(dirname(textFile), workerDirectory),
      assetsPath: dashboardDirectory,
      address: joinHostPort(bind, port),
      certificateChain: identity.certificateChain,
      privateKey: identity.certificateKey,
      storagePath: directory.makeDirectory("storage"),
      tunnelsPath: directory.makeEmptyDirectory("storage/Tunnel"),
      pinnedCallsSocket: files.pinnedCallsSocket,
      readinessSocket: files.readinessSocket,
      ...(ingressPort !== undefined && { ingressAddress: joinHostPort(bind, ingressPort) }),
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
  directory.write("workerd.bin", compiled(textFile));
  return connection;
}

function compiled(textFile: string): Uint8Array {
  try {
    return compileConfig(textFile);
  } catch (error) {
    throw new CliError(`the control plane did not start: ${errorMessage(error)}`);
  }
}

/** The port, or a free one for 0; throws CliError if this process may not listen there. */
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
      reject(new CliError(known[error.code ?? ""] ?? `cannot listen on ${joinHostPort(bind, port)}: ${error.message}`));
    });
    server.listen({ host: bind, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : port));
    });
  });
}
