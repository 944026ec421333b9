/** At most so many characters; leaves out the middle, because both ends of a name matter. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(head + 1 - length).join("")}`;
}

/** At most so many characters; leaves out the end. */
export function cutOff(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
