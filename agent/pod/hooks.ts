/** Lifecycle hooks: postStart beside a container's command, preStop before its stop signal. */
import type { Container, LifecycleHandler } from "../../api/generated/core.v1.ts";
import { getHttp, portNumber } from "../probes/probe.ts";
import type { Runtime } from "../runtime/runtime.ts";

export interface HookContext {
  readonly runtime: Runtime;
  readonly containerId: string;
  readonly container: Container;
  readonly podIP: string;
}

const HTTP_SECONDS = 30;
const AGENT = "kube-lifecycle/1.36";

/** Fails with what went wrong. `seconds` bounds it; 0 is no bound. */
export async function runHook(handler: LifecycleHandler, context: HookContext, seconds: number): Promise<void> {
  const { runtime, containerId, container, podIP } = context;
  if (handler.exec !== undefined) {
    const command = handler.exec.command ?? [];
    const { exitCode, output } = await runtime.execSync(containerId, command, seconds);
    if (exitCode !== 0)
      throw new Error(`command '${command.join(" ")}' exited with ${exitCode}: ${output.toString("utf8").trim()}`);
    return;
  }
  if (handler.httpGet !== undefined) {
    const port = portNumber(handler.httpGet.port ?? 80, container);
    if (port === undefined) throw new Error(`couldn't find port: ${handler.httpGet.port}`);
    const outcome = await getHttp(handler.httpGet, podIP, { port, seconds: seconds || HTTP_SECONDS, agent: AGENT });
    // Whatever it answers, it was called (as under the kubelet).
    if (!outcome.answered) throw new Error(outcome.output);
    return;
  }
  if (handler.sleep !== undefined) {
    const wanted = handler.sleep.seconds;
    await new Promise((resolve) => setTimeout(resolve, (seconds > 0 ? Math.min(wanted, seconds) : wanted) * 1000));
  }
}
