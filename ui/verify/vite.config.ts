import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const hash = (content: string) => `'sha256-${createHash("sha256").update(content).digest("base64")}'`;

/** Puts script and style into the page itself, under a policy that lets nothing else in and nothing out. */
function oneFile(): Plugin {
  return {
    name: "sarhad-one-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const parts = Object.values(bundle);
      const page = parts.find((part) => part.fileName.endsWith(".html"));
      const script = parts.find((part) => part.type === "chunk");
      const style = parts.find((part) => part.fileName.endsWith(".css"));
      if (page?.type !== "asset" || script?.type !== "chunk" || style?.type !== "asset") return this.error("expected one page, one script, one style");
      const code = script.code.replaceAll("</script", "<\\/script");
      const css = String(style.source);
      const policy = `default-src 'none'; script-src ${hash(code)}; style-src ${hash(css)}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;
      const html = String(page.source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
        .replace('<meta charset="utf-8" />', () => `<meta charset="utf-8" />\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
        .replace("</head>", () => `<style>${css}</style>\n  </head>`)
        .replace("</body>", () => `<script type="module">${code}</script>\n  </body>`);
      for (const part of parts) delete bundle[part.fileName];
      this.emitFile({ type: "asset", fileName: "verify.html", source: html });
    },
  };
}

export default defineConfig({
  root: path("."),
  base: "./",
  plugins: [oneFile()],
  build: { outDir: path("../../src/sarhad/web/static"), emptyOutDir: false, target: "es2022", assetsInlineLimit: 200_000, modulePreload: { polyfill: false }, cssCodeSplit: false },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
