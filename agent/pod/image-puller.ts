/** Images for containers: pull policies, credentials, and the back-off after a failed pull. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import type { ImageObservation, RegistryCredentials, Runtime } from "../runtime/runtime.ts";
import { type BackOff, backOffEnd, nextBackOff } from "./back-off.ts";
import type { PodObjects } from "./env.ts";
import { registryAndRest, whyNoImageName } from "./image-name.ts";
import type { Waiting } from "./local.ts";

export type ImageOutcome =
  | { readonly ok: true; readonly image: ImageObservation }
  | { readonly ok: false; readonly waiting: Waiting; readonly retryAt: number };

type Tell = (type: "Normal" | "Warning", reason: string, message: string) => void;

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

interface AuthEntry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
}

/** The credentials of the pod's pull secrets for the image's registry. */
export function pullCredentials(pod: Pod, objects: PodObjects, image: string): RegistryCredentials[] {
  const { registry } = registryAndRest(image);
  const isFor = (server: string) => {
    const host = server.replace(/^https?:\/\//, "").split("/")[0] ?? "";
    return host === registry || (registry === "docker.io" && host.endsWith("docker.io"));
  };
  return (pod.spec.imagePullSecrets ?? []).flatMap(({ name = "" }) => {
    const data = objects.secret(name)?.data ?? {};
    const json = data[".dockerconfigjson"];
    const legacy = data[".dockercfg"];
    try {
      const auths: Record<string, AuthEntry> =
        json !== undefined
          ? (JSON.parse(Buffer.from(json, "base64").toString()).auths ?? {})
          : legacy !== undefined
            ? JSON.parse(Buffer.from(legacy, "base64").toString())
            : {};
      return Object.entries(auths)
        .filter(([server]) => isFor(server))
        .map(([serverAddress, { username, password, auth, identitytoken }]) => {
          const [user, ...rest] = auth === undefined ? [] : Buffer.from(auth, "base64").toString().split(":");
          return {
            serverAddress,
            username: username ?? user ?? "",
            password: password ?? rest.join(":"),
            ...(identitytoken === undefined ? {} : { identityToken: identitytoken }),
          };
        });
    } catch {
      return [];
    }
  });
}

export class ImagePuller {
  readonly #runtime: Runtime;
  /** By pod uid and image. */
  readonly #failures = new Map<string, Failure>();
  /** One pull at a time of an image, whoever asks. */
  readonly #pulls = new Map<string, Promise<ImageObservation>>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  forget(uid: string): void {
    for (const key of this.#failures.keys()) if (key.startsWith(`${uid} `)) this.#failures.delete(key);
  }

  async ensure(pod: Pod, container: Container, objects: PodObjects, tell: Tell): Promise<ImageOutcome> {
    const image = container.image ?? "";
    const wrong = whyNoImageName(image);
    if (wrong !== undefined) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${wrong}`;
      tell("Warning", "InspectFailed", message);
      tell("Warning", "Failed", "Error: InvalidImageName");
      return { ok: false, waiting: { reason: "InvalidImageName", message }, retryAt: Date.now() + RETRY_MS };
    }
    const policy = policyOf(container);
    const present = policy === "Always" ? undefined : await this.#runtime.imageStatus(image);
    if (present !== undefined) {
      tell("Normal", "Pulled", `Container image "${image}" already present on machine and can be accessed by the pod`);
      return { ok: true, image: present };
    }
    if (policy === "Never") {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      tell("Warning", "ErrImageNeverPull", message);
      tell("Warning", "Failed", "Error: ErrImageNeverPull");
      return { ok: false, waiting: { reason: "ErrImageNeverPull", message }, retryAt: Date.now() + RETRY_MS };
    }
    const key = `${pod.metadata.uid} ${image}`;
    const failure = this.#failures.get(key);
    const end = failure === undefined ? undefined : backOffEnd(failure.backOff, failure.at, Date.now());
    if (failure !== undefined && end !== undefined) {
      tell("Normal", "BackOff", `Back-off pulling image "${image}"`);
      tell("Warning", "Failed", "Error: ImagePullBackOff");
      const message = `Back-off pulling image "${image}": ${failure.message}`;
      return { ok: false, waiting: { reason: "ImagePullBackOff", message }, retryAt: end };
    }
    return this.#pull(key, pod, image, objects, tell);
  }

  async #pull(key: string, pod: Pod, image: string, objects: PodObjects, tell: Tell): Promise<ImageOutcome> {
    tell("Normal", "Pulling", `Pulling image "${image}"`);
    const started = Date.now();
    try {
      const pulled = await this.#pullOnce(image, pullCredentials(pod, objects, image));
      this.#failures.delete(key);
      const took = `${((Date.now() - started) / 1000).toFixed(3)}s`;
      tell(
        "Normal",
        "Pulled",
        `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.size} bytes.`,
      );
      return { ok: true, image: pulled };
    } catch (error) {
      const message = (error as Error).message;
      const now = Date.now();
      const before = this.#failures.get(key);
      this.#failures.set(key, {
        backOff: nextBackOff(before?.backOff, now, now),
        at: now,
        message: `ErrImagePull: ${message}`,
      });
      tell("Warning", "Failed", `Failed to pull image "${image}": ${message}`);
      tell("Warning", "Failed", "Error: ErrImagePull");
      return { ok: false, waiting: { reason: "ErrImagePull", message }, retryAt: now + SHOW_BACK_OFF_MS };
    }
  }

  #pullOnce(image: string, credentials: readonly RegistryCredentials[]): Promise<ImageObservation> {
    const key = JSON.stringify([image, credentials]);
    const running = this.#pulls.get(key);
    if (running !== undefined) return running;
    const pull = (async () => {
      let failure: unknown;
      for (const one of credentials.length === 0 ? [undefined] : credentials) {
        try {
          return await this.#runtime.pullImage(image, one);
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    })().finally(() => this.#pulls.delete(key));
    this.#pulls.set(key, pull);
    return pull;
  }
}
