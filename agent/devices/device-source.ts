/** A source of devices of one kind: a vendor's plugin, or the machine itself. */
import type { Device as ContainerDevice, Mount } from "../runtime/container.ts";

export interface Device {
  readonly id: string;
  readonly healthy: boolean;
  /** Those that the device is near; absent: not known. */
  readonly numaNodes?: readonly number[];
}

/** What a container gets along with its devices. */
export interface DeviceGrant {
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly devices: readonly ContainerDevice[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly cdiDevices: readonly string[];
}

export interface DeviceSource {
  readonly devices: readonly Device[];
  /** Which of the available devices fit together best; none: any. */
  prefer(available: readonly string[], count: number): Promise<readonly string[]>;
  grant(ids: readonly string[]): Promise<DeviceGrant>;
  /** The container is about to start or restart. */
  beforeStart(ids: readonly string[]): Promise<void>;
}
