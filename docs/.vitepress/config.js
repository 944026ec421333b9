// The documentation as a site: README, docs and the READMEs of the packages, in the order of docs/README.md. `pnpm site` builds it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { defineConfig } from "vitepress";

const ROOT = join(import.meta.dirname, "../..");
const GITHUB = "https://github.com/agent-roles/agent-roles";
const BASE = "/agent-roles/";

const text = (file) => readFileSync(join(ROOT, file), "utf8");
const titleOf = (file) => /^# (.+)/m.exec(text(file))?.[1].replaceAll("`", "");
const isPage = (file) =>
  /^(README|CHANGELOG|SECURITY)\.md$|^docs\/.*\.md$|^(infra|packages\/\w+|examples\/[\w-]+)\/README\.md$/.test(file);
const addressOf = (file) => "/" + file.replace(/README\.md$/, "").replace(/\.md$/, ".html");

/** The anchor of a heading, as GitHub makes it. */
const slugify = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");

/** The address of what a page links to: a page of the site, or a file on GitHub. */
function addressOfLink(page, link) {
  const [path, anchor] = link.split("#");
  const file = join(page, "..", path);
  if (!existsSync(join(ROOT, file))) throw new Error(`${page} links to ${link}, which does not exist`);
  return (isPage(file) ? addressOf(file) : `${GITHUB}/blob/main/${file}`) + (anchor === undefined ? "" : `#${anchor}`);
}

function rewriteLinks(md) {
  md.core.ruler.push("repository-links", ({ tokens, env }) => {
    const page = relative(ROOT, env.path).replace(/index\.md$/, "README.md");
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const link = token.type === "link_open" && token.attrGet("href");
      if (link && !/^#|^\w+:/.test(link)) token.attrSet("href", addressOfLink(page, link));
    }
  });
}

/** The headings and links of docs/README.md; a directory is a group of its pages. */
function sidebar() {
  return text("docs/README.md")
    .split(/^## /m)
    .slice(1)
    .map((group) => ({
      text: group.split("\n")[0],
      items: [...group.matchAll(/^- \[(.+?)\]\((.+?)\)/gm)].map(([, name, link]) => {
        const file = join("docs", link);
        if (file.endsWith(".md")) return { text: name.replaceAll("`", ""), link: addressOf(file) };
        const pages = readdirSync(join(ROOT, file)).map((page) => join(file, page));
        const items = pages.map((page) => ({ text: titleOf(page), link: addressOf(page) }));
        return { text: name, collapsed: true, items };
      }),
    }));
}

/** Every link and anchor of the built pages leads somewhere. */
function checkLinks({ outDir, pages, rewrites }) {
  const files = pages.map((page) => (rewrites.map[page] ?? page).replace(/md$/, "html"));
  const htmlOf = new Map(
    files.map((file) => [BASE + file.replace(/index\.html$/, ""), readFileSync(join(outDir, file), "utf8")]),
  );
  const dead = [...htmlOf].flatMap(([page, html]) =>
    [...html.matchAll(/<a [^>]*?href="([^"]+)"/g)].flatMap(([, link]) => {
      const { origin, pathname, hash } = new URL(link.replaceAll("&amp;", "&"), `http://site${page}`);
      if (origin !== "http://site") return [];
      const target = htmlOf.get(pathname);
      const isFound = hash === "" ? target : target?.includes(` id="${decodeURIComponent(hash.slice(1))}"`);
      return isFound ? [] : [`${page}: ${link}`];
    }),
  );
  if (dead.length > 0) throw new Error(`Dead links:\n${dead.join("\n")}`);
}

export default defineConfig({
  title: "agent-roles",
  description: "Assume many AWS roles for one agent and keep their credentials fresh as AWS profiles.",
  base: BASE,
  srcDir: "..",
  srcExclude: ["AGENTS.md", "CONTRIBUTING.md", "{bench,test}/**", "packages/*/src/**", "**/cdk.out/**"],
  rewrites: (page) => page.replace(/README\.md$/, "index.md"),
  // addressOfLink and checkLinks look at them.
  ignoreDeadLinks: true,
  markdown: { anchor: { slugify }, config: rewriteLinks },
  buildEnd: checkLinks,
  themeConfig: {
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: "local" },
    nav: [
      { text: "Get started", link: "/docs/get-started.html" },
      { text: "Changelog", link: "/CHANGELOG.html" },
      { text: "GitHub", link: GITHUB },
    ],
  },
});
