/** Image volumes: pulled like a container's own image, and mounted read-only. */
import type { ImageVolumeSource, Pod } from "../../api/generated/core.v1.ts";
import type { EventRecorder } from "../event-recorder.ts";
import type { ImageOutcome, ImagePuller } from "../images/image-puller.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { RuntimeError } from "../runtime/runtime-error.ts";

export interface ImagePlace {
  readonly directory: string;
  /** The pod is to end: it no longer waits for the image. */
  readonly signal: AbortSignal;
}

export interface ImageMounts {
  /** Returns the state of the image, which is mounted if it is present. */
  mount(pod: Pod, source: ImageVolumeSource, to: ImagePlace): Promise<ImageOutcome | "aborted">;
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
    mount: async (pod, { reference = "", pullPolicy }, { directory, signal }) => {
      if (runtime.mountImage === undefined) throw new RuntimeError("this node's runtime cannot mount images");
      const wanted = {
        name: "",
        image: reference,
        ...(pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy }),
      };
      const outcome = await puller.ensure(pod, wanted, {
        objects: objects(pod.metadata.namespace ?? ""),
        recordEvent: (type, reason, message) => events.record({ pod }, type, reason, message),
        signal,
      });
      if (outcome !== "aborted" && outcome.ok) await runtime.mountImage(outcome.image.id, directory);
      return outcome;
    },
    unmount: async (directory) => runtime.unmountImage?.(directory),
  };
}
