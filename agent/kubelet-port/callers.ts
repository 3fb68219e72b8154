/** Who calls the kubelet's port and what they may do, as the API server says: reviews, remembered as by a kubelet. */
import { createHash } from "node:crypto";
import type { TokenReview, UserInfo } from "../../api/generated/authentication.v1.ts";
import type { SubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { Refusal } from "../streams/refusal.ts";
import { Remembered } from "./remembered.ts";

/** The defaults of a kubelet's webhooks. */
const IDENTITY_MS = 120_000;
const ALLOWED_MS = 300_000;
const DENIED_MS = 30_000;
/** Under way at once. Unknown tokens must not keep the API server busy. */
const MOST_REVIEWS = 16;

export class Callers {
  readonly #client: Pick<ApiClient, "create">;
  readonly #nodeName: string;
  /** By the token's digest. */
  readonly #identities = new Remembered<UserInfo | "unknown">();
  readonly #permissions = new Remembered<boolean>();
  #reviews = 0;

  constructor(client: Pick<ApiClient, "create">, nodeName: string) {
    this.#client = client;
    this.#nodeName = nodeName;
  }

  /** Undefined: nobody has that token. Fails if the API server cannot say. */
  async identify(token: string): Promise<UserInfo | undefined> {
    const digest = createHash("sha256").update(token).digest("base64");
    let identity = this.#identities.get(digest);
    if (identity === undefined) {
      identity = await this.#review(token);
      this.#identities.set(digest, identity, IDENTITY_MS);
    }
    return identity === "unknown" ? undefined : identity;
  }

  async permits(user: UserInfo, verb: string, subresource: string): Promise<boolean> {
    const asked = JSON.stringify([user, verb, subresource]);
    const known = this.#permissions.get(asked);
    if (known !== undefined) return known;
    const { username = "", groups = [], uid = "", extra = {} } = user;
    const resourceAttributes = { verb, version: "v1", resource: "nodes", subresource, name: this.#nodeName };
    const review = await this.#ask<SubjectAccessReview>("subjectaccessreviews.authorization.k8s.io", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      metadata: {},
      spec: { user: username, groups, uid, extra, resourceAttributes },
      status: { allowed: false },
    });
    const { allowed } = review.status;
    this.#permissions.set(asked, allowed, allowed ? ALLOWED_MS : DENIED_MS);
    return allowed;
  }

  async #review(token: string): Promise<UserInfo | "unknown"> {
    const { status } = await this.#ask<TokenReview>("tokenreviews.authentication.k8s.io", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      metadata: {},
      spec: { token },
      status: {},
    });
    return (status.authenticated === true && status.user) || "unknown";
  }

  async #ask<Review extends TokenReview | SubjectAccessReview>(
    resource: Parameters<ApiClient["create"]>[0]["resource"],
    review: Review,
  ): Promise<Review> {
    if (this.#reviews >= MOST_REVIEWS)
      throw new Refusal(429, "TooManyRequests", "too many requests whose callers are not known yet, try again later");
    this.#reviews++;
    try {
      const outcome = await this.#client.create({ resource }, review);
      if (!outcome.ok) throw new Error(outcome.status.message);
      return outcome.object;
    } catch {
      throw new Refusal(503, "ServiceUnavailable", "the API server does not say who this is and what they may do");
    } finally {
      this.#reviews--;
    }
  }
}
