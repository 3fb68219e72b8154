import { expect, test } from "vitest";
import { fitsFormat } from "./formats.ts";
import { scalaNanos } from "./scala-duration.ts";

const GOOD: Readonly<Record<string, readonly string[]>> = {
  email: ["a@b", "A B <a@b.c>", '"a b"@c.d', "a@[1.2.3.4]", "a@b (home)", '"Q" <a@b>'],
  ipv4: ["1.2.3.4", "::ffff:1.2.3.4"],
  mac: ["00:11:22:33:44:55", "00-11-22-33-44-55-66-77", "0011.2233.4455", "001122334455", "4111111111111111"],
  creditcard: ["4111 1111 1111 1111", "340000000000009"],
  ssn: ["123-45-6789", "123 45 6789"],
  isbn10: ["0-306-40615-2", "080442957X"],
  byte: ["YQ==", "aGk="],
  uri: ["/a", "urn:x:y", "mailto:a@b", "http://a/?x=%zz"],
  duration: ["1h30m", "1 day", "1d2h", "3 weeks", "2 minutes", "PT1H", "10 Seconds"],
  "date-time": [
    "2024-01-01T00:00:00Z",
    "2024-01-01t00:00:00.5+01:00",
    "2024-01-01T00:00:00,5Z",
    "2024-01-01T00:00:00ZT",
  ],
};
const BAD: Readonly<Record<string, readonly string[]>> = {
  email: ["a", "mailto:a@b", "a..b@c", "a@b.", "a@[1]", "a@b, c@d", '""@a', "<a@b", `${"a b ".repeat(1000)}<`],
  ipv4: ["::1", "1.2.3"],
  mac: ["00:11:22:33:44", "00:11-22:33:44:55", "0011.2233.44", "00112233445"],
  creditcard: ["1234", "a987fbc9-4bed-3078-cf07-9141ba07c9f3"],
  ssn: ["123456789"],
  isbn10: ["080442957x"],
  byte: ["", "YQ", "!"],
  uri: ["a", "", "http://a b", "http://a/%zz", "http://a:b"],
  duration: ["", "1", "1x", "soon", "99999999999999999999s"],
  "date-time": ["2024-01-01T00:00:60Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.5", "2024-02-30T00:00:00Z"],
};

test.each(Object.keys(GOOD))("CRD-FORMAT: valid and invalid values of the format %s", (format) => {
  const reported = (texts: readonly string[] = []) => texts.filter((text) => fitsFormat(format, text));
  expect(reported(GOOD[format])).toEqual(GOOD[format]);
  expect(reported(BAD[format])).toEqual([]);
});

test.each([
  ["1d2h", 93_600_000_000_000n],
  ["1 week", 604_800_000_000_000n],
  ["5 nanoseconds", 5n],
  ["2 fortnights", undefined],
])("%s in nanoseconds: %s", (text, nanos) => {
  expect(scalaNanos(text)).toBe(nanos);
});

test("a text of any length is soon found to be no duration", () => {
  for (const text of ["1".repeat(500_000), `${" 1".repeat(250_000)}!`, `${"1".repeat(500_000)} `])
    expect(scalaNanos(text)).toBeUndefined();
});
