import { expect, test } from "vitest";
import { anonymous } from "../../auth/user.ts";
import { sandboxedResponse } from "./sandboxed-response.ts";

const page = () =>
  new Response("<script>steal()</script>", {
    status: 203,
    headers: { "Content-Security-Policy": "default-src *", "Service-Worker-Allowed": "/", "X-Own": "kept" },
  });

test("WIRE-SANDBOX: a page that is served to anyone does not have the dashboard's origin", async () => {
  const response = sandboxedResponse(page(), anonymous);
  const policy = response.headers.get("Content-Security-Policy") ?? "";
  expect(policy).toMatch(/^default-src \*, sandbox /);
  expect(policy).not.toContain("allow-same-origin");
  expect([response.status, response.headers.get("Service-Worker-Allowed"), response.headers.get("X-Own")]).toEqual([
    203,
    null,
    "kept",
  ]);
  expect(await response.text()).toContain("steal");
});

test("WIRE-SANDBOX: a page sets no origin-wide headers", () => {
  const headers = { "Clear-Site-Data": '"*"', NEL: "{}", "Report-To": "{}", "Alt-Svc": "clear", "X-Own": "kept" };
  const response = sandboxedResponse(new Response("", { headers }), anonymous);
  const left = [...response.headers.keys()].filter((name) => name !== "content-type");
  expect(left).toEqual(["content-security-policy", "x-own"]);
});

test("WIRE-SANDBOX: answers through kubectl proxy are unchanged", () => {
  const response = page();
  expect(sandboxedResponse(response, { name: "jane" })).toBe(response);
});
