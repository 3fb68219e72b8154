import { describe, expect, it } from "vitest";
import { fetchJson } from "./call-api.ts";
import { CliError } from "./cli-error.ts";

describe("a command that calls the API", () => {
  it("explains how to start the local control plane if nothing answers", async () => {
    const requested = fetchJson({ server: "https://127.0.0.1:1" }, { method: "GET", path: "/readyz" });
    await expect(requested).rejects.toEqual(
      new CliError(
        'nothing answers at https://127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1); "sailplane up" starts it',
      ),
    );
  });
});
