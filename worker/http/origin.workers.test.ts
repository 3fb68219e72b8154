import { expect, test } from "vitest";
import { outside } from "../../test/workers/api-under-test.ts";

const fromElsewhere = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };

test("AUTH-ORIGIN: other origins may neither send requests nor read answers: no CORS header names an origin", async () => {
  for (const [method, path] of [
    ["OPTIONS", "/api/v1/namespaces/default/secrets"],
    ["OPTIONS", "/version"],
    ["GET", "/version"],
    ["GET", "/openid/v1/jwks"],
    ["GET", "/dashboard/"],
  ]) {
    const response = await outside.fetch(`https://sailplane${path}`, { method: method ?? "", headers: fromElsewhere });
    const named = [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
    expect([path, named]).toEqual([path, []]);
    if (method === "OPTIONS") expect([path, response.ok]).toEqual([path, false]);
  }
});
