/** Follows a driver's health reports for as long as the driver is there. */
import type { GrpcChannel } from "../grpc/channel.ts";
import { GrpcCode } from "../grpc/grpc-error.ts";
import { UnixService } from "../grpc/unix-service.ts";
import { timerMs } from "../longest-timer.ts";
import { steadyNow } from "../steady-now.ts";
import { DeviceHealth, type DeviceName, type Health, type HealthReport } from "./device-health.ts";
import { HEALTH_PROTO } from "./dra-proto.ts";

/** The kubelet's retry delay. */
const AGAIN_MS = 5000;

export class HealthWatch {
  readonly #service: UnixService;
  readonly #health = new DeviceHealth();
  readonly #onChange: () => void;
  #again: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(channel: GrpcChannel, onChange: () => void) {
    this.#service = new UnixService(HEALTH_PROTO, ["DRAResourceHealth"], channel);
    this.#onChange = onChange;
    this.#follow();
  }

  of(device: DeviceName): Health {
    return this.#health.of(device, steadyNow());
  }

  #follow(): void {
    this.#service.follow<{ readonly devices: readonly HealthReport[] }>(
      "NodeWatchResources",
      {},
      {
        onMessage: ({ devices }) => {
          const changed = this.#health.update(devices, steadyNow());
          this.#awaitEnd();
          if (changed) this.#onChange();
        },
        onEnd: (error) => {
          if (this.#closed) return;
          const spoke = this.#health.nextEnd(steadyNow()) !== undefined;
          this.#health.clear();
          this.#awaitEnd();
          if (spoke) this.#onChange();
          // Few drivers report health.
          if (error?.code === GrpcCode.Unimplemented) return;
          this.#again = setTimeout(() => this.#follow(), AGAIN_MS).unref();
        },
      },
    );
  }

  /** Expiry is not reported by anybody, so it is timed here. */
  #awaitEnd(): void {
    clearTimeout(this.#end);
    const now = steadyNow();
    const end = this.#health.nextEnd(now);
    if (end === undefined) return;
    const timer = setTimeout(
      () => {
        this.#onChange();
        this.#awaitEnd();
      },
      timerMs(end - now + 1),
    );
    this.#end = timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    clearTimeout(this.#end);
  }
}
