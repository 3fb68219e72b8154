/** Volumes that are the files of an image: pulled as a container's own is, and mounted for reading. */
import type { ImageVolumeSource, Pod } from "../../api/generated/core.v1.ts";
import type { ImageOutcome, ImagePuller } from "../images/image-puller.ts";
import type { PodObjects } from "../pod/config/env/env.ts";
import type { EventRecorder } from "../pod/status/events.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { RuntimeError } from "../runtime/runtime-error.ts";

export interface ImageMounts {
  /** Answers what became of the image, which is mounted where it is there. */
  mount(pod: Pod, source: ImageVolumeSource, directory: string): Promise<ImageOutcome>;
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
      if (runtime.mountImage === undefined) throw new RuntimeError("this node's runtime cannot mount images");
      const wanted = {
        name: "",
        image: reference,
        ...(pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy }),
      };
      const outcome = await puller.ensure(pod, wanted, objects(pod.metadata.namespace ?? ""), (type, reason, message) =>
        events.record({ pod }, type, reason, message),
      );
      if (outcome.ok) await runtime.mountImage(outcome.image.id, directory);
      return outcome;
    },
    unmount: async (directory) => runtime.unmountImage?.(directory),
  };
}
