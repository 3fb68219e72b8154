/**
 * The string formats that schemas may use and Kubernetes checks (go-openapi strfmt, as in kube-openapi); others are
 * ignored. Every pattern is linear in the text.
 */

import { utf8Length } from "../encoding/utf8.ts";
import { ownMember } from "../json/own-member.ts";
import { parseRequestUrl } from "../network/go-url.ts";
import { isCIDR, isIP, isIPv6 } from "../network/ip.ts";
import { isMailAddress } from "../network/mail-address.ts";
import type { Schema } from "./json-walk.ts";
import { scalaNanos } from "./scala-duration.ts";

type Check = (text: string) => boolean;

const matches =
  (pattern: RegExp, most = 4096): Check =>
  (text) =>
    text.length <= most && pattern.test(text);

/** `variant`: the digit that determines the layout of the rest. */
const UUID = (version: string, variant = "[0-9a-f]") =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, "i"));

// Letters and symbols of any script; the last of several labels consists of at least two letters.
const SIGN = "[a-zA-Z0-9\\p{S}\\p{L}]";
const INNER = "[a-zA-Z0-9\\-\\p{S}\\p{L}]";
const HOSTNAME = new RegExp(
  `^(?:${SIGN}(?:-?${SIGN}{0,62})?|(?:${SIGN}(?:${INNER}{0,61}${SIGN})?\\.)+[a-zA-Z\\p{L}]{2,63})$`,
  "u",
);
const hostname: Check = (text) =>
  utf8Length(text) <= 255 && HOSTNAME.test(text) && text.split(".").every((label) => utf8Length(label) <= 63);

const FORMATS: Readonly<Record<string, Check>> = {
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  uri: (text) => typeof parseRequestUrl(text) !== "string",
  email: isMailAddress,
  hostname,
  // An IPv4-mapped IPv6 address is valid for both.
  ipv4: (text) => isIP(text) && text.includes("."),
  ipv6: isIPv6,
  cidr: isCIDR,
  mac: isMac,
  uuid: UUID("[0-9a-f]"),
  uuid3: UUID("3"),
  uuid4: UUID("4", "[89ab]"),
  uuid5: UUID("5", "[89ab]"),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: matches(/^\d{3}[- ]\d{2}[- ]\d{4}$/),
  hexcolor: matches(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i),
  rgbcolor: matches(
    /^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/,
  ),
  byte: (text) => text !== "" && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  date: isDate,
  datetime: isDateTime,
  "date-time": isDateTime,
  duration: (text) => scalaNanos(text) !== undefined,
  password: () => true,
  "k8s-short-name": matches(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  "k8s-long-name": (text) =>
    text.length <= 253 && text.split(".").every((part) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(part)),
};

/** Whether the text has the format, or the format is not checked. */
export const fitsFormat = (format: string, text: string): boolean => ownMember(FORMATS, format)?.(text) ?? true;

const isStringFormat = (format: string): boolean => Object.hasOwn(FORMATS, format);

const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  integer: ["int32", "int64"],
  number: ["float", "double"],
};

/** Whether values of the type are checked against the format; otherwise it is ignored. */
export function isRecognizedFormat(type: string, format: string): boolean {
  if (type === "" || type === "string") return isStringFormat(format) || isStringFormat(format.replaceAll("-", ""));
  return ownMember(NUMBERS, type)?.includes(format) ?? false;
}

/** The schema's format, unless it is not checked for its type. */
export function checkedFormat({ type = "", format = "" }: Schema): string {
  return isRecognizedFormat(type, format) ? format : "";
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (day === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/** Kubernetes' pattern: any character separates the fraction, and what follows a second T is ignored. */
const TIME = /^(\d{2}):(\d{2}):(\d{2})([^\n]\d+)?(z|[+-]\d{2}:\d{2})$/u;

function isDateTime(text: string): boolean {
  const [date = "", time = ""] = text.toLowerCase().split("t");
  const [, hour = "", minute = "", second = ""] = TIME.exec(time) ?? [];
  return isDate(date) && hour !== "" && hour <= "23" && minute <= "59" && second <= "59";
}

/** Of 6, 8 or 20 octets, in groups of two or four digits with one kind of separator, or without any. */
function isMac(text: string): boolean {
  const octets = text.replace(/[:\-.]/g, "").length / 2;
  const isShaped = /^([0-9a-f]{2}([:-])([0-9a-f]{2}\2)*[0-9a-f]{2}|[0-9a-f]{4}(\.[0-9a-f]{4})+|[0-9a-f]+)$/i.test(text);
  return isShaped && (octets === 6 || octets === 8 || octets === 20);
}

const digitsOf = (text: string) => text.replace(/[\s-]+/g, "");

function isIsbn10(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, i) => total + (10 - i) * (digit === "X" ? 10 : Number(digit)), 0);
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^\d{13}$/.test(digits)) return false;
  return [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

/** By issuers' prefixes. */
const CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  if (!CARD.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
