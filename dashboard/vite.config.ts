import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "../api/static/page",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy allows nothing inline, not even as a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npx vite` beside `make run`, while working on the page.
  server: { proxy: { "/api": "http://127.0.0.1:7071" } },
});
