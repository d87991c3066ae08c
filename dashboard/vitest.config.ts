import { defineConfig } from "vitest/config";

/** The build's plugins aren't needed here: tests import single modules and have no page. */
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    // As the browser tests have it; a zone with summer time.
    env: { TZ: "Europe/Berlin" },
  },
});
