/** The volume cannot be set up yet: the message of a FailedMount event. */
export class VolumeError extends Error {
  override readonly name: string = "VolumeError";
}

/** The source of the volume cannot be determined: the message is about the pod, not about the mount. */
export class VolumeUnprocessed extends VolumeError {
  override readonly name = "VolumeUnprocessed";
  readonly volume: string;
  constructor(volume: string, message: string) {
    super(message);
    this.volume = volume;
  }
}

/** A PersistentVolume cannot be set up: the kubelet names it in place of the pod's volume. */
export class PersistentVolumeError extends VolumeError {
  override readonly name = "PersistentVolumeError";
  readonly volume: string;
  constructor(volume: string, { message }: Error) {
    super(message);
    this.volume = volume;
  }
}

/** Not an error: it takes a moment. */
export class VolumePending extends VolumeError {
  override readonly name = "VolumePending";
}
