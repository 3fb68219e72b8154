/** As in Go's net package: an IPv6 address stands in brackets. */
export const joinHostPort = (host: string, port: number | string): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
