import { exec } from "node:child_process";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { printFileCommand, processCommand } from "./process-command.ts";

it("quotes only what needs it", () => {
  expect(processCommand(["/usr/bin/node", "a%b", "--profile", "My-First@x"], "linux")).toBe(
    "/usr/bin/node a%b --profile My-First@x",
  );
  expect(processCommand(["/opt/it's", String.raw`a\b`, 'say "x"', "$HOME", "", "a #b ;c"], "linux")).toBe(
    String.raw`'/opt/it'\''s' 'a\b' 'say "x"' '$HOME' '' 'a ''#b '';c'`,
  );
  expect(processCommand([String.raw`C:\Program Files\node.exe`, "x y\\"], "win32")).toBe(
    String.raw`"C:\Program Files\node.exe" "x y\\"`,
  );
});

it("prints a file with the system's own command, in quotes that every SDK reads", () => {
  expect(printFileCommand("/home/me/my files/a%b.json", "linux")).toBe('cat "/home/me/my files/a%b.json"');
  expect(printFileCommand("/home/$me/it's #1.json", "linux")).toBe(String.raw`cat '/home/$me/it'\''s ''#1.json'`);
  expect(printFileCommand(String.raw`C:\Users\My Name\a.json`, "win32")).toBe(
    String.raw`cmd /c type "C:\Users\My Name\a.json"`,
  );
  expect(() => printFileCommand("/a\nb", "linux")).toThrow("no AWS config file can hold");
  expect(() => printFileCommand("C:\\a #b", "win32")).toThrow("no AWS config file can hold");
});

it("writes other scripts as their UTF-8 bytes", () => {
  expect(Buffer.from(processCommand(["/home/josé/中"], "linux"), "latin1").toString()).toBe("'/home/josé/中'");
});

it("refuses what cannot be written, on Windows also quotes", () => {
  expect(() => processCommand(["node"], "linux")).toThrow("is not an absolute path");
  expect(() => processCommand(["/a", "b\0"], "linux")).toThrow("no AWS config file can hold");
  expect(() => processCommand(["C:\\a", 'b"c'], "win32")).toThrow("no AWS config file can hold");
});

it.skipIf(process.platform === "win32")("means the same words to a shell, whatever they hold", async () => {
  const word = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll(/\p{Cc}/gu, " "));
  const words = fc.sample(fc.array(word, { maxLength: 5 }), 200);
  const program = ["/bin/sh", "-c", String.raw`for word; do printf '%s\0' "$word"; done; echo`, "sh"];
  const commands = words.map((rest) => processCommand([...program, ...rest], process.platform));
  const { stdout } = await promisify(exec)(Buffer.from(commands.join("\n"), "latin1").toString());
  expect(stdout).toBe(words.map((rest) => `${rest.map((each) => `${each}\0`).join("")}\n`).join(""));
});
