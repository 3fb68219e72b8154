/** Lifecycle hooks: postStart beside a container's command, preStop before its stop signal. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Container, LifecycleHandler } from "../../../api/generated/core.v1.ts";
import { getHttp, portNumber } from "../../probes/probe.ts";
import type { Runtime } from "../../runtime/runtime.ts";

export interface HookContext {
  readonly runtime: Pick<Runtime, "execSync">;
  readonly containerId: string;
  readonly container: Container;
  readonly podIP: string;
}

const HTTP_SECONDS = 30;
const AGENT = "kube-lifecycle/1.36";

/** Fails with what went wrong. Whoever waits for it bounds it: it goes on until its container ends. */
export async function runHook(handler: LifecycleHandler, context: HookContext): Promise<void> {
  const { runtime, containerId, container, podIP } = context;
  if (handler.exec !== undefined) {
    const command = handler.exec.command ?? [];
    const { exitCode, output } = await runtime.execSync(containerId, command, 0);
    if (exitCode !== 0)
      throw new Error(`command '${command.join(" ")}' exited with ${exitCode}: ${output.toString("utf8").trim()}`);
    return;
  }
  if (handler.httpGet !== undefined) {
    const port = portNumber(handler.httpGet.port ?? 80, container);
    if (port === undefined) throw new Error(`couldn't find port: ${handler.httpGet.port}`);
    const asked = { port, seconds: HTTP_SECONDS, agent: AGENT };
    const outcome = await getHttp(handler.httpGet, podIP, asked);
    // Whatever it answers, it was called (as under the kubelet).
    if (outcome.answered) return;
    if (handler.httpGet.scheme !== "HTTPS" || outcome.isNotTls !== true) throw new Error(outcome.output);
    // Hooks were once called without TLS whatever they said: what was written then still works, without its credentials.
    const httpHeaders = handler.httpGet.httpHeaders?.filter(({ name }) => name.toLowerCase() !== "authorization");
    const plain = { ...handler.httpGet, scheme: "HTTP", ...(httpHeaders && { httpHeaders }) };
    const again = await getHttp(plain, podIP, asked);
    if (!again.answered) throw new Error(again.output);
    return;
  }
  if (handler.sleep !== undefined) await sleep(handler.sleep.seconds * 1000, undefined, { ref: false });
}
