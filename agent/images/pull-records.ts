/**
 * Who may use the images that this node has pulled. An image that required credentials is for pods that bring them, or
 * that can pull it themselves; otherwise a pod would get what another's secret paid for. Images that were here before
 * the node are for all.
 */
import { readJson } from "../files/read-json.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { CredentialMark } from "./pull-credentials.ts";

/** By repository: all pods, or those with one of these credentials. */
type Users = Readonly<Record<string, "everybody" | readonly CredentialMark[]>>;

interface Records {
  /** By image id. */
  readonly images: Readonly<Record<string, Users>>;
  /**
   * Names of images whose pull with credentials has begun: an agent that was killed meanwhile does not know the
   * outcome.
   */
  readonly pulling: readonly string[];
}

const NOTHING: Records = { images: {}, pulling: [] };

export class PullRecords {
  readonly #file: string | undefined;
  #records: Records;
  /** How many pulls with credentials are under way, by image name: several pods may bring different ones. */
  readonly #underWay = new Map<string, number>();

  /** Without a file, records last as long as the agent. */
  constructor(file?: string) {
    this.#file = file;
    this.#records = file === undefined ? NOTHING : readRecords(file);
  }

  /** The ids of recorded images. */
  get ids(): readonly string[] {
    return Object.keys(this.#records.images);
  }

  /** Credentials are about to be used for an image. */
  begins(image: string): void {
    this.#underWay.set(image, (this.#underWay.get(image) ?? 0) + 1);
    if (!this.#records.pulling.includes(image)) this.#save({ pulling: [...this.#records.pulling, image] });
  }

  /** A pull with credentials has ended, and its outcome is recorded. */
  ends(image: string): void {
    const left = (this.#underWay.get(image) ?? 0) - 1;
    if (left > 0) {
      this.#underWay.set(image, left);
      return;
    }
    this.#underWay.delete(image);
    this.#save({ pulling: this.#without(image) });
  }

  readonly #without = (image: string) => this.#records.pulling.filter((name) => name !== image);

  /** `mark` is that of the credentials that the pull required; absent: none. */
  pulled(id: string, image: string, mark: CredentialMark | undefined): void {
    const { images } = this.#records;
    const repository = repositoryOf(image);
    const users = images[id] ?? {};
    const before = users[repository] ?? [];
    const others = before === "everybody" ? [] : before.filter(({ secret }) => secret !== mark?.secret);
    const now = before === "everybody" || mark === undefined ? "everybody" : [...others, mark];
    this.#save({
      images: { ...images, [id]: { ...users, [repository]: now } },
      ...(!this.#underWay.has(image) && { pulling: this.#without(image) }),
    });
  }

  mayUse(id: string, image: string, marks: readonly CredentialMark[]): boolean {
    const users = this.#records.images[id];
    if (users === undefined) return !this.#records.pulling.includes(image);
    const known = users[repositoryOf(image)] ?? [];
    if (known === "everybody") return true;
    const own = marks.find((mark) => known.some(({ secret, hash }) => secret === mark.secret || hash === mark.hash));
    if (own === undefined) return false;
    const isNew = !known.some(({ secret, hash }) => secret === own.secret && hash === own.hash);
    if (isNew) this.pulled(id, image, own);
    return true;
  }

  /** The images are gone. */
  delete(ids: readonly string[]): void {
    const left = Object.entries(this.#records.images).filter(([id]) => !ids.includes(id));
    if (left.length < this.ids.length) this.#save({ images: Object.fromEntries(left) });
  }

  #save(change: Partial<Records>): void {
    const records = { ...this.#records, ...change };
    if (this.#file !== undefined) writeWhole(this.#file, JSON.stringify(records));
    this.#records = records;
  }
}

/** The name without its tag and digest. */
const repositoryOf = (image: string): string => image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");

const readRecords = (file: string): Records => ({ ...NOTHING, ...readJson<Partial<Records>>(file) });
