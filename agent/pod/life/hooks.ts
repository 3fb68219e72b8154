/** Lifecycle hooks: postStart runs alongside a container's command, preStop before its stop signal. */
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "../../../api/error-message.ts";
import type { Container, LifecycleHandler, Pod } from "../../../api/generated/core.v1.ts";
import { goQuote } from "../../../api/machinery/field-error.ts";
import { timerMs } from "../../longest-timer.ts";
import { printPod } from "../../pod-spec/containers.ts";
import { getHttp } from "../../probes/http-probe.ts";
import { portNumber } from "../../probes/probe.ts";
import type { Runtime } from "../../runtime/runtime.ts";

export interface HookContext {
  readonly runtime: Pick<Runtime, "execSync">;
  readonly containerId: string;
  readonly pod: Pod;
  readonly container: Container;
  readonly podIP: string;
}

const HTTP_SECONDS = 30;
const AGENT = "kube-lifecycle/1.36";

/** Fails with the kubelet's message. The caller must limit how long it waits: a hook runs until its container ends. */
export async function runHook(handler: LifecycleHandler, context: HookContext): Promise<void> {
  const { exec, httpGet } = handler;
  const where = `for Container "${context.container.name}" in Pod "${printPod(context.pod)}" failed - error:`;
  if (exec !== undefined) {
    const command = exec.command ?? [];
    const { why, output } = await runCommand(command, context);
    if (why === undefined) return;
    throw new Error(`Exec lifecycle hook ([${command.join(" ")}]) ${where} ${why}, message: ${goQuote(output)}`);
  }
  if (httpGet !== undefined) {
    const why = await callHttp(httpGet, context);
    if (why !== undefined) throw new Error(`HTTP lifecycle hook (${httpGet.path ?? ""}) ${where} ${why}`);
  }
  if (handler.sleep !== undefined) await sleep(timerMs(handler.sleep.seconds * 1000), undefined, { ref: false });
}

/** Why it failed, if it did. */
async function runCommand(command: readonly string[], { runtime, containerId }: HookContext) {
  try {
    const { exitCode, output, stderr } = await runtime.execSync(containerId, command, 0);
    if (exitCode === 0) return { output: "" };
    return { why: `command '${command.join(" ")}' exited with ${exitCode}: ${stderr}`, output: `${output}` };
  } catch (error) {
    return { why: errorMessage(error), output: "" };
  }
}

/** Why the call failed. Any response counts as success, as with the kubelet. */
async function callHttp(
  httpGet: NonNullable<LifecycleHandler["httpGet"]>,
  { container, podIP }: HookContext,
): Promise<string | undefined> {
  const port = portNumber(httpGet.port ?? 80, container);
  if (port === undefined) return `couldn't find port: ${httpGet.port}`;
  const requested = { port, seconds: HTTP_SECONDS, agent: AGENT };
  const outcome = await getHttp(httpGet, podIP, requested);
  if (outcome.responded) return undefined;
  if (httpGet.scheme !== "HTTPS" || outcome.isNotTls !== true) return outcome.output;
  // Hooks used to be called without TLS regardless of the scheme. Such manifests still work, but without credentials.
  const httpHeaders = httpGet.httpHeaders?.filter(({ name }) => name.toLowerCase() !== "authorization");
  const again = await getHttp({ ...httpGet, scheme: "HTTP", ...(httpHeaders && { httpHeaders }) }, podIP, requested);
  return again.responded ? undefined : again.output;
}
