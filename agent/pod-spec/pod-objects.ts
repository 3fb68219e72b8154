import type { ConfigMap, PersistentVolumeClaim, Secret, Service } from "../../api/generated/core.v1.ts";

/** The objects that a pod refers to, as the agent has them; undefined if they do not exist. */
export interface PodObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
  claim(name: string): PersistentVolumeClaim | undefined;
  services(): readonly Service[];
}

export interface VolumeFile {
  /** On the machine. */
  readonly path: string;
  /** Absent: there is no such file, or it is not readable. */
  readonly text?: string;
}
