/**
 * /sailplane/v1/store/…: operations on a cluster's store (docs/spec/backup.md). These are not resources: they are
 * authorized by path, and by default only cluster administrators have access.
 */
import type { Context } from "hono";
import { type BackupObject, type Held, parseBackupObject, type RestoreReport, WENT_BACK } from "../../../api/backup.ts";
import {
  badRequest,
  failure,
  internalError,
  methodNotAllowed,
  requestTooLarge,
} from "../../../api/machinery/status.ts";
import { storeStreamUrls } from "../../../api/store/store-stream.ts";
import { ApiError } from "../../api-error.ts";
import { deploymentOf } from "../../bootstrap/deployment.ts";
import { ensureSystemObjects } from "../../bootstrap/ensure.ts";
import { settingsOf } from "../../policy/cluster-settings.ts";
import { shardsOf } from "../../policy/cluster-shards.ts";
import { knownPolicy } from "../../policy/snapshot.ts";
import { ownStore, storeObjects } from "../../storage/cluster-stores.ts";
import { restoreShards } from "../../storage/restore-shards.ts";
import type { Bindings } from "../bindings.ts";
import { isFresh } from "./fresh-cluster.ts";
import { OWNERS, preservingOwners } from "./preserved-owners.ts";
import { wholeBackup } from "./whole-backup.ts";

/** Nodes that joined since the backup stay. */
const SPARED = { untouched: OWNERS, undeleted: ["nodes"] };

/** Per upload. A line is an object of at most 1.5 MiB, quoted once more. */
const MAX_UPLOAD_BYTES = 8 * 1024 * 1024;

const MAX_MOMENTS = 1000;

/** The headers that a store sends with a backup of its own. */
const BACKUP = { "Content-Type": "application/x-ndjson", "Content-Encoding": "identity" };

const storeOf = (c: Context<Bindings>) => c.env.CLUSTER_STORE.getByName(c.get("cluster"));

/** The caller was authorized by the cluster's policy, which is therefore known. */
const shardsHere = (c: Context<Bindings>) => shardsOf(knownPolicy(c.get("cluster")));

const storesHere = (c: Context<Bindings>) => storeObjects(c.env, c.get("cluster"), shardsHere(c));

async function heldHere(c: Context<Bindings>): Promise<readonly Held[]> {
  const held = await Promise.all(storesHere(c).map(([, store]) => store.held()));
  return held.flat();
}

/** GET /sailplane/v1/store/check: whether log and objects are consistent. */
export async function serveCheck(c: Context<Bindings>): Promise<Response> {
  allow(c, "GET");
  const [[, own], ...shards] = storesHere(c);
  const whole = await own.check();
  if (shards.length === 0) return c.json(whole);
  const reports = [];
  for (const [shard = "", store] of shards) reports.push({ shard, ...(await store.check()) });
  return c.json({
    ...whole,
    objects: reports.reduce((sum, { objects }) => sum + objects, whole.objects),
    entries: reports.reduce((sum, { entries }) => sum + entries, whole.entries),
    faults: [...whole.faults, ...reports.flatMap(({ shard, faults }) => faults.map((fault) => `${shard}: ${fault}`))],
    shards: Object.fromEntries(reports.map(({ shard, revision, oldest }) => [shard, { revision, oldest }])),
  });
}

/** GET /sailplane/v1/store/moments?most=N: revisions that can be read exactly, with their times. */
export async function serveMoments(c: Context<Bindings>): Promise<Response> {
  allow(c, "GET");
  const most = Number(c.req.query("most") ?? 100);
  if (!Number.isSafeInteger(most) || most < 2 || most > MAX_MOMENTS)
    throw new ApiError(badRequest(`most: must be a whole number from 2 to ${MAX_MOMENTS}`));
  return c.json({ moments: await storeOf(c).moments(most) });
}

/** GET /sailplane/v1/store/backup: all objects at one revision. */
export async function serveBackup(c: Context<Bindings>): Promise<Response> {
  allow(c, "GET");
  const body = JSON.stringify({ without: OWNERS });
  const backupOf = (store: ReturnType<typeof storeOf>) =>
    store.fetch(new Request(storeStreamUrls.backup, { method: "POST", body }));
  const stores = storesHere(c);
  if (stores.length > 1) {
    const backups = stores.map(async ([shard, store]) => ({ shard, lines: (await backupOf(store)).body }));
    return new Response(wholeBackup(await Promise.all(backups)), { headers: BACKUP });
  }
  const response = await backupOf(storeOf(c));
  // The headers of an answer from an object are immutable.
  return new Response(response.body, response);
}

/**
 * /sailplane/v1/store/restores/ID, where ID is the backup's checksum. POST `{force}` begins or resumes it, PUT
 * `?from=N` uploads lines from the Nth object on; both answer `{staged}`.
 */
export async function serveRestore(c: Context<Bindings>): Promise<Response> {
  const id = restoreId(c);
  const store = storeOf(c);
  if (c.req.method === "POST") {
    const { force } = await bodyOf<{ readonly force?: unknown }>(c);
    if (force !== true) mustBeFresh(await heldHere(c));
    return c.json({ staged: await store.beginRestore(id) });
  }
  allow(c, "PUT");
  const from = Number(c.req.query("from"));
  if (!Number.isSafeInteger(from) || from < 0) throw new ApiError(badRequest("from: must be a whole number"));
  const objects = parseLines(await textOf(c));
  await limitRestore(c, objects);
  return c.json({ staged: await store.stageRestore(id, from, objects) });
}

/** A cluster's limits are set by its owner, and a backup crafted by its administrator must not exceed them. */
async function limitRestore(c: Context<Bindings>, objects: readonly BackupObject[]): Promise<void> {
  const policy = knownPolicy(c.get("cluster"));
  const limits = policy && settingsOf(policy)?.limits;
  if (!limits) return;
  const bytes = objects.reduce((sum, [, , , , , text]) => sum + text.length, 0);
  const over = await storeOf(c).overRestoreLimit(restoreId(c), { objects: objects.length, bytes }, limits);
  if (over !== undefined) throw new ApiError(failure(403, "Forbidden", `the cluster is at its limit: ${over}`));
}

/** POST /sailplane/v1/store/restores/ID/commit `{objects}`: replaces all current objects with the uploaded ones. */
export async function serveRestoreCommit(c: Context<Bindings>): Promise<Response> {
  allow(c, "POST");
  const { objects, force } = await bodyOf<{ readonly objects?: unknown; readonly force?: unknown }>(c);
  if (typeof objects !== "number") throw new ApiError(badRequest("objects: must be a whole number"));
  const store = storeOf(c);
  if (force !== true) mustBeFresh(await heldHere(c));
  const id = restoreId(c);
  const shards = storesHere(c).flatMap(([shard, apart]) => (shard === undefined ? [] : [{ shard, store: apart }]));
  const staged = shards.length > 0 ? await store.stagedCount(id) : objects;
  // Shards come first: uploaded objects stay staged until the cluster's main store has taken them.
  const reports = staged === objects ? await restoreShards(store, id, { shards, spared: SPARED }) : [];
  const untouched = [...SPARED.untouched, ...shardsHere(c)];
  const report = await store.finishRestore(id, { objects, spared: { ...SPARED, untouched } });
  if (typeof report === "number") {
    throw new ApiError(failure(409, "Conflict", `${report} of ${objects} objects are uploaded`));
  }
  await complete(c);
  return c.json(reports.reduce(sumOf, report));
}

/** An older version of the control plane, or another deployment, had other system objects. */
const complete = async (c: Context<Bindings>): Promise<void> =>
  ensureSystemObjects(ownStore(c.env, c.get("cluster")), Date.now(), await deploymentOf(c.env, c.get("cluster")));

/** POST /sailplane/v1/store/rewind `{time}`: restores the state of that moment, where the platform keeps it. */
export async function serveRewind(c: Context<Bindings>): Promise<Response> {
  allow(c, "POST");
  const { time } = await bodyOf<{ readonly time?: unknown }>(c);
  const moment = typeof time === "string" ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(moment) || moment > Date.now())
    throw new ApiError(badRequest("time: must be a moment that has been"));
  const { revision } = await storeOf(c).status();
  const [, ...shards] = storesHere(c).keys();
  await preservingOwners(
    () => storeOf(c),
    () => rewindStore(() => storeOf(c), moment),
  );
  for (const place of shards) await rewindStore(() => storesHere(c)[place]?.[1] ?? storeOf(c), moment);
  await complete(c);
  return c.json({ revision: revision + 1, time: new Date(moment).toISOString() });
}

/** `store` returns a new stub for each call, since a stub whose call was aborted cannot be used again. */
async function rewindStore(store: () => ReturnType<typeof storeOf>, moment: number): Promise<void> {
  const { revision } = await store().status();
  // A store that rewinds aborts this call: an answer means that it cannot.
  const broken = await store()
    .rewind(moment)
    .catch((error: Error) => error.message);
  if (broken === false) throw new ApiError(failure(501, "NotImplemented", NO_REWIND));
  // Whatever aborted it: forgetting history does no harm, while reusing revisions would.
  await store().advance((revision + 1) as typeof revision);
  if (!broken.includes(WENT_BACK)) throw new ApiError(internalError(`the store may not have gone back: ${broken}`));
}

const sumOf = (report: RestoreReport, other: RestoreReport): RestoreReport => ({
  revision: report.revision,
  created: report.created + other.created,
  replaced: report.replaced + other.replaced,
  deleted: report.deleted + other.deleted,
  unchanged: report.unchanged + other.unchanged,
});

const NO_REWIND =
  "this control plane keeps no past states: going back to a moment is there on Cloudflare only; restore a backup instead";

function allow(c: Context<Bindings>, method: string): void {
  if (c.req.method !== method) throw new ApiError(methodNotAllowed());
}

function restoreId(c: Context<Bindings>): string {
  const id = c.req.param("id") ?? "";
  if (!/^[0-9a-f]{64}$/.test(id)) throw new ApiError(badRequest("a restore is named by the SHA-256 of its backup"));
  return id;
}

async function textOf(c: Context<Bindings>): Promise<string> {
  const body = await c.req.raw.arrayBuffer();
  if (body.byteLength > MAX_UPLOAD_BYTES) throw new ApiError(requestTooLarge(`limit is ${MAX_UPLOAD_BYTES} bytes`));
  return new TextDecoder().decode(body);
}

async function bodyOf<T>(c: Context<Bindings>): Promise<T> {
  try {
    const body: unknown = JSON.parse((await textOf(c)) || "{}");
    if (typeof body === "object" && body !== null) return body as T;
  } catch (error) {
    if (error instanceof ApiError) throw error;
  }
  throw new ApiError(badRequest("the body must be a JSON object"));
}

function parseLines(text: string): BackupObject[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const object = parseBackupObject(line);
      if (!object) throw new ApiError(badRequest(`line ${index + 1} of the upload is not an object of a backup`));
      return object;
    });
}

function mustBeFresh(held: readonly Held[]): void {
  const there = held.filter((some) => !isFresh(some));
  if (there.length === 0) return;
  const [first] = there;
  const where = first?.namespace ? ` in namespace ${first.namespace}` : "";
  const what = first && `${first.objects} ${first.resource}${where}`;
  throw new ApiError(
    failure(
      409,
      "Conflict",
      `the cluster is not empty (${what}, among others): to lose all that it holds, say --force`,
    ),
  );
}
