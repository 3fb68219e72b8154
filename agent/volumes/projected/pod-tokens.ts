/** The service account tokens of a pod's projected volumes, each renewed in time. */
import { errorMessage } from "../../../api/error-message.ts";
import type { Pod, Volume } from "../../../api/generated/core.v1.ts";
import { VolumeError } from "../../mounts/volume-error.ts";

export interface TokenSource {
  /** A token for the pod, and when to request the next one (by the steady clock, ms). */
  token(
    pod: Pod,
    request: { readonly audience: string | undefined; readonly expirationSeconds: number },
  ): Promise<Held>;
}

interface Held {
  readonly token: string;
  readonly renewAt: number;
}

const DEFAULT_SECONDS = 3600;
const RETRY_MS = 30_000;

export class PodTokens {
  readonly #source: TokenSource;
  /** By volume and path. */
  readonly #held = new Map<string, Held>();

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** When the next one must be renewed (ms). */
  get renewAt(): number | undefined {
    const times = [...this.#held.values()].map(({ renewAt }) => renewAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** By path. */
  async of(pod: Pod, volume: Volume, now: number): Promise<ReadonlyMap<string, string>> {
    const tokens = new Map<string, string>();
    for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
      if (serviceAccountToken === undefined) continue;
      const { path, audience, expirationSeconds = DEFAULT_SECONDS } = serviceAccountToken;
      const key = `${volume.name}/${path}`;
      let held = this.#held.get(key);
      if (held === undefined || held.renewAt <= now) {
        try {
          held = await this.#source.token(pod, { audience, expirationSeconds });
        } catch (error) {
          // Without the control plane, the old token stays for as long as it is valid.
          if (held === undefined) throw new VolumeError(`failed to fetch token: ${errorMessage(error)}`);
          held = { ...held, renewAt: now + RETRY_MS };
        }
        this.#held.set(key, held);
      }
      tokens.set(path, held.token);
    }
    return tokens;
  }

  clear(): void {
    this.#held.clear();
  }
}
