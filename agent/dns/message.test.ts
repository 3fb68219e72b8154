import { describe, expect, it } from "vitest";
import {
  type Answer,
  encodeName,
  parseQuery,
  type Query,
  type ResourceRecord,
  renderAnswer,
  TYPES,
} from "./message.ts";

const words = (...values: number[]) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
/** `counts` are those of questions, answers, authority and additional records. */
const message = (name: Buffer, { flags = 0x100, counts = [1, 0, 0, 0], type = 1, end = Buffer.alloc(0) } = {}) =>
  Buffer.concat([words(0xbeef, flags, ...counts), name, words(type, 1), end]);
const opt = (size: number, { root = 0, type = 41 } = {}) =>
  Buffer.concat([Buffer.from([root]), words(type, size, 0, 0, 0)]);
const requested = (more: Parameters<typeof message>[1] = {}) => message(encodeName("Web.Shop"), more);

describe("a DNS query", () => {
  it("is parsed", () => {
    const bytes = requested({ type: 28, flags: 0x2800 });
    expect(parseQuery(bytes)).toEqual({
      id: 0xbeef,
      opcode: 5,
      recursionDesired: false,
      name: "web.shop",
      type: TYPES.AAAA,
      isInternet: true,
      question: bytes.subarray(12),
      udpSize: undefined,
    });
    // What follows the question is not part of it.
    expect(parseQuery(requested({ end: Buffer.from("more") }))?.question).toEqual(requested().subarray(12));
    expect(parseQuery(message(encodeName("")))).toMatchObject({ name: "" });
  });

  it("is invalid if truncated", () => {
    const bytes = requested();
    for (let length = 0; length < bytes.length; length++) expect(parseQuery(bytes.subarray(0, length))).toBeUndefined();
  });

  it.each<[string, Buffer]>([
    ["is an answer", requested({ flags: 0x8000 })],
    ["has two questions", requested({ counts: [2, 0, 0, 0] })],
    ["has no question", requested({ counts: [0, 0, 0, 0] })],
    ["has a label of 64 bytes", message(Buffer.concat([Buffer.from([64]), Buffer.alloc(64, 97), Buffer.from([0])]))],
    ["has a looping compression pointer", message(words(0xc00c))],
    ["has a name of more than 255 bytes", message(encodeName(Array(130).fill("a").join(".")))],
  ])("is invalid if it %s", (_, bytes) => expect(parseQuery(bytes)).toBeUndefined());

  it("may have a label of 63 bytes and a name of 255", () => {
    const label = "a".repeat(63);
    expect(parseQuery(message(encodeName(label)))?.name).toBe(label);
    const name = [label, label, label, "a".repeat(61)].join(".");
    expect(parseQuery(message(encodeName(name)))?.name).toBe(name);
  });

  it.each<[number | undefined, Parameters<typeof message>[1]]>([
    [1232, { counts: [1, 0, 0, 1], end: opt(1232) }],
    [4096, { counts: [1, 0, 0, 2], end: opt(4096) }],
    [512, { counts: [1, 0, 0, 1], end: opt(100) }],
    [undefined, { counts: [1, 0, 0, 0], end: opt(1232) }],
    [undefined, { counts: [1, 1, 0, 1], end: opt(1232) }],
    [undefined, { counts: [1, 0, 1, 1], end: opt(1232) }],
    [undefined, { counts: [1, 0, 0, 1], end: opt(1232, { type: 1 }) }],
    [undefined, { counts: [1, 0, 0, 1], end: opt(1232, { root: 1 }) }],
    [undefined, { counts: [1, 0, 0, 1], end: opt(1232).subarray(0, 10) }],
    [undefined, { counts: [1, 0, 0, 1] }],
  ])("has a UDP payload size of %s according to its OPT record: %#", (size, more) =>
    expect(parseQuery(requested(more))?.udpSize).toBe(size),
  );
});

describe("a DNS answer", () => {
  const query = (more: Partial<Query> = {}): Query => ({
    ...{ id: 7, opcode: 0, recursionDesired: true, name: "web.shop", type: 1, isInternet: true },
    question: requested().subarray(12),
    udpSize: undefined,
    ...more,
  });
  const address = (name = "web.shop"): ResourceRecord => ({ type: "A", name, ttl: 5, address: "10.0.0.1" });
  const soa: ResourceRecord = { type: "SOA", name: "x", ttl: 5, zone: "x", serial: 3 };
  const render = (answer: Partial<Answer>, more: Partial<Query> = {}, transport: "udp" | "tcp" = "udp") => {
    const bytes = renderAnswer(query(more), { rcode: "ok", answers: [], authority: [], ...answer }, transport);
    const [id, flags, ...counts] = Array.from({ length: 6 }, (_, i) => bytes.readUInt16BE(i * 2));
    return { bytes, id, flags, counts, rest: bytes.subarray(12 + requested().length - 12) };
  };

  it("repeats the question, and is authoritative", () => {
    expect(render({})).toMatchObject({ id: 7, flags: 0x8580, counts: [1, 0, 0, 0] });
    expect(render({}, { recursionDesired: false, opcode: 5 }).flags).toBe(0x8480 | (5 << 11));
    expect(render({ rcode: "noSuchName" }).flags).toBe(0x8583);
    expect(render({}).bytes.subarray(12)).toEqual(requested().subarray(12));
  });

  it("compresses the queried name", () => {
    const data = Buffer.concat([words(1, 1, 0, 5, 4), Buffer.from([10, 0, 0, 1])]);
    expect(render({ answers: [address()] }).rest).toEqual(Buffer.concat([words(0xc00c), data]));
    expect(render({ answers: [address("b")] }).rest).toEqual(Buffer.concat([encodeName("b"), data]));
    expect(render({ answers: [{ ...address(), name: "" }] }).rest).toEqual(Buffer.concat([Buffer.from([0]), data]));
  });

  it("has an SOA record with its timers in the authority section", () => {
    const { rest, counts } = render({ authority: [soa] });
    expect(counts).toEqual([1, 0, 1, 0]);
    const numbers = Array.from({ length: 5 }, (_, i) => rest.readUInt32BE(rest.length - 20 + i * 4));
    expect(numbers).toEqual([3, 7200, 1800, 86400, 5]);
  });

  const many = (count: number) => Array.from({ length: count }, () => address());
  /** How many records of 16 bytes fit after the header and the question of 14 bytes. */
  it.each<[string, number, Partial<Query>, "udp" | "tcp", number]>([
    ["of 512 bytes", 60, {}, "udp", 30],
    ["of exactly 512 bytes", 30, {}, "udp", 30],
    ["up to the client's size", 60, { udpSize: 700 }, "udp", 41],
    ["up to the safe size", 200, { udpSize: 4096 }, "udp", 74],
    ["of any length over TCP", 200, {}, "tcp", 200],
  ])("%s holds as many of %i records as fit", (_, count, more, transport, fits) => {
    const { flags = 0, counts, bytes } = render({ answers: many(count), authority: [soa] }, more, transport);
    const isCut = fits < count;
    expect([(flags & 0x200) !== 0, counts]).toEqual([
      isCut,
      [1, fits, isCut ? 0 : 1, more.udpSize === undefined ? 0 : 1],
    ]);
    if (isCut) expect(bytes.length).toBeLessThanOrEqual(Math.min(more.udpSize ?? 512, 1232));
  });
});
