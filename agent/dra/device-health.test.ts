import { expect, test } from "vitest";
import { DeviceHealth, type HealthReport } from "./device-health.ts";

const DEVICE = { pool_name: "p", device_name: "d" };
const report = (part: Partial<HealthReport> = {}): HealthReport => ({
  device: DEVICE,
  health: "HEALTHY",
  health_check_timeout_seconds: 0,
  message: "",
  ...part,
});

test("AGENT-DEVICES-UNKNOWN: a driver's health report expires after 30 s, or the timeout it sets", () => {
  const health = new DeviceHealth();
  expect([health.of(DEVICE, 0), health.nextEnd(0)]).toEqual([{ health: "Unknown" }, undefined]);
  expect(health.update([report()], 0)).toBe(true);
  expect([health.of(DEVICE, 30_000), health.of(DEVICE, 30_001)]).toEqual([
    { health: "Healthy" },
    { health: "Unknown" },
  ]);
  expect(health.update([report({ health_check_timeout_seconds: 60, message: "fine" })], 30_000)).toBe(true);
  expect(
    health.update([report({ device: { ...DEVICE, device_name: "e" }, health_check_timeout_seconds: -1 })], 31_000),
  ).toBe(true);
  expect([health.of(DEVICE, 90_000), health.of(DEVICE, 90_001)]).toEqual([
    { health: "Healthy", message: "fine" },
    { health: "Unknown" },
  ]);
  expect([health.nextEnd(31_000), health.nextEnd(62_000), health.nextEnd(90_001)]).toEqual([61_000, 90_000, undefined]);
});

test("AGENT-DEVICES-HEALTH: a repeated report is not a change", () => {
  const health = new DeviceHealth();
  health.update([report()], 0);
  const changed = [
    health.update([report()], 1),
    health.update([report({ message: "warm" })], 2),
    health.update([report({ health: "UNHEALTHY", message: "warm" })], 3),
    health.update([report({ device: null })], 4),
    health.update([], 5),
    health.update([report({ health: "UNKNOWN" })], 6),
    health.update([report({ health: "UNKNOWN" })], 60_000),
  ];
  expect(changed).toEqual([false, true, true, false, false, true, false]);
});

test("a health message is truncated to the API's limit", () => {
  const health = new DeviceHealth();
  health.update([report({ message: "m".repeat(1024) })], 0);
  expect(health.of(DEVICE, 0).message).toHaveLength(1024);
  health.update([report({ message: "m".repeat(1025) })], 0);
  expect(health.of(DEVICE, 0).message).toBe(`${"m".repeat(1021)}...`);
});
