import { expect, test } from "vitest";
import type { Env } from "../env.ts";
import { podAuthorities } from "./pod-authorities.ts";

const env = (ca?: string) =>
  ({
    ...(ca === undefined ? {} : { CLUSTER_CA: ca }),
    CLUSTER_KEYS: {
      getByName: (cluster: string) => ({ clientAuthority: async () => ({ certificate: Buffer.from(cluster) }) }),
    },
  }) as unknown as Env;

const pem = (text: string) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(text).toString("base64")}\n-----END CERTIFICATE-----\n`;

test.each([
  ["PEM\n", "default", `PEM\n${pem("default")}`],
  ["PEM\n", "two", `PEM\n${pem("two")}`],
  [undefined, "default", pem("default")],
])(
  "NET-TLS-CERT: pods trust the server's CA (%j) first, then the cluster's authority",
  async (ca, cluster, expected) => {
    expect(await podAuthorities(env(ca))(cluster)).toBe(expected);
  },
);
