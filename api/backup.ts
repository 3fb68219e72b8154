/**
 * A backup: lines of JSON (rule BACKUP-FORM in docs/spec/backup.md). A head, one line per object, `{"end":true}`; the
 * file that `sailplane backup` writes ends with one more line, `{"sha256":…}` of all bytes before it.
 */
import type { GroupResource, Revision } from "./store/store.ts";

export const BACKUP_FORMAT = 1;

export interface BackupHead {
  readonly sailplaneBackup: typeof BACKUP_FORMAT;
  readonly cluster: string;
  /** The revision of all objects. */
  readonly revision: Revision;
  readonly objects: number;
  /** RFC 3339. */
  readonly time: string;
  /** The revisions of shards. A restore need not know them. */
  readonly shards?: Readonly<Record<GroupResource, Revision>>;
}

/**
 * An object as the store keeps it, byte for byte: `attributes` and `text` are JSON, and the text's resourceVersion is
 * `revision`.
 */
export type BackupObject = readonly [
  resource: GroupResource,
  namespace: string,
  name: string,
  revision: Revision,
  attributes: string,
  text: string,
];

export const BACKUP_END = '{"end":true}';

export function parseBackupHead(line: string): BackupHead | undefined {
  const head = parse(line) as Partial<BackupHead> | undefined;
  return head?.sailplaneBackup === BACKUP_FORMAT && Number.isSafeInteger(head.objects)
    ? (head as BackupHead)
    : undefined;
}

export function parseBackupObject(line: string): BackupObject | undefined {
  const fields = parse(line);
  if (!Array.isArray(fields) || fields.length !== 6) return undefined;
  const [resource, namespace, name, revision, attributes, text] = fields;
  const texts = [resource, namespace, name, attributes, text];
  if (!texts.every((field) => typeof field === "string") || !Number.isSafeInteger(revision)) return undefined;
  if (resource === "" || name === "" || !text.includes(`"resourceVersion":"${revision}"`)) return undefined;
  return isAttributes(parse(attributes)) ? (fields as unknown as BackupObject) : undefined;
}

const isAttributes = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "labels" in value && "fields" in value;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The result of a restore. */
export interface RestoreReport {
  readonly revision: Revision;
  readonly created: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** The number of objects of a resource in a namespace. */
export interface Held {
  readonly resource: GroupResource;
  readonly namespace: string;
  readonly objects: number;
}

/** The error with which calls to a store end when it is rewound. */
export const WENT_BACK = "the cluster goes back in time";
