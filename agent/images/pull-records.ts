/**
 * Who may use the images that this node has pulled. An image that required credentials is for pods that bring them, or
 * that can pull it themselves; otherwise a pod would get what another's secret paid for. Images that were here before
 * the node are for all.
 */
import { readFileSync } from "node:fs";
import { writeWhole } from "../files/write-whole.ts";
import type { CredentialMark } from "./pull-credentials.ts";

/** By repository: all pods, or those with one of these credentials. */
type Users = Readonly<Record<string, "everybody" | readonly CredentialMark[]>>;

interface Kept {
  /** By image id. */
  readonly images: Readonly<Record<string, Users>>;
  /**
   * Names of images whose pull with credentials has begun: an agent that was killed meanwhile does not know the
   * outcome.
   */
  readonly pulling: readonly string[];
}

const NOTHING: Kept = { images: {}, pulling: [] };

export class PullRecords {
  readonly #file: string | undefined;
  #kept: Kept;

  /** Without a file, records last as long as the agent. */
  constructor(file?: string) {
    this.#file = file;
    this.#kept = file === undefined ? NOTHING : readKept(file);
  }

  /** The ids of recorded images. */
  get ids(): readonly string[] {
    return Object.keys(this.#kept.images);
  }

  /** Credentials are about to be used for an image. */
  begins(image: string): void {
    if (!this.#kept.pulling.includes(image)) this.#keep({ pulling: [...this.#kept.pulling, image] });
  }

  /** The image could not be pulled. */
  failed(image: string): void {
    if (this.#kept.pulling.includes(image))
      this.#keep({ pulling: this.#kept.pulling.filter((name) => name !== image) });
  }

  /** `mark` is that of the credentials that the pull required; absent: none. */
  pulled(id: string, image: string, mark: CredentialMark | undefined): void {
    const { images, pulling } = this.#kept;
    const repository = repositoryOf(image);
    const users = images[id] ?? {};
    const before = users[repository] ?? [];
    const others = before === "everybody" ? [] : before.filter(({ secret }) => secret !== mark?.secret);
    const now = before === "everybody" || mark === undefined ? "everybody" : [...others, mark];
    this.#keep({
      images: { ...images, [id]: { ...users, [repository]: now } },
      pulling: pulling.filter((name) => name !== image),
    });
  }

  mayUse(id: string, image: string, marks: readonly CredentialMark[]): boolean {
    const users = this.#kept.images[id];
    if (users === undefined) return !this.#kept.pulling.includes(image);
    const known = users[repositoryOf(image)] ?? [];
    if (known === "everybody") return true;
    const own = marks.find((mark) => known.some(({ secret, hash }) => secret === mark.secret || hash === mark.hash));
    if (own === undefined) return false;
    const isNew = !known.some(({ secret, hash }) => secret === own.secret && hash === own.hash);
    if (isNew) this.pulled(id, image, own);
    return true;
  }

  /** The images are gone. */
  forget(ids: readonly string[]): void {
    const left = Object.entries(this.#kept.images).filter(([id]) => !ids.includes(id));
    if (left.length < this.ids.length) this.#keep({ images: Object.fromEntries(left) });
  }

  #keep(change: Partial<Kept>): void {
    const kept = { ...this.#kept, ...change };
    if (this.#file !== undefined) writeWhole(this.#file, JSON.stringify(kept));
    this.#kept = kept;
  }
}

/** The name without its tag and digest. */
const repositoryOf = (image: string): string => image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");

function readKept(file: string): Kept {
  try {
    return { ...NOTHING, ...JSON.parse(readFileSync(file, "utf8")) };
  } catch {
    return NOTHING;
  }
}
