/** Images for containers: pull policies, credentials, and the back-off after a failed pull. */
import { errorMessage } from "../../api/error-message.ts";
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import { aggregateText } from "../../api/machinery/status.ts";
import { formatDuration } from "../../api/machinery/time/duration.ts";
import { type BackOff, backOffEnd, nextBackOff } from "../back-off.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";
import type { Waiting } from "../pod-spec/waiting.ts";
import type { ImageObservation } from "../runtime/image.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { RuntimeError } from "../runtime/runtime-error.ts";
import { steadyNow } from "../steady-now.ts";
import { whyNoImageName } from "./image-name.ts";
import { type PullCredential, pullCredentials } from "./pull-credentials.ts";
import { PullRecords } from "./pull-records.ts";
import { PullTurns } from "./pull-turns.ts";
import { SharedPulls } from "./shared-pulls.ts";

export type ImageOutcome =
  | { readonly ok: true; readonly image: ImageObservation }
  | { readonly ok: false; readonly waiting: Waiting; readonly retryAt: number };

export interface PullContext {
  readonly objects: PodObjects;
  readonly recordEvent: (type: "Normal" | "Warning", reason: string, message: string) => void;
  /** The pod is to end: it no longer waits for its images. */
  readonly signal: AbortSignal;
}

interface Failure {
  readonly backOff: BackOff;
  readonly at: number;
  readonly message: string;
}

const RETRY_MS = 10_000;
/** How soon a failed pull is shown as backing off. */
const SHOW_BACK_OFF_MS = 1000;

const policyOf = ({ imagePullPolicy, image = "" }: Container): string =>
  imagePullPolicy ?? (/(:latest|^[^:]+)$/.test(image.split("/").at(-1) ?? "") ? "Always" : "IfNotPresent");

/** Prefixes of runtimes' errors that CRI defines for missing images. */
const PULL_FAILURES = {
  RegistryUnavailable: "the registry is unavailable",
  SignatureValidationFailed: "the signature validation failed",
};

function pullFailure(image: string, message: string): Waiting {
  for (const [reason, why] of Object.entries(PULL_FAILURES))
    if (message.startsWith(reason))
      return { reason, message: `image pull failed for ${image} because ${why}${message.slice(reason.length)}` };
  return { reason: "ErrImagePull", message };
}

interface Wanted {
  readonly image: string;
  readonly credentials: readonly PullCredential[];
}

/** How long a pull took: by itself, and since it was wanted. */
const printTimes = (began: number, wanted: number): string => {
  const now = steadyNow();
  return `${formatDuration(now - began)} (${formatDuration(now - wanted)} including waiting)`;
};

export class ImagePuller {
  readonly #runtime: Runtime;
  /** By pod uid and image. */
  readonly #failures = new Map<string, Failure>();
  readonly #pulls = new SharedPulls();
  readonly #turns = new PullTurns();
  readonly #records: PullRecords;

  constructor(runtime: Runtime, records = new PullRecords()) {
    this.#runtime = runtime;
    this.#records = records;
  }

  delete(uid: string): void {
    for (const key of this.#failures.keys()) if (key.startsWith(`${uid} `)) this.#failures.delete(key);
  }

  /** The caller reports the outcome. */
  async ensure(pod: Pod, container: Container, context: PullContext): Promise<ImageOutcome | "aborted"> {
    const { objects, recordEvent } = context;
    const image = container.image ?? "";
    const wrong = whyNoImageName(image);
    if (wrong !== undefined) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${wrong}`;
      recordEvent("Warning", "InspectFailed", message);
      return { ok: false, waiting: { reason: "InvalidImageName", message }, retryAt: steadyNow() + RETRY_MS };
    }
    const policy = policyOf(container);
    let present: ImageObservation | undefined;
    try {
      present = policy === "Always" ? undefined : await this.#runtime.imageStatus(image);
    } catch (error) {
      // The kubelet leaves the name empty as well.
      const message = `Failed to inspect image "": ${errorMessage(error)}`;
      recordEvent("Warning", "InspectFailed", message);
      return { ok: false, waiting: { reason: "ImageInspectError", message }, retryAt: steadyNow() + RETRY_MS };
    }
    const credentials = pullCredentials(pod, objects, image);
    const marks = credentials.map(({ mark }) => mark);
    if (present !== undefined && this.#records.mayUse(present.id, image, marks)) {
      recordEvent(
        "Normal",
        "Pulled",
        `Container image "${image}" already present on machine and can be accessed by the pod`,
      );
      return { ok: true, image: present };
    }
    if (policy === "Never") {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      recordEvent("Warning", "ErrImageNeverPull", message);
      return { ok: false, waiting: { reason: "ErrImageNeverPull", message }, retryAt: steadyNow() + RETRY_MS };
    }
    const key = `${pod.metadata.uid} ${image}`;
    const failure = this.#failures.get(key);
    const end = failure === undefined ? undefined : backOffEnd(failure.backOff, failure.at, steadyNow());
    if (failure !== undefined && end !== undefined) {
      recordEvent("Normal", "BackOff", `Back-off pulling image "${image}"`);
      const message = `Back-off pulling image "${image}": ${failure.message}`;
      return { ok: false, waiting: { reason: "ImagePullBackOff", message }, retryAt: end };
    }
    return this.#pull(key, { image, credentials }, context);
  }

  async #pull(key: string, wanted: Wanted, { recordEvent, signal }: PullContext): Promise<ImageOutcome | "aborted"> {
    const { image } = wanted;
    recordEvent("Normal", "Pulling", `Pulling image "${image}"`);
    const since = steadyNow();
    let began = since;
    const begin = (cancelled: AbortSignal) =>
      this.#turns.take(() => {
        began = steadyNow();
        return this.#pullRecorded(wanted, cancelled);
      });
    try {
      const pulled = await this.#pulls.join(JSON.stringify(wanted), begin, signal);
      if (pulled === "aborted") return pulled;
      this.#failures.delete(key);
      const took = printTimes(began, since);
      recordEvent(
        "Normal",
        "Pulled",
        `Successfully pulled image "${image}" in ${took}. Image size: ${pulled.size} bytes.`,
      );
      return { ok: true, image: pulled };
    } catch (error) {
      const { message } = error as Error;
      const now = steadyNow();
      const backOff = nextBackOff(this.#failures.get(key)?.backOff, now, now);
      const waiting = pullFailure(image, message);
      this.#failures.set(key, { backOff, at: now, message: `${waiting.reason}: ${waiting.message}` });
      recordEvent("Warning", "Failed", `Failed to pull image "${image}": ${message}`);
      return { ok: false, waiting, retryAt: now + SHOW_BACK_OFF_MS };
    }
  }

  async #pullRecorded({ image, credentials }: Wanted, cancelled: AbortSignal): Promise<ImageObservation> {
    if (credentials.length === 0) {
      const pulled = await this.#runtime.pullImage(image, undefined, cancelled);
      this.#records.pulled(pulled.id, image, undefined);
      return pulled;
    }
    this.#records.begins(image);
    try {
      const { pulled, mark } = await this.#pullWithAny({ image, credentials }, cancelled);
      this.#records.pulled(pulled.id, image, mark);
      return pulled;
    } finally {
      this.#records.ends(image);
    }
  }

  /** With the first credentials that are accepted. */
  async #pullWithAny({ image, credentials: all }: Wanted, cancelled: AbortSignal) {
    const failures: string[] = [];
    for (const { mark, credentials } of all) {
      try {
        return { pulled: await this.#runtime.pullImage(image, credentials, cancelled), mark };
      } catch (error) {
        failures.push(errorMessage(error));
      }
    }
    throw new RuntimeError(aggregateText(failures));
  }
}
