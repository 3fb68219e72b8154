/** Why a connection failed, in Go's words, which Kubernetes' clients know, derived from Node.js' errors. */

import { type HostMismatch, hostMismatch } from "./host-mismatch.ts";
import { joinHostPort } from "./join-host-port.ts";

interface NodeProblem extends Partial<HostMismatch> {
  readonly message: string;
  readonly code?: string | undefined;
  readonly hostname?: string | undefined;
  /** If several addresses were tried. */
  readonly errors?: readonly NodeProblem[] | undefined;
}

const CONNECT: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
};

const UNKNOWN_AUTHORITY = "x509: certificate signed by unknown authority";
const VERIFY: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: "x509: certificate has expired or is not yet valid",
  CERT_NOT_YET_VALID: "x509: certificate has expired or is not yet valid",
};

export function dialProblem(problem: NodeProblem): string {
  const [, kind = "", address = "", port = ""] = /connect (E[A-Z]+) (.+):(\d+)/.exec(problem.message) ?? [];
  const connect = CONNECT[kind];
  if (connect) return `dial tcp ${joinHostPort(address, port)}: ${connect}`;
  if (problem.errors?.[0]) return dialProblem(problem.errors[0]);
  const { code = "", hostname = "", message, host, cert } = problem;
  if (VERIFY[code]) return `tls: failed to verify certificate: ${VERIFY[code]}`;
  switch (code) {
    case "ENOTFOUND":
      return `dial tcp: lookup ${hostname}: no such host`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `tls: failed to verify certificate: x509: ${host && cert ? hostMismatch({ host, cert }) : message}`;
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return "http: server gave HTTP response to HTTPS client";
    case "ECONNRESET":
      return "EOF";
    default:
      return message;
  }
}
