/** Whether the container runtime answers: while it does not, the node is not Ready, as with a kubelet. */
import type { Logger } from "../logger.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { steadyNow } from "../steady-now.ts";

/** The kubelet's threshold. */
const SILENCE_MS = 30_000;
const LOOK_MS = 5000;
const DOWN = "container runtime is down";

export interface RuntimeHealthOptions {
  readonly runtime: Pick<Runtime, "respondedAt" | "version">;
  readonly onChange: () => void;
  readonly log: Logger;
}

export class RuntimeHealth {
  readonly #options: RuntimeHealthOptions;
  #timer: NodeJS.Timeout | undefined;
  #isDown = false;

  constructor(options: RuntimeHealthOptions) {
    this.#options = options;
  }

  /** Why the node takes no pods; undefined: the runtime is not the reason. */
  get trouble(): string | undefined {
    return this.#isDown ? DOWN : undefined;
  }

  /** Regular calls to the runtime show its health; only one that has been silent for long is probed explicitly. */
  start(): void {
    if (this.#options.runtime.respondedAt === undefined) return;
    this.#timer = setInterval(() => void this.look(steadyNow()), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async look(now: number): Promise<void> {
    const { runtime, onChange, log } = this.#options;
    const isSilent = now - (runtime.respondedAt?.() ?? now) > SILENCE_MS;
    const isDown = isSilent && !(await this.#isResponsive());
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    log.warn(
      isDown ? "the container runtime does not answer; its pods keep running" : "the container runtime answers again",
    );
    onChange();
  }

  #isResponsive(): Promise<boolean> {
    return this.#options.runtime.version().then(
      () => true,
      () => false,
    );
  }
}
