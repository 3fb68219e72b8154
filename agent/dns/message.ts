/**
 * DNS messages (RFC 1035, RFC 6891): queries with a single question, as clients send them, and answers with the record
 * types of clusters.
 */

export const TYPES = { A: 1, CNAME: 5, SOA: 6, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, ANY: 255 } as const;
const RCODES = { ok: 0, formatError: 1, serverFailure: 2, noSuchName: 3, notImplemented: 4 } as const;
export type Rcode = keyof typeof RCODES;

const IN = 1;
const OPT = 41;
const HEADER = 12;
const MAX_NAME_BYTES = 255;
/** The limit of a UDP answer without EDNS. */
const PLAIN_UDP = 512;
/** What fits into a packet everywhere. */
const MAX_UDP_BYTES = 1232;

export interface Query {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  /** Lower case, without a trailing dot. */
  readonly name: string;
  readonly type: number;
  readonly isInternet: boolean;
  /** The question as sent, to be repeated: clients check its case. */
  readonly question: Buffer;
  /** The longest UDP answer that the client accepts; undefined: it does not use EDNS. */
  readonly udpSize: number | undefined;
}

export type RecordData =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "PTR"; readonly target: string }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: "TXT"; readonly text: string }
  | { readonly type: "SOA"; readonly zone: string; readonly serial: number };

export type ResourceRecord = RecordData & { readonly name: string; readonly ttl: number };

export interface Answer {
  readonly rcode: Rcode;
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
}

/** Undefined if the bytes are not a single question, which deserves no answer. */
export function parseQuery(message: Buffer): Query | undefined {
  if (message.length < HEADER) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0 || message.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63 || at + 1 + length > message.length || at - HEADER > MAX_NAME_BYTES)
      return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString("latin1", at, at + length).toLowerCase());
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  return {
    id: message.readUInt16BE(0),
    opcode: (flags >> 11) & 15,
    recursionDesired: (flags & 0x100) !== 0,
    name: labels.join("."),
    type: message.readUInt16BE(at),
    isInternet: message.readUInt16BE(at + 2) === IN,
    question: message.subarray(HEADER, at + 4),
    udpSize: ednsSize(message, at + 4),
  };
}

/** In every client's query, OPT is the first additional record. */
function ednsSize(message: Buffer, at: number): number | undefined {
  const isAlone = message.readUInt16BE(6) === 0 && message.readUInt16BE(8) === 0 && message.readUInt16BE(10) > 0;
  if (!isAlone || at + 11 > message.length || message[at] !== 0 || message.readUInt16BE(at + 1) !== OPT)
    return undefined;
  return Math.max(PLAIN_UDP, message.readUInt16BE(at + 3));
}

export function encodeName(name: string): Buffer {
  if (name === "") return Buffer.from([0]);
  const labels = name.split(".").map((label) => {
    const bytes = Buffer.from(label, "latin1").subarray(0, 63);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...labels, Buffer.from([0])]);
}

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => {
    bytes.writeUInt16BE(value, i * 2);
  });
  return bytes;
};
const numbers = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value >>> 0, i * 4);
  });
  return bytes;
};

function addressBytes(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const parse = (text: string) => (text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16)));
  const [left, right] = [parse(head), parse(tail ?? "")];
  return words(...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right);
}

function encodeData(record: ResourceRecord): Buffer {
  switch (record.type) {
    case "A":
    case "AAAA":
      return addressBytes(record.address);
    case "CNAME":
    case "PTR":
      return encodeName(record.target);
    case "SRV":
      return Buffer.concat([words(record.priority, record.weight, record.port), encodeName(record.target)]);
    case "TXT":
      return Buffer.concat([Buffer.from([record.text.length]), Buffer.from(record.text, "latin1")]);
    case "SOA": {
      const names = [encodeName(`ns.dns.${record.zone}`), encodeName(`hostmaster.${record.zone}`)];
      return Buffer.concat([...names, numbers(record.serial, 7200, 1800, 86400, record.ttl)]);
    }
  }
}

function encodeRecord(record: ResourceRecord, query: Query): Buffer {
  const bytes = encodeData(record);
  // Most records are about the queried name, which is at byte 12.
  const name = record.name === query.name ? words(0xc000 | HEADER) : encodeName(record.name);
  return Buffer.concat([name, words(TYPES[record.type], IN), numbers(record.ttl), words(bytes.length), bytes]);
}

/** `transport` determines the maximum length: what does not fit is left out, and the client retries over TCP. */
export function renderAnswer(query: Query, answer: Answer, transport: "udp" | "tcp"): Buffer {
  const edns =
    query.udpSize === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from([0]), words(OPT, MAX_UDP_BYTES), numbers(0), words(0)]);
  const room = (transport === "tcp" ? 65_535 : Math.min(query.udpSize ?? PLAIN_UDP, MAX_UDP_BYTES)) - edns.length;
  const answers = answer.answers.map((record) => encodeRecord(record, query));
  const authority = answer.authority.map((record) => encodeRecord(record, query));
  let length = HEADER + query.question.length;
  let fitting = 0;
  for (const record of answers) {
    if (length + record.length > room) break;
    length += record.length;
    fitting++;
  }
  const isCut = fitting < answers.length;
  const flags =
    0x8480 | (query.recursionDesired ? 0x100 : 0) | (isCut ? 0x200 : 0) | (query.opcode << 11) | RCODES[answer.rcode];
  const kept = isCut ? [] : authority;
  return Buffer.concat([
    words(query.id, flags, 1, fitting, kept.length, edns.length > 0 ? 1 : 0),
    query.question,
    ...answers.slice(0, fitting),
    ...kept,
    edns,
  ]);
}
