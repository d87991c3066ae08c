import { defineConfig, type Plugin } from "vite";

/** The same browsers as in docs/dashboard.md, index.html and src/start.js. */
const BROWSERS = ["chrome111", "edge111", "firefox115", "safari16.4"];
const START = "./src/start.js";
/** The Makefile copies this package with its own licence. */
const COPIED = "swagger-ui-dist";

/** Ship the script that can't be a module: unchanged, under a name with its hash. */
function startScript(): Plugin {
  return {
    name: "start-script",
    apply: "build",
    async buildStart() {
      const source = await this.fs.readFile(START);
      this.emitFile({ type: "asset", name: "start.js", source });
    },
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const files = Object.values(bundle ?? {});
        const file = files.find((each) => each.type === "asset" && each.names.includes("start.js"));
        if (!file || !html.includes(START)) throw new Error(`index.html doesn't name ${START}`);
        return html.replace(START, `/${file.fileName}`);
      },
    },
  };
}

/** Ship the licence of each package whose code or font is in the page. The script names the file. */
function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    async buildStart() {
      const read = (path: string) => this.fs.readFile(path, { encoding: "utf8" });
      const needs = async (path: string): Promise<string[]> =>
        Object.keys(JSON.parse(await read(path)).dependencies ?? {});
      const names = new Set(await needs("package.json"));
      names.delete(COPIED);
      // The set grows during the loop by the dependencies of each package.
      for (const name of names)
        for (const each of await needs(`node_modules/${name}/package.json`)) names.add(each);
      const texts = [...names].sort().map(async (name) => {
        const { version } = JSON.parse(await read(`node_modules/${name}/package.json`));
        return `${name} ${version}\n\n${await read(`node_modules/${name}/LICENSE`)}`;
      });
      const source = (await Promise.all(texts)).join(`\n${"=".repeat(80)}\n\n`);
      this.emitFile({ type: "asset", name: "licences.txt", source });
    },
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const file = files.find(
        (each) => each.type === "asset" && each.names.includes("licences.txt"),
      );
      for (const each of files)
        if (each.type === "chunk")
          each.code = `/*! Licences of what is in here: /${file?.fileName} */\n${each.code}`;
    },
  };
}

/**
 * Keep uPlot from reading the browser's language. It does so on import, and throws where that is no
 * language tag, as in "C" or "en-US@posix". The page doesn't show what uPlot would format by it.
 */
function uplotInEnglish(): Plugin {
  const asked = "domEnv ? nav.language : 'en-US'";
  return {
    name: "uplot-in-english",
    transform: {
      filter: { id: /\/uPlot\.esm\.js$/ },
      handler(code) {
        if (!code.includes(asked)) this.error(`uPlot has changed: nothing in it reads ${asked}`);
        return { code: code.replace(asked, "'en-US'"), map: null };
      },
    },
  };
}

export default defineConfig({
  plugins: [startScript(), licences(), uplotInEnglish()],
  build: {
    outDir: "../api/static/page",
    emptyOutDir: true,
    target: BROWSERS,
    // The page's policy allows nothing inline, not even as a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Plugins don't see dependencies that Vite bundles beforehand.
  optimizeDeps: { exclude: ["uplot"] },
  // `npx vite` beside `make run`, while working on the page.
  server: { proxy: { "/api": "http://127.0.0.1:7071" } },
});
