/**
 * Who may use the images that this node has pulled. One that took credentials is for pods that bring them, or that can pull it
 * themselves: else a pod would get what another's secret bought. Images that were here before the node are for all.
 */
import { readFileSync } from "node:fs";
import { writeWhole } from "../write-whole.ts";
import type { CredentialMark } from "./pull-credentials.ts";

/** By repository: all pods, or those with one of these credentials. */
type Users = Readonly<Record<string, "everybody" | readonly CredentialMark[]>>;

export class PullRecords {
  readonly #file: string | undefined;
  /** By the image's id. */
  #records: Readonly<Record<string, Users>>;

  /** Without a file they last as long as the agent. */
  constructor(file?: string) {
    this.#file = file;
    this.#records = file === undefined ? {} : readRecords(file);
  }

  /** `mark` is of the credentials that the pull took; absent: it took none. */
  pulled(id: string, repository: string, mark: CredentialMark | undefined): void {
    const users = this.#records[id] ?? {};
    const before = users[repository] ?? [];
    if (before === "everybody") return;
    const others = before.filter(({ secret }) => secret !== mark?.secret);
    this.#keep({ ...this.#records, [id]: { ...users, [repository]: mark ? [...others, mark] : "everybody" } });
  }

  mayUse(id: string, repository: string, marks: readonly CredentialMark[]): boolean {
    const users = this.#records[id];
    if (users === undefined) return true;
    const known = users[repository] ?? [];
    if (known === "everybody") return true;
    const own = marks.find((mark) => known.some(({ secret, hash }) => secret === mark.secret || hash === mark.hash));
    if (own === undefined) return false;
    const isNew = !known.some(({ secret, hash }) => secret === own.secret && hash === own.hash);
    if (isNew) this.pulled(id, repository, own);
    return true;
  }

  /** Forgets images that are gone. */
  keepOnly(ids: ReadonlySet<string>): void {
    const left = Object.entries(this.#records).filter(([id]) => ids.has(id));
    if (left.length < Object.keys(this.#records).length) this.#keep(Object.fromEntries(left));
  }

  #keep(records: Readonly<Record<string, Users>>): void {
    if (this.#file !== undefined) writeWhole(this.#file, JSON.stringify(records));
    this.#records = records;
  }
}

function readRecords(file: string): Readonly<Record<string, Users>> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
