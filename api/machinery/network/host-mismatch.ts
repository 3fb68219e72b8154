/** Why a certificate is not one of the host that was called, in Go's words, derived from Node.js' error. */

export interface HostMismatch {
  readonly host: string;
  readonly cert: {
    readonly subject?: { readonly CN?: string | string[] | undefined } | undefined;
    /** `DNS:a.example.com, IP Address:192.0.2.1`. */
    readonly subjectaltname?: string | undefined;
  };
}

const IP_ADDRESS = /^[\d.]+$|:/;

export function hostMismatch({ host, cert: { subject, subjectaltname } }: HostMismatch): string {
  if (subjectaltname === undefined && subject?.CN === host)
    return "certificate relies on legacy Common Name field, use SANs instead";
  const isAddress = IP_ADDRESS.test(host);
  const prefix = isAddress ? "IP Address:" : "DNS:";
  const names = (subjectaltname ?? "")
    .split(", ")
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .join(", ");
  if (names !== "") return `certificate is valid for ${names}, not ${host}`;
  return isAddress
    ? `cannot validate certificate for ${host} because it doesn't contain any IP SANs`
    : `certificate is not valid for any names, but wanted to match ${host}`;
}
