/**
 * The user, as one API server tells another (apiserver/pkg/authentication/request/headerrequest, rule AGG-IDENTITY).
 */
import type { User } from "../auth/user.ts";

export const identityHeaders = ({ name, uid, groups, extra = {} }: User): [string, string][] =>
  [
    ["X-Remote-User", name],
    ...(uid ? [["X-Remote-Uid", uid]] : []),
    ...groups.map((group) => ["X-Remote-Group", group]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => [`X-Remote-Extra-${escapedKey(key)}`, value]),
    ),
  ].map(([header = "", value = ""]) => [header, bytesOf(value)]);

/** A key may be any text; a header name may not. */
const escapedKey = (key: string): string =>
  encodeURIComponent(key.toWellFormed()).replace(/[()]/g, (each) => `%${each.charCodeAt(0).toString(16)}`);

/** UTF-8 with one character per byte, which is how Go reads and writes it: headers are bytes here. */
const bytesOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
