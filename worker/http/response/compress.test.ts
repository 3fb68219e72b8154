import { expect, test } from "vitest";
import { acceptsGzip } from "./compress.ts";

const requested = (header: string | undefined, cf?: object): Request =>
  Object.assign(new Request("https://api/", { headers: header === undefined ? {} : { "Accept-Encoding": header } }), {
    cf,
  });

test.each([
  ["gzip", undefined, true],
  ["br, gzip;q=0.5", undefined, true],
  ["deflate", undefined, false],
  ["gzip;q=0, identity", undefined, false],
  ["gzip; q=0.0", undefined, false],
  ["gzip;q=0.01", undefined, true],
  ["xgzip", undefined, false],
  [undefined, undefined, false],
  ["br, gzip", { clientAcceptEncoding: "gzip, deflate" }, true],
  ["br, gzip", { clientAcceptEncoding: "identity" }, false],
  ["br, gzip", { clientAcceptEncoding: "" }, false],
  ["gzip", { colo: "FRA" }, true],
])("%s with %o: %s", (header, cf, accepted) => {
  expect(acceptsGzip(requested(header, cf))).toBe(accepted);
});
