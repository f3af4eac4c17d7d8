import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const BUDGET_KB = 150;

/** Prints what the watch screen loads, and fails the build when it outgrows its budget. */
function budget(): Plugin {
  return {
    name: "sarhad-budget",
    generateBundle(_options, bundle) {
      const scripts = Object.values(bundle).filter((part) => part.type === "chunk");
      const bytes = scripts.map((part) => gzipSync(part.code, { level: 9 }).length);
      const total = bytes.reduce((sum, size) => sum + size, 0) / 1024;
      scripts.forEach((part, i) => this.info(`${part.fileName} ${((bytes[i] ?? 0) / 1024).toFixed(1)} KB gz`));
      this.info(`JavaScript of Watch: ${total.toFixed(1)} KB gz of ${BUDGET_KB}`);
      if (total > BUDGET_KB) this.error(`JavaScript of Watch is ${total.toFixed(1)} KB gz; at most ${BUDGET_KB}`);
    },
  };
}

export default defineConfig({
  plugins: [svelte(), budget()],
  resolve: { alias: { $texts: path("../src/sarhad/web/texts") } },
  build: {
    outDir: path("../src/sarhad/web/static"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: {
    fs: { allow: [path(".."), path(".")] },
    proxy: Object.fromEntries(
      ["/api", "/region"].map((prefix) => [prefix, { target: process.env.SARHAD_DESK ?? "http://127.0.0.1:8400", changeOrigin: false, secure: false }]),
    ),
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
