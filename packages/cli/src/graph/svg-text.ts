/** At most so many characters; the middle is left out, for both ends of a name tell. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(head + 1 - length).join("")}`;
}
