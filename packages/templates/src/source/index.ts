export { type FileText, readTextFile } from "./read-text-file.ts";
export type { Place, SourceText, SyntaxErrors } from "./source-text.ts";
export { readText } from "./read-text.ts";
export { readYaml, type YamlSource } from "./yaml-source.ts";
