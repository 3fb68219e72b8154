/**
 * The datagrams by which nodes find out whether they can reach each other: an authenticated question and its answer.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/** Differs from the first byte of all VXLAN frames. */
const MAGIC = "Sail";
const KINDS = ["ask", "answer"] as const;
const WAYS = ["route", "vxlan"] as const;
const ID = 8;
const PROOF = 16;

export type ProbedWay = (typeof WAYS)[number];

export interface Probe {
  readonly kind: (typeof KINDS)[number];
  readonly way: ProbedWay;
  /** Its sender. */
  readonly from: string;
  /** The question's, random. */
  readonly id: Buffer;
}

export const probeKey = (secret: Buffer): Buffer => Buffer.from(hkdfSync("sha256", secret, "", "sailplane probe", 32));

const proofOf = (body: Buffer, key: Buffer): Buffer =>
  createHmac("sha256", key).update(body).digest().subarray(0, PROOF);

export function renderProbe({ kind, way, from, id }: Probe, key: Buffer): Buffer {
  const head = Buffer.from([KINDS.indexOf(kind), WAYS.indexOf(way)]);
  const body = Buffer.concat([Buffer.from(MAGIC), head, id, Buffer.from(from)]);
  return Buffer.concat([body, proofOf(body, key)]);
}

/** `keyOf`: the key of the claimed sender. Undefined if it is not a probe, or not authentic. */
export function parseProbe(message: Buffer, keyOf: (node: string) => Buffer | undefined): Probe | undefined {
  const start = MAGIC.length + 2 + ID;
  if (message.length <= start + PROOF || message.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
  const kind = KINDS[message[MAGIC.length] ?? KINDS.length];
  const way = WAYS[message[MAGIC.length + 1] ?? WAYS.length];
  const body = message.subarray(0, -PROOF);
  const from = body.toString("utf8", start);
  const key = keyOf(from);
  if (kind === undefined || way === undefined || key === undefined) return undefined;
  if (!timingSafeEqual(proofOf(body, key), message.subarray(-PROOF))) return undefined;
  return { kind, way, from, id: body.subarray(start - ID, start) };
}
