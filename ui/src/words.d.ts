/** The two parts of a catalogue; made by the build (vite.config.ts). */
declare module "*.json?watch" {
  const words: Readonly<Record<string, string>>;
  export default words;
}
declare module "*.json?later" {
  const words: Readonly<Record<string, string>>;
  export default words;
}
