import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const BUDGET_KB = 150;

/** Not the watch's: a screen of its own folder, loaded when it is opened; and what the map shows behind what matters. */
const OPENED_LATER = /\/src\/(views\/[^/]+|map\/later)\/|\/verify\/src\/|\?later$/;

/** Prints what the watch screen loads (its scripts, one language), and fails the build when it outgrows its budget. */
function budget(): Plugin {
  return {
    name: "sarhad-budget",
    generateBundle(_options, bundle) {
      const chunks = new Map(Object.values(bundle).flatMap((part) => (part.type === "chunk" ? [[part.fileName, part] as const] : [])));
      const ours = new Set<string>();
      const take = (file: string) => {
        const chunk = chunks.get(file);
        if (!chunk || ours.has(file)) return;
        ours.add(file);
        for (const next of chunk.imports) take(next);
        for (const next of chunk.dynamicImports) if (!OPENED_LATER.test(chunks.get(next)?.facadeModuleId ?? "")) take(next);
      };
      for (const chunk of chunks.values()) if (chunk.isEntry) take(chunk.fileName);
      const sizes = [...chunks.values()].map(({ fileName: file, code }) => ({ file, kb: gzipSync(code, { level: 9 }).length / 1024, words: /\/(en|fa|ur)-/.test(file) }));
      for (const { file, kb } of sizes) this.info(`${ours.has(file) ? "watch" : "later"} ${file} ${kb.toFixed(1)} KB gz`);
      const watch = sizes.filter((size) => ours.has(size.file));
      const words = Math.max(0, ...watch.filter((size) => size.words).map((size) => size.kb));
      const total = words + watch.filter((size) => !size.words).reduce((sum, size) => sum + size.kb, 0);
      this.info(`JavaScript of Watch: ${total.toFixed(1)} KB gz of ${BUDGET_KB}`);
      if (total > BUDGET_KB) this.error(`JavaScript of Watch is ${total.toFixed(1)} KB gz; at most ${BUDGET_KB}`);
    },
  };
}

/** What the watch says; the words of the other screens are loaded with the first of them. */
const WATCH_WORDS = new Set(
  ("act alert app brush clock crossing error exercise frame ground inbox kind lang link log map nav outcome owner " +
    "release signin state status step tasking urgency watch").split(" "),
);
/** Of the card of a record, which comes after the watch, it says these itself. */
const WATCH_KEYS = new Set("detail.close detail.record detail.select detail.notyours detail.notoffered".split(" "));
const LATER_KEYS = /^act\.(on\.|offers|answer)/;

function isWatch(key: string): boolean {
  return WATCH_KEYS.has(key) || (WATCH_WORDS.has(key.split(".")[0] ?? "") && !LATER_KEYS.test(key));
}

/** What the node refuses it says itself, in the language that it is asked in. */
const NODE_KEYS = /^(refused|advice)\./;

/** Gives the two parts of a catalogue: `en.json?watch` and `en.json?later`. */
export function words(): Plugin {
  return {
    name: "sarhad-words",
    enforce: "pre",
    load(id) {
      const [, file, part] = /^(.*\/texts\/\w+\.json)\?(watch|later)$/.exec(id) ?? [];
      if (!file) return null;
      this.addWatchFile(file);
      const all = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
      const ours = all.filter(([key]) => !NODE_KEYS.test(key) && isWatch(key) === (part === "watch"));
      return { code: `export default ${JSON.stringify(Object.fromEntries(ours))}`, moduleType: "js" };
    },
  };
}

/** Leaves out what OpenLayers' core imports and this map never calls: see src/map/unused.ts. */
function leaveOut(): Plugin {
  return {
    name: "sarhad-leave-out",
    enforce: "pre",
    resolveId(source, importer) {
      const inside = importer?.includes("/node_modules/ol/") ?? false;
      return inside && /\/(canvas\/style|control\/defaults)\.js$/.test(source) ? path("src/map/unused.ts") : null;
    },
  };
}

const MAP = ["src/map/chart.ts", "src/map/scene.ts"].map(path);
type Graph = { getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null };

/** Names the file that a module goes into, for those of the watch's map: one file, not one for each that another screen shares. */
function mapFile(): (id: string, graph: Graph) => string | null {
  let held: Set<string> | null = null;
  return (id, graph) => {
    if (!held) {
      held = new Set(MAP);
      for (const next of held) for (const imported of graph.getModuleInfo(next)?.importedIds ?? []) held.add(imported);
    }
    return held.has(id) ? "map" : null;
  };
}

/** Has the browser ask for the map and for the font while it reads the page: both are on the way before the first script runs. */
function ahead(): Plugin {
  return {
    name: "sarhad-ahead",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const parts = Object.values(bundle ?? {});
        const map = parts.find((part) => part.type === "chunk" && part.name === "map");
        const font = parts.find((part) => part.fileName.includes("vazirmatn-latin-wght"));
        if (map?.type !== "chunk" || !font) throw new Error("no file of the map, or of the font");
        const entry = parts.find((part) => part.type === "chunk" && part.isEntry)?.fileName;
        const link = (attrs: Readonly<Record<string, string>>) => ({ tag: "link", attrs: { ...attrs, crossorigin: true }, injectTo: "head" as const });
        return [
          ...[map.fileName, ...map.imports].filter((file) => file !== entry).map((file) => link({ rel: "modulepreload", href: `/${file}` })),
          link({ rel: "preload", as: "font", type: "font/woff2", href: `/${font.fileName}` }),
        ];
      },
    },
  };
}

/** Has the browser compile what the watch runs at once while it comes, beside the page's own work, instead of function by function in it. */
function compiledAhead(): Plugin {
  return {
    name: "sarhad-compiled-ahead",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const part of Object.values(bundle)) if (part.type === "chunk" && /^(index|map)$/.test(part.name)) part.code = `//# allFunctionsCalledOnLoad\n${part.code}`;
      },
    },
  };
}

export default defineConfig({
  plugins: [words(), leaveOut(), svelte(), budget(), ahead(), compiledAhead()],
  resolve: { alias: { $texts: path("../src/sarhad/web/texts"), $web: path("../src/sarhad/web") } },
  build: {
    outDir: path("../src/sarhad/web/static"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    // Few files: a browser asks for six at a time.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "desk", tags: ["$initial"], priority: 2 }, { name: mapFile(), priority: 1 }] } } },
  },
  server: {
    fs: { allow: [path(".."), path(".")] },
    proxy: Object.fromEntries(
      ["/api", "/region"].map((prefix) => [prefix, { target: process.env.SARHAD_DESK ?? "http://127.0.0.1:8400", changeOrigin: false, secure: false }]),
    ),
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
