/**
 * A driver's reports of its devices' health, while they are valid: a device that is not reported again in time, or at
 * all, is Unknown.
 */
import type { ResourceHealth } from "../../api/generated/core.v1.ts";

/** The kubelet's default, if a driver sets no timeout. */
const HOLDS_SECONDS = 30;
/** The API's limit, in characters. */
const MAX_MESSAGE_LENGTH = 1024;
const CUT = "...";

export interface DeviceName {
  readonly pool_name: string;
  readonly device_name: string;
}

/** As reported by drivers. */
export interface HealthReport {
  readonly device: DeviceName | null;
  readonly health: "UNKNOWN" | "HEALTHY" | "UNHEALTHY";
  readonly health_check_timeout_seconds: number;
  readonly message: string;
}

export type Health = Pick<ResourceHealth, "health" | "message">;

interface Word {
  readonly health: Health;
  /** On the monotonic clock. */
  readonly until: number;
}

const UNKNOWN: Health = { health: "Unknown" };
const NAMES = { UNKNOWN: "Unknown", HEALTHY: "Healthy", UNHEALTHY: "Unhealthy" };

const keyOf = ({ pool_name, device_name }: DeviceName): string => `${pool_name}/${device_name}`;

function healthOf({ health, message }: HealthReport): Health {
  const short =
    message.length <= MAX_MESSAGE_LENGTH ? message : message.slice(0, MAX_MESSAGE_LENGTH - CUT.length) + CUT;
  return { health: NAMES[health], ...(short === "" ? {} : { message: short }) };
}

const isSame = (a: Health, b: Health): boolean => a.health === b.health && a.message === b.message;

export class DeviceHealth {
  readonly #words = new Map<string, Word>();

  /** Returns whether anything is new. Devices not in the report keep their last state. */
  update(reports: readonly HealthReport[], now: number): boolean {
    let changed = false;
    for (const report of reports) {
      if (report.device === null) continue;
      const health = healthOf(report);
      const { health_check_timeout_seconds: asked } = report;
      changed ||= !isSame(this.of(report.device, now), health);
      this.#words.set(keyOf(report.device), { health, until: now + (asked > 0 ? asked : HOLDS_SECONDS) * 1000 });
    }
    return changed;
  }

  of(device: DeviceName, now: number): Health {
    const word = this.#words.get(keyOf(device));
    return word === undefined || now > word.until ? UNKNOWN : word.health;
  }

  /** When the first report expires; undefined: never. */
  nextEnd(now: number): number | undefined {
    const ends = [...this.#words.values()].map(({ until }) => until).filter((until) => until >= now);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** The driver has stopped reporting. */
  clear(): void {
    this.#words.clear();
  }
}
