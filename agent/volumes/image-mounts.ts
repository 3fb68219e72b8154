/** Volumes that are the files of an image: pulled as a container's image is, and mounted for reading. */
import type { ImageVolumeSource, Pod } from "../../api/generated/core.v1.ts";
import type { PodObjects } from "../pod/env.ts";
import type { EventRecorder } from "../pod/events.ts";
import type { ImagePuller } from "../pod/image-puller.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { VolumeError } from "./payload.ts";

export interface ImageMounts {
  /** Fails with {@link VolumeError}. */
  mount(pod: Pod, source: ImageVolumeSource, directory: string): Promise<void>;
  unmount(directory: string): Promise<void>;
}

export function imageMounts({
  runtime,
  puller,
  events,
  objects,
}: {
  readonly runtime: Runtime;
  readonly puller: ImagePuller;
  readonly events: EventRecorder;
  readonly objects: (namespace: string) => PodObjects;
}): ImageMounts {
  return {
    mount: async (pod, { reference = "", pullPolicy }, directory) => {
      if (runtime.mountImage === undefined) throw new VolumeError("this node's runtime cannot mount images");
      const wanted = {
        name: "",
        image: reference,
        ...(pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy }),
      };
      const outcome = await puller.ensure(pod, wanted, objects(pod.metadata.namespace ?? ""), (type, reason, message) =>
        events.record({ pod }, type, reason, message),
      );
      if (!outcome.ok) throw new VolumeError(`${outcome.waiting.reason}: ${outcome.waiting.message}`);
      await runtime.mountImage(outcome.image.id, directory);
    },
    unmount: async (directory) => runtime.unmountImage?.(directory),
  };
}
