import type { Server } from "node:https";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";
import { callApi, explainUnreachable } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { isWildcard } from "../control-plane/identity.ts";
import { writeDurably } from "../control-plane/write-durably.ts";
import { pathFromHere } from "../path-from-here.ts";
import { Progress } from "../progress.ts";
import { readProxied } from "../proxy/proxied-kubeconfig.ts";
import { proxyCertificate } from "../proxy/proxy-certificate.ts";
import { untilInterrupted } from "../signals.ts";
import { systemReason } from "../system-reason.ts";
import { dataDirectoryOption, parsePort } from "./options.ts";

interface ProxyOptions {
  readonly dataDir: string;
  readonly kubeconfig?: string;
  readonly bind: string;
  readonly port: number;
}

export const proxyCommand = (): Command =>
  new Command("proxy")
    .summary("let programs that speak only SPDY exec, attach, copy and port-forward")
    .description(
      "Forwards requests from this machine to a control plane, until Ctrl-C, and translates SPDY, which a control plane without servers cannot accept: that of kubectl before 1.31, and of many programs written in Go. Containers need no proxy: what they ask of kubernetes.default.svc is translated on their node.",
    )
    .addOption(dataDirectoryOption())
    .addOption(new Option("--kubeconfig <file>", "where it leads, in place of DIR/kubeconfig: its current context"))
    .addOption(
      new Option("--bind <address>", "the address to listen on; 0.0.0.0 accepts other machines").default("127.0.0.1"),
    )
    .addOption(new Option("-p, --port <number>", "its port; 0 chooses a free one").argParser(parsePort).default(6444))
    .addHelpText(
      "after",
      `
Beside the kubeconfig it writes KUBECONFIG.proxy, with the same users, and the proxy as the server.

Whoever reaches "kubectl proxy" acts as you, so that rejects hosts and paths. This one has no credentials, and rejects
nothing: programs send their own, over TLS, as to the control plane itself. KUBECONFIG.proxy.key is the key of the authority
of its certificate, kept so that programs trust a proxy that was started again.

Examples:
  sailplane proxy                              beside .sailplane/kubeconfig
  KUBECONFIG=.sailplane/kubeconfig.proxy kubectl exec -it web -- sh
  sailplane proxy --kubeconfig ~/.kube/config  for any cluster of this kind`,
    )
    .action(proxy);

async function proxy({ dataDir, kubeconfig, bind, port }: ProxyOptions): Promise<void> {
  const interrupted = untilInterrupted();
  const progress = new Progress(process.stdout, process.env);
  const file = kubeconfig ?? `${dataDir}/kubeconfig`;
  const { upstream, through } = readProxied(file);
  progress.begin("control plane", upstream.server);
  await explainUnreachable(upstream, callApi(upstream, { method: "GET", path: "/readyz" }));
  progress.end("control plane", upstream.server);

  const { ForwardedRequests } = await import("../../agent/control-plane/forwarded-requests.ts");
  const { onContainedFault } = await import("../../agent/contained-faults.ts");
  const { Forwarder } = await import("../../agent/api-forwarding/forwarder.ts");
  const calls = new ForwardedRequests(upstream);
  const forwarder = new Forwarder(calls);
  const { key, certificate: cert, ca } = proxyCertificate(`${file}.proxy.key`, bind, new Date());
  forwarder.server.setSecureContext({ key, cert });
  const server = await listen(forwarder.server, bind, port);
  try {
    writeDurably(`${file}.proxy`, through({ server, ca }));
  } catch (error) {
    throw new CliError(`cannot write ${file}.proxy: ${systemReason(error)}`);
  }
  progress.print(
    `  ${progress.bold(`export KUBECONFIG=${pathFromHere(resolve(`${file}.proxy`))}`)}   leads to ${server}`,
  );
  progress.print("\nCtrl-C ends it.");
  const stopListening = onContainedFault(({ where, error }) =>
    progress.warn("proxy", `an error ended ${where}: ${error.stack}`),
  );
  await interrupted;
  stopListening();
  forwarder.close();
  calls.close();
}

/** Resolves to its address, for this machine. */
function listen(server: Server, bind: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(
        new CliError(
          isTaken
            ? `port ${port} on ${bind} is in use; choose another --port`
            : `cannot listen on ${bind}: ${error.message}`,
        ),
      );
    });
    server.listen(port, bind, () => {
      const bound = server.address();
      const actual = typeof bound === "object" && bound ? bound.port : port;
      resolve(`https://${joinHostPort(isWildcard(bind) ? "127.0.0.1" : bind, actual)}`);
    });
  });
}
