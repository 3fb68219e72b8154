/** A server's names in certificates: GeneralNames (RFC 5280 4.2.1.6) in DER. */
import * as ipaddr from "ipaddr.js";
import { utf8Bytes } from "../encoding/utf8.ts";
import * as der from "./der.ts";

const DNS = 2;
const ADDRESS = 7;

export interface ServerNames {
  readonly dns: readonly string[];
  /** IPv4 and IPv6. */
  readonly addresses: readonly string[];
}

export const generalNames = ({ dns, addresses }: ServerNames): Uint8Array =>
  der.sequence(
    ...dns.map((name) => der.implicit(DNS, utf8Bytes(name))),
    ...addresses.map((address) => der.implicit(ADDRESS, new Uint8Array(ipaddr.parse(address).toByteArray()))),
  );
