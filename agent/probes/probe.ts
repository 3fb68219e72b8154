/** One probe of a container, with its outcome in the kubelet's words. */

import { connect } from "node:net";
import { errorMessage } from "../../api/error-message.ts";
import type { Container, Probe } from "../../api/generated/core.v1.ts";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";
import { timerMs } from "../longest-timer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { ExecTimeout } from "../runtime/runtime-error.ts";
import { dialError } from "./go-errors.ts";
import { probeGrpc } from "./grpc-health.ts";
import { getHttp } from "./http-probe.ts";
import type { ProbeOutcome } from "./probe-outcome.ts";

export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
  readonly runtime: Runtime;
}

const MAX_OUTPUT_LENGTH = 10 * 1024;

/** A port by number or by the name of a container's port. */
export function portNumber(port: number | string | undefined, container: Container): number | undefined {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port ?? "") ? Number(port) : undefined);
}

async function probeExec(command: readonly string[], { runtime, containerId }: ProbeTarget, seconds: number) {
  try {
    const { exitCode, output } = await runtime.execSync(containerId, command, seconds);
    return { ok: exitCode === 0, output: output.toString("utf8", 0, MAX_OUTPUT_LENGTH) };
  } catch (error) {
    if (error instanceof ExecTimeout)
      return { ok: false, output: `command timed out: "${command.join(" ")}" timed out after ${seconds}s` };
    return { ok: false, errored: true, output: errorMessage(error) };
  }
}

function probeTcp(host: string, port: number, seconds: number): Promise<ProbeOutcome> {
  const address = joinHostPort(host, port);
  return new Promise<ProbeOutcome>((resolve) => {
    const socket = connect({ host, port });
    const finish = (outcome: ProbeOutcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(timerMs(seconds * 1000), () => finish({ ok: false, output: `dial tcp ${address}: i/o timeout` }));
    socket.once("connect", () => finish({ ok: true, output: "" }));
    socket.once("error", (error) => finish({ ok: false, output: dialError(error, address) }));
    // An impossible port or host.
  }).catch((error: Error): ProbeOutcome => ({ ok: false, output: `dial tcp ${address}: ${error.message}` }));
}

export async function runProbe(probe: Probe, target: ProbeTarget): Promise<ProbeOutcome> {
  if (target.runtime.simulates) return { ok: true, output: "" };
  const seconds = probe.timeoutSeconds ?? 1;
  const { container, podIP } = target;
  if (probe.exec !== undefined) return probeExec(probe.exec.command ?? [], target, seconds);
  if (probe.httpGet !== undefined) {
    const port = portNumber(probe.httpGet.port, container);
    if (port === undefined) return noPort(probe.httpGet.port);
    return getHttp(probe.httpGet, podIP, { port, seconds, agent: "kube-probe/1.36" });
  }
  if (probe.tcpSocket !== undefined) {
    const port = portNumber(probe.tcpSocket.port, container);
    if (port === undefined) return noPort(probe.tcpSocket.port);
    return probeTcp(probe.tcpSocket.host || podIP, port, seconds);
  }
  if (probe.grpc !== undefined) {
    const { port, service = "" } = probe.grpc;
    return probeGrpc({ host: podIP, port, address: joinHostPort(podIP, port), service, seconds });
  }
  return { ok: false, errored: true, output: `missing probe handler for container ${container.name}` };
}

const noPort = (port: number | string | undefined): ProbeOutcome => ({
  ok: false,
  errored: true,
  // The kubelet shows Go's error for a name that is not a number.
  output: `strconv.Atoi: parsing ${JSON.stringify(String(port))}: invalid syntax`,
});
