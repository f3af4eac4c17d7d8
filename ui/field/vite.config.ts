import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, transformWithOxc, type Plugin } from "vite";
import { words } from "../vite.config.ts";

/** Builds the field page apart from the desk, so that a phone loads neither map nor desk, and its worker with the list of its files. */

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const PUBLIC = path("../public/");
const ICONS = [
  { src: "/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
  { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
  { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
];

const hash = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex").slice(0, 16);

/** Writes the manifest of the installed app, one a language, and names the first in the page. */
function manifests(): Plugin {
  const colours = { background_color: "#0d1215", theme_color: "#123b3f" };
  return {
    name: "sarhad-manifests",
    generateBundle() {
      for (const lang of ["en", "fa", "ur"]) {
        const texts = JSON.parse(readFileSync(path(`../../src/sarhad/web/texts/${lang}.json`), "utf8")) as Record<string, string>;
        const named = { name: texts["afield.app.name"], short_name: texts["afield.app.short"], description: texts["afield.app.about"] };
        const shown = { lang, dir: lang === "en" ? "ltr" : "rtl", ...named, id: "/field", start_url: "/field", scope: "/", display: "standalone", ...colours, icons: ICONS };
        this.emitFile({ type: "asset", fileName: `manifest-${lang}.webmanifest`, source: JSON.stringify(shown) });
      }
    },
    transformIndexHtml: { order: "post", handler: () => [{ tag: "link", attrs: { rel: "manifest", href: "/manifest-en.webmanifest" }, injectTo: "head" }] },
  };
}

/** Writes `/sw.js`: the worker with every file of this build and the hash of its content. */
function worker(): Plugin {
  return {
    name: "sarhad-worker",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_options, bundle) {
        // A face that is a choice is fetched by who chose it, not by every phone.
        const made = Object.values(bundle).filter((part) => !part.fileName.includes("nastaliq")).map((part) => [`/${part.fileName}`, hash(part.type === "chunk" ? part.code : part.source)] as const);
        const icons = readdirSync(PUBLIC).filter((name) => name.startsWith("icon")).map((name) => [`/${name}`, hash(readFileSync(PUBLIC + name))] as const);
        const files = [...made, ...icons].sort(([a], [b]) => (a < b ? -1 : 1));
        const source = readFileSync(path("worker.ts"), "utf8");
        const { code } = await transformWithOxc(source, "worker.ts", { define: { __FILES__: JSON.stringify(files), __BUILD__: JSON.stringify(hash(JSON.stringify(files) + source)) } });
        this.emitFile({ type: "asset", fileName: "sw.js", source: code.replace(/^export \{\};?\s*$/m, "") });
      },
    },
  };
}

export default defineConfig({
  root: path("."),
  publicDir: false,
  plugins: [words(), svelte({ configFile: path("../svelte.config.js") }), manifests(), worker()],
  resolve: { alias: { $texts: path("../../src/sarhad/web/texts") } },
  build: {
    outDir: path("../../src/sarhad/web/static"),
    emptyOutDir: false,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: path("field.html") },
  },
} as Parameters<typeof defineConfig>[0]);
