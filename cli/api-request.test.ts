import { describe, expect, it } from "vitest";
import { askApi, isThisMachine } from "./api-request.ts";
import { CliError } from "./cli-error.ts";

describe("a command that needs an answer", () => {
  it("says what starts the control plane of this machine where nothing answers", async () => {
    const asked = askApi({ server: "https://127.0.0.1:1" }, { method: "GET", path: "/readyz" });
    await expect(asked).rejects.toEqual(
      new CliError(
        'nothing answers at https://127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1); "sailplane up" starts it',
      ),
    );
  });

  it.each([
    ["https://127.0.0.1:6443", true],
    ["https://localhost:6443/clusters/a", true],
    ["https://[::1]:6443", true],
    ["https://192.0.2.1:6443", false],
    ["https://plane.example.com", false],
  ])("knows whether %s is this machine", (server, itIs) => expect(isThisMachine(server)).toBe(itIs));
});
