/**
 * Refuses pods that are bound to this node and cannot run here, no matter who bound them. They are decided one after
 * another, each against those admitted before; a critical pod may preempt others.
 */

import { errorMessage } from "../../api/error-message.ts";
import type { Pod } from "../../api/generated/core.v1.ts";
import { InTurn } from "../../api/in-turn.ts";
import type { DeviceManager } from "../devices/device-manager.ts";
import { qosOf } from "../pod-spec/qos.ts";
import { isCritical, whyNotUnder } from "../pressure/choose-victim.ts";
import { choosePreempted, printLacks } from "./choose-preempted.ts";
import { type AdmittingNode, checkPod, type Lack, type Refusal, whyNoAppArmor, whyNoSysctls } from "./predicates.ts";

export interface AdmissionOptions {
  readonly node: () => AdmittingNode;
  readonly pressures: () => ReadonlySet<string>;
  readonly isShuttingDown: () => boolean;
  readonly devices: Pick<DeviceManager, "setAside" | "free">;
  /** The admitted pods except for the one with that uid, each with its allocated resources. */
  readonly others: (uid: string) => readonly Pod[];
  /** Ends a pod in favour of another; settles when its containers have ended. */
  readonly preempt: (pod: Pod) => Promise<void>;
}

const SHUTTING_DOWN: Refusal = {
  reason: "NodeShutdown",
  message: "Pod was rejected as the node is shutting down.",
};

const unexpected = (message: string): Refusal => ({ reason: "UnexpectedAdmissionError", message });

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #turns = new InTurn();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Why the node will not run the pod; undefined: it will. `onAdmitted` is called before the next pod is decided. */
  decide(pod: Pod, onAdmitted: () => void): Promise<Refusal | undefined> {
    return this.#turns.run(async () => {
      const refusal = await this.#decide(pod);
      if (refusal === undefined) onAdmitted();
      else this.#options.devices.free(pod.metadata.uid ?? "");
      return refusal;
    });
  }

  async #decide(pod: Pod): Promise<Refusal | undefined> {
    const { node, pressures, isShuttingDown, others } = this.#options;
    if (isShuttingDown()) return SHUTTING_DOWN;
    const pressed = whyNotUnder(pressures(), pod, qosOf(pod));
    if (pressed !== undefined) return { reason: "Evicted", message: pressed };
    const early = whyNoSysctls(pod) ?? (await this.#setDevicesAside(pod));
    if (early !== undefined) return early;
    const { refusal, lacks } = checkPod(pod, node(), others(pod.metadata.uid ?? ""));
    if (refusal !== undefined) {
      if (lacks.length === 0 || !isCritical(pod)) return refusal;
      const failed = await this.#makeRoom(pod, lacks);
      if (failed !== undefined) return failed;
    }
    return whyNoAppArmor(pod, node());
  }

  async #setDevicesAside(pod: Pod): Promise<Refusal | undefined> {
    try {
      await this.#options.devices.setAside(pod);
      return undefined;
    } catch (error) {
      return unexpected(`Allocate failed due to ${errorMessage(error)}, which is unexpected`);
    }
  }

  async #makeRoom(pod: Pod, lacks: readonly Lack[]): Promise<Refusal | undefined> {
    const { others, preempt } = this.#options;
    const chosen = choosePreempted(pod, others(pod.metadata.uid ?? ""), lacks);
    if (!chosen.ok)
      return unexpected(
        `Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: ${printLacks(chosen.missing)}`,
      );
    for (const one of chosen.pods) await preempt(one);
    return undefined;
  }
}
