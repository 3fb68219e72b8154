import { expect, test } from "vitest";
import { identityHeaders } from "./identity-headers.ts";

test("AGG-IDENTITY: the user is passed in headers, each value separately", () => {
  const user = { name: "jo", uid: "7", groups: ["a", "b"], extra: { "acme.com/x": ["1", "2"] } };
  expect(identityHeaders(user)).toEqual([
    ["X-Remote-User", "jo"],
    ["X-Remote-Uid", "7"],
    ["X-Remote-Group", "a"],
    ["X-Remote-Group", "b"],
    ["X-Remote-Extra-acme.com%2Fx", "1"],
    ["X-Remote-Extra-acme.com%2Fx", "2"],
  ]);
});

test("AGG-IDENTITY: names and keys with any characters become valid headers", () => {
  const headers = identityHeaders({ name: "josé 名", groups: [], extra: { "a(b)é": ["1"] } });
  for (const [name, value] of headers) {
    expect(name).toMatch(/^[\w!#$%&'*+.^`|~-]+$/);
    // Decoding the bytes yields the text again.
    expect(value).toMatch(/^[\x20-\xff]*$/);
  }
  expect(Buffer.from(headers[0]?.[1] ?? "", "latin1").toString()).toBe("josé 名");
});
