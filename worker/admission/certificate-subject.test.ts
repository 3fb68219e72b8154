import { expect, it } from "vitest";
import { organizationsOf } from "./certificate-subject.ts";

const element = (tag: number, ...parts: (number | Uint8Array)[]): Uint8Array => {
  const content = parts.flatMap((part) => (typeof part === "number" ? [part] : [...part]));
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Uint8Array.from([tag, ...length, ...content]);
};
const text = (value: string) => element(0x0c, ...new TextEncoder().encode(value));
const attribute = (last: number, value: string) =>
  element(0x31, element(0x30, element(0x06, 85, 4, last), text(value)));
const requestFor = (...subject: Uint8Array[]) => {
  const info = element(0x30, element(0x02, 0), element(0x30, ...subject), element(0x30));
  const pem = btoa(String.fromCharCode(...element(0x30, info, element(0x30), element(0x03, 0))));
  return btoa(`-----BEGIN CERTIFICATE REQUEST-----\n${pem}\n-----END CERTIFICATE REQUEST-----\n`);
};

it("reads every organization of a request's subject, and nothing else", () => {
  const subject = [attribute(10, "system:masters"), attribute(3, "eve"), attribute(10, "o".repeat(200))];
  expect(organizationsOf(requestFor(...subject))).toEqual(["system:masters", "o".repeat(200)]);
});

it("finds none in what is no request", () => {
  expect(organizationsOf(btoa("-----BEGIN CERTIFICATE REQUEST-----\n!MII\n-----END CERTIFICATE REQUEST-----"))).toEqual(
    [],
  );
  expect(organizationsOf("")).toEqual([]);
});
